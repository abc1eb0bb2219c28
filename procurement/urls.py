from django.urls import path

from .views import committee, goals, imports, purchases, register

app_name = "procurement"

urlpatterns = [
    path("", register.contract_list, name="contract_list"),
    path("publication/", register.contract_publish, name="contract_publish"),
    path("decp.json", register.contract_export, name="contract_export"),
    path("contrats/en-nombre/", register.contract_bulk, name="contract_bulk"),
    path("contrats/<int:pk>/", register.contract_detail, name="contract_detail"),
    path(
        "contrats/<int:pk>/complements/", register.contract_edit, name="contract_edit"
    ),
    path(
        "modifications/<int:pk>/", register.modification_read, name="modification_read"
    ),
    path("objectifs/", goals.goal_list, name="goal_list"),
    path("objectifs/<slug:formula>/", goals.goal_contracts, name="goal_contracts"),
    path("perimetre/<slug:slug>/", goals.scope_edit, name="scope_edit"),
    path("actions/", goals.action_list, name="action_list"),
    path("bilan/<slug:slug>/<int:year>/", goals.statement, name="statement"),
    path(
        "bilan/<slug:slug>/<int:year>/bilan.csv",
        goals.statement_as_csv,
        name="statement_csv",
    ),
    path(
        "bilan/<slug:slug>/<int:year>/bilan.pdf",
        goals.statement_as_pdf,
        name="statement_pdf",
    ),
    path("echeances/", purchases.worklist, name="worklist"),
    path("achats/", purchases.purchase_list, name="purchase_list"),
    path("achats/ajouter/", purchases.purchase_add, name="purchase_add"),
    path("achats/<int:pk>/", purchases.purchase_detail, name="purchase_detail"),
    path("achats/<int:pk>/modifier/", purchases.purchase_edit, name="purchase_edit"),
    path("achats/<int:pk>/cotation/", purchases.purchase_rate, name="purchase_rate"),
    path("achats/<int:pk>/actions/", purchases.purchase_aims, name="purchase_aims"),
    path("comite/", committee.session_list, name="session_list"),
    path("comite/ajouter/", committee.session_add, name="session_add"),
    path("comite/<int:pk>/", committee.session_detail, name="session_detail"),
    path("comite/<int:pk>/modifier/", committee.session_edit, name="session_edit"),
    path("comite/<int:pk>/decisions/", committee.session_decide, name="session_decide"),
    path("comite/<int:pk>/membres/", committee.member_add, name="member_add"),
    path(
        "comite/<int:pk>/dossier.pdf", committee.session_booklet, name="session_booklet"
    ),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
]
