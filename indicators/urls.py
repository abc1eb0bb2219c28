from django.urls import path

from .views import (
    campaigns,
    rates,
    reminders,
    results,
    reviews,
    typing,
    validation,
    workbooks,
)

app_name = "indicators"

urlpatterns = [
    # Typing
    path("saisie/", typing.my_typing, name="my_typing"),
    path("plans/<slug:slug>/saisie/<int:year>/", typing.plan_results, name="plan_edit"),
    path(
        "plans/<slug:slug>/actions/<str:code>/saisie/<int:year>/",
        typing.action_results,
        name="result_edit",
    ),
    path(
        "plans/<slug:slug>/saisie/<int:year>/classeur.xlsx",
        workbooks.workbook_export,
        name="workbook_export",
    ),
    path(
        "plans/<slug:slug>/saisie/<int:year>/classeur/",
        workbooks.workbook_import,
        name="workbook_import",
    ),
    # One result
    path("resultats/<int:pk>/<int:year>/", typing.result_save, name="result_save"),
    path(
        "resultats/<int:pk>/<int:year>/detail/",
        results.result_detail,
        name="result_detail",
    ),
    path(
        "resultats/<int:pk>/<int:year>/reprendre/",
        results.result_restore,
        name="result_restore",
    ),
    path(
        "plans/<slug:slug>/actions/<str:code>/historique/",
        results.action_history,
        name="action_history",
    ),
    path(
        "resultats/<int:pk>/<int:year>/justificatifs/",
        results.proof_add,
        name="proof_add",
    ),
    path(
        "resultats/<int:pk>/<int:year>/justificatifs/remettre/",
        results.proof_restore,
        name="proof_restore",
    ),
    path("justificatifs/<int:pk>/", results.proof_detail, name="proof_detail"),
    path("justificatifs/<int:pk>/retirer/", results.proof_delete, name="proof_delete"),
    # Campaigns
    path("plans/<slug:slug>/campagnes/", campaigns.campaign_list, name="campaign_list"),
    path(
        "plans/<slug:slug>/campagnes/<int:year>/",
        campaigns.campaign_detail,
        name="campaign_detail",
    ),
    path(
        "plans/<slug:slug>/campagnes/<int:year>/dates/",
        campaigns.campaign_dates,
        name="campaign_dates",
    ),
    path(
        "plans/<slug:slug>/campagnes/<int:year>/verrouiller/",
        campaigns.campaign_lock,
        name="campaign_lock",
    ),
    path(
        "plans/<slug:slug>/campagnes/<int:year>/rouvrir/",
        campaigns.campaign_reopen,
        name="campaign_reopen",
    ),
    path(
        "plans/<slug:slug>/campagnes/<int:year>/relecture/",
        validation.validation,
        name="validation",
    ),
    path(
        "plans/<slug:slug>/campagnes/<int:year>/relecture/enregistrer/",
        validation.validation_save,
        name="validation_save",
    ),
    path(
        "plans/<slug:slug>/campagnes/<int:year>/relances/",
        reminders.reminder_list,
        name="reminder_list",
    ),
    # What stands, and what lacks
    path("plans/<slug:slug>/taux/", rates.plan_rates, name="plan_rates"),
    path(
        "plans/<slug:slug>/completude/",
        rates.plan_completeness,
        name="plan_completeness",
    ),
    # Reviews
    path("plans/<slug:slug>/bilans/", reviews.review_list, name="review_list"),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/",
        reviews.review_detail,
        name="review_detail",
    ),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/clore/",
        reviews.review_close,
        name="review_close",
    ),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/rouvrir/",
        reviews.review_reopen,
        name="review_reopen",
    ),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/introduction/",
        reviews.review_comment,
        name="review_introduction",
    ),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/axes/<path:code>/",
        reviews.review_comment,
        name="review_comment",
    ),
    path(
        "plans/<slug:slug>/bilans/<int:pk>/fiches/<str:code>/",
        reviews.review_sheet,
        name="review_sheet",
    ),
]
