from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = "commande publique"
    default_auto_field = "django.db.models.BigAutoField"
