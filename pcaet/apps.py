from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class PcaetConfig(AppConfig):
    name = "pcaet"
    verbose_name = "plans climat"
    default = True

    def ready(self) -> None:
        from . import checks  # noqa: F401 — registers the system checks
        from .roles import create_groups

        post_migrate.connect(create_groups, dispatch_uid="pcaet.roles")


class SiteAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "pcaet.admin_site.PlanAdminSite"
