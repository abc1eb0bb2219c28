from django.urls import path

from . import overview_views as views

urlpatterns = [
    path("plans/<slug:slug>/frise/", views.plan_timeline, name="plan_timeline"),
    path("plans/<slug:slug>/frise.pdf", views.timeline_print, name="timeline_print"),
    path(
        "plans/<slug:slug>/referentiel/",
        views.plan_reference_list,
        name="plan_reference_list",
    ),
    path("referentiels/", views.reference_list, name="reference_list"),
    path("referentiels.<str:kind>", views.reference_export, name="reference_export"),
    path("actions/", views.commitment_list, name="commitment_list"),
    path("actions.<str:kind>", views.commitment_export, name="commitment_export"),
    path("liens/", views.link_list, name="link_list"),
    path("liens.<str:kind>", views.link_export, name="link_export"),
]
