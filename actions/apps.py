from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "plans et actions"
    default_auto_field = "django.db.models.BigAutoField"
