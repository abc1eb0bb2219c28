"""The four roles, as Django groups with their permissions.

Created after each migration; a permission that an administrator added stays.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

ADMINISTRATOR = "Administrateurs"
OFFICER = "Chargés de mission"
PILOT = "Pilotes"
READER = "Lecteurs"

OUR_APPS = ("actions", "indicators", "procurement")


def create_groups(app_config: AppConfig | None = None, **kwargs: Any) -> None:
    """Give each role its permissions. Safe to run again."""
    if app_config is not None:
        # Django would create those of this app after us.
        create_permissions(app_config, verbosity=0)
    for name, permissions in _permissions().items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*permissions)


def _permissions() -> dict[str, QuerySet[Permission]]:
    ours = Permission.objects.filter(content_type__app_label__in=OUR_APPS)
    reading = ours.filter(codename__startswith="view_")
    people = Q(
        content_type__app_label="auth", content_type__model__in=("user", "group")
    )
    settings = Q(codename="administer_plan") | Q(content_type__model="membership")
    return {
        ADMINISTRATOR: ours | Permission.objects.filter(people),
        OFFICER: ours.exclude(settings),
        PILOT: reading | ours.filter(codename="type_results"),
        READER: reading,
    }
