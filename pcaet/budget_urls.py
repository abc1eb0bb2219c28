from django.urls import path

from . import budget_views as views

urlpatterns = [
    path("plans/<slug:slug>/budget/", views.budget_detail, name="budget_detail"),
    path("plans/<slug:slug>/budget/saisie/", views.budget_edit, name="budget_edit"),
    path(
        "plans/<slug:slug>/budget.<str:kind>",
        views.budget_export,
        name="budget_export",
    ),
]
