"""The demonstration: five real plans and one account per role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from actions.directory import Directory
from actions.models import Membership, OrganisationAlias, Plan
from indicators.models import Campaign
from pcaet.lib.text import fold

from .exchange import import_plan
from .roles import ADMINISTRATOR, OFFICER, PILOT, READER

PLAN_SLUGS = (
    "besancon-pcaet",
    "dijon-pcaet",
    "bruxelles-plan-climat",
    "clermont-spaser",
    "gbm-cec",
)
PASSWORD = "plan-climat"
# Reserved for examples: no mail ever arrives there (RFC 2606).
MAIL_DOMAIN = "example.org"


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account; ``organisations`` are (name, service) pairs."""

    username: str
    first_name: str
    last_name: str
    group: str
    organisations: tuple[tuple[str, str | None], ...] = ()


AUTHORITIES = (
    ("Grand Besançon", None),
    ("Dijon métropole", None),
    ("Ville de Bruxelles", None),
    ("Clermont Auvergne Métropole", None),
    ("Grand Besançon Métropole", None),
)
# Besançon's document writes the same department in two ways.
ALIASES = (("CAGB", "DEEES", "DEES"),)
# Names that the plan writes in its shouted titles only, so that no prose teaches them.
CASED_WORDS = {
    "besancon-pcaet": ("COP", "PCET", "Mobidubs", "Livéo", "Energy", "Cities"),
}
ACCOUNTS = (
    Account("admin", "Camille", "Administration", ADMINISTRATOR, AUTHORITIES),
    Account("mission", "Dominique", "Mission climat", OFFICER, AUTHORITIES),
    Account(
        "pilote",
        "Claude",
        "Service Environnement",
        PILOT,
        (
            ("CAGB", "Service Environnement"),
            ("Dijon métropole", "Service Environnement"),
            ("Clermont Auvergne Métropole", "Service de la Commande Publique"),
        ),
    ),
    Account("elu", "Andrea", "Vice-présidence", READER, AUTHORITIES),
)


@transaction.atomic
def load_demo() -> list[str]:
    """Load what is missing of the demonstration; what was typed stays.

    Returns the slugs of the plans that were loaded now.
    """
    known = set(Plan.objects.values_list("slug", flat=True))
    loaded = [slug for slug in PLAN_SLUGS if slug not in known]
    for slug in loaded:
        path = Path(settings.BASE_DIR) / "fixtures" / f"{slug}.json"
        plan = import_plan(path.read_text(encoding="utf-8"))
        plan.is_public = True
        plan.cased_words = "\n".join([plan.cased_words, *CASED_WORDS.get(slug, ())])
        plan.save(update_fields=["is_public", "cased_words"])
        _open_campaigns(plan)
    directory = Directory()
    for name, service, alias in ALIASES:
        OrganisationAlias.objects.get_or_create(
            organisation=directory.exact(name, service), folded=fold(alias), name=alias
        )
    _create_accounts(directory)
    return loaded


def _open_campaigns(plan: Plan) -> None:
    """The years of the grid are open, so that a pilot can type at once."""
    for year in plan.years:
        Campaign.objects.get_or_create(
            plan=plan, year=year, defaults={"opens_on": date.today()}
        )


def _create_accounts(directory: Directory) -> None:
    for account in ACCOUNTS:
        if User.objects.filter(username=account.username).exists():
            continue
        staff = account.group in {ADMINISTRATOR, OFFICER}
        user = User.objects.create_user(
            account.username,
            email=f"{account.username}@{MAIL_DOMAIN}",
            password=PASSWORD,
            first_name=account.first_name,
            last_name=account.last_name,
            is_staff=staff,
        )
        user.groups.add(Group.objects.get(name=account.group))
        Membership.objects.bulk_create(
            Membership(user=user, organisation=directory.exact(name, service))
            for name, service in account.organisations
        )
