from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class PcaetConfig(AppConfig):
    name = "pcaet"
    verbose_name = "plans climat"
    default = True

    def ready(self) -> None:
        from . import checks  # noqa: F401 — registers the system checks
        from .roles import create_groups
        from .search import index_words

        post_migrate.connect(create_groups, dispatch_uid="pcaet.roles")
        # Sent once all tables are there, for each app that has some.
        post_migrate.connect(
            index_words,
            sender=apps.get_app_config("indicators"),
            dispatch_uid="pcaet.search",
        )


class SiteAdminConfig(AdminConfig):
    default = False
    default_site = "pcaet.admin_site.PlanAdminSite"
