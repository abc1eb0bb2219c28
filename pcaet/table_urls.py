from django.urls import path

from . import table_views as views

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/nouveau/", views.import_new, name="import_new"),
    path("imports/<int:pk>/", views.import_detail, name="import_detail"),
    path("imports/<int:pk>/avancement/", views.import_progress, name="import_progress"),
    path("imports/<int:pk>/colonnes/", views.import_columns, name="import_columns"),
    path("imports/<int:pk>/decisions/", views.import_decide, name="import_decide"),
    path("imports/<int:pk>/importer/", views.import_apply, name="import_apply"),
    path("imports/<int:pk>/reprendre/", views.import_resume, name="import_resume"),
    path("imports/<int:pk>/annuler/", views.import_undo, name="import_undo"),
    path("imports/<int:pk>/rapport.xlsx", views.import_report, name="import_report"),
    path("plans/<slug:slug>/plan.xlsx", views.plan_workbook, name="plan_workbook"),
]
