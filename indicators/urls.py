from django.urls import path

from . import views

app_name = "indicators"

urlpatterns = [
    path(
        "plans/<slug:slug>/actions/<str:code>/saisie/<int:year>/",
        views.action_results,
        name="result_edit",
    ),
    path("plans/<slug:slug>/saisie/<int:year>/", views.plan_results, name="plan_edit"),
    path("resultats/<int:pk>/<int:year>/", views.result_save, name="result_save"),
]
