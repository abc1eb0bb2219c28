from django.urls import path

from . import print_views as views
from . import review_views

urlpatterns = [
    path("plans/<slug:slug>/imprimer/", views.print_list, name="print_list"),
    path(
        "plans/<slug:slug>/imprimer/<int:pk>/", views.print_detail, name="print_detail"
    ),
    path(
        "plans/<slug:slug>/imprimer/<int:pk>/avancement/",
        views.print_progress,
        name="print_progress",
    ),
    path(
        "plans/<slug:slug>/imprimer/<int:pk>/document.pdf",
        views.print_file,
        name="print_file",
    ),
    path("plans/<slug:slug>/imprimer/annexe/", views.annex_print, name="annex_print"),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/bilan.pdf",
        review_views.review_pdf,
        name="review_pdf",
    ),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/imprimer/",
        review_views.review_print,
        name="review_print",
    ),
    path("couleurs/<str:accent>.css", views.page_style, name="page_style"),
    path("organismes/<int:pk>/charte/", views.brand_edit, name="brand_edit"),
    path(
        "organismes/<int:pk>/charte/essai.pdf", views.brand_sample, name="brand_sample"
    ),
]
