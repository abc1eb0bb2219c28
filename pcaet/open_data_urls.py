from django.urls import path

from . import open_data_views as views

urlpatterns = [
    path("", views.open_data, name="open_data"),
    path("catalogue.jsonld", views.open_data_catalogue, name="open_data_catalogue"),
    path("<slug:slug>/plan.json", views.open_data_plan, name="open_data_plan"),
    path(
        "<slug:slug>/<slug:table>.<str:kind>",
        views.open_data_table,
        name="open_data_table",
    ),
]
