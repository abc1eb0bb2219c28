from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from . import pdf_views, photo_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("plans/<slug:slug>/", views.plan_detail, name="plan_detail"),
    path("plans/<slug:slug>/grille/", views.plan_grid, name="plan_grid"),
    path("plans/<slug:slug>/plan.json", views.plan_export, name="plan_export"),
    path(
        "plans/<slug:slug>/actions/<str:code>/",
        views.action_detail,
        name="action_detail",
    ),
    path(
        "plans/<slug:slug>/actions/<str:code>/fiche.pdf",
        pdf_views.action_fiche,
        name="action_fiche",
    ),
    path(
        "plans/<slug:slug>/photos/<int:pk>/", photo_views.photo_file, name="photo_file"
    ),
    path("organismes/", views.organisation_list, name="organisation_list"),
    path("organismes/<int:pk>/", views.organisation_detail, name="organisation_detail"),
    path("connexion/", auth_views.LoginView.as_view(), name="login"),
    path("deconnexion/", auth_views.LogoutView.as_view(), name="logout"),
    path("", include("pcaet.dashboard_urls")),
    path("", include("pcaet.print_urls")),
    path("donnees/", include("pcaet.open_data_urls")),
    path("", include("pcaet.table_urls")),
    path("", include("indicators.urls")),
    path("commande-publique/", include("procurement.urls")),
    path("admin/", admin.site.urls),
]
