from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = "commande publique"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Beside admin.py, which holds what belongs to plans.
        autodiscover_modules("admin_register")
