from django.urls import include, path

from . import dashboard_views as views

urlpatterns = [
    path(
        "plans/<slug:slug>/tableau-de-bord/",
        views.plan_dashboard,
        name="plan_dashboard",
    ),
    path("plans/<slug:slug>/resultats/", views.target_list, name="target_list"),
    path(
        "plans/<slug:slug>/resultats.<str:kind>",
        views.target_export,
        name="target_export",
    ),
    path("plans/<slug:slug>/etapes/", views.milestone_list, name="milestone_list"),
    path(
        "plans/<slug:slug>/etapes.<str:kind>",
        views.milestone_export,
        name="milestone_export",
    ),
    path(
        "plans/<slug:slug>/actions.<str:kind>",
        views.action_export,
        name="action_export",
    ),
    path(
        "organismes.<str:kind>", views.organisation_export, name="organisation_export"
    ),
    path("recherche/", views.search, name="search"),
    path("recherche.<str:kind>", views.search_export, name="search_export"),
    path("", include("pcaet.budget_urls")),
    path("", include("pcaet.overview_urls")),
]
