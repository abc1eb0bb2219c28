"""A base in which every page has something to show, and the address of each page.

The addresses come from the site's own table: a page that is added is visited at once,
and one whose address these samples cannot fill is told by ``unfilled()``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from django.test import Client
from django.urls import get_resolver, reverse

from actions.models import Organisation, Photo, Plan
from indicators.models import Indicator
from procurement.enums import GoalFormula
from procurement.models import CommitteeSession, ImportedFile, Modification, Purchase
from tests.actions.factories import MilestoneFactory, PrintJobFactory
from tests.indicators.factories import (
    ProgressNoteFactory,
    ProofFactory,
    ResultFactory,
    ReviewFactory,
)
from tests.pcaet.tables import preview
from tests.procurement.records import bring_one, keep_buyer, modification
from tests.test_consistency import our_patterns

Sample = dict[str, object]

# What stands in addresses; a plan of public purchasing has another name and years.
COMMON: Sample = {
    "slug": "besancon-pcaet",
    "code": "45",
    "year": 2017,
    "kind": "csv",
    "table": "actions",
    "formula": GoalFormula.values[0],
    "accent": "14503a",
}
PURCHASING: Sample = {"slug": "clermont-spaser", "year": 2026}
# Files, and acts that only a form asks for, are no pages.
A_FILE = re.compile(r"\.\w+$|/fichier/$|^/justificatifs/\d+/$")


def fill_the_site() -> dict[str, int]:
    """Add to the demonstration what it lacks; the key of a sample by kind of page."""
    plan = Plan.objects.get(slug=COMMON["slug"])
    indicator = Indicator.objects.filter(action__plan=plan, action__code="45")[0]
    for year in (2016, 2017):
        ResultFactory(indicator=indicator, year=year, values=[1], text="Deux réunions")
    MilestoneFactory(action=indicator.action)
    ProgressNoteFactory(action=indicator.action)
    buyer = keep_buyer()
    contract = bring_one(modifications=[modification(1, montant=120000)])
    purchase = Purchase.objects.create(
        buyer=buyer, year=2026, label="Espaces verts", award_due=date(2027, 3, 1)
    )
    session = CommitteeSession.objects.create(buyer=buyer, year=2026)
    table = "N° de l’action\tIntitulé\tDébut\n99\tPlanter des haies\tbientôt"
    return {
        "organisation": Organisation.objects.get(name="CAGB").pk,
        "brand": plan.authority_id,
        "import": preview(plan, table).pk,
        "photo": Photo.objects.filter(action__plan=plan)[0].pk,
        "print": PrintJobFactory(plan=plan).pk,
        "review": ReviewFactory(plan=plan).pk,
        "annex": plan.pk,
        "indicators:result": indicator.pk,
        "indicators:proof": ProofFactory(indicator=indicator).pk,
        "indicators:review": ReviewFactory(plan=plan, first_year=2016).pk,
        "procurement:contract": contract.pk,
        "procurement:modification": Modification.objects.get().pk,
        "procurement:purchase": purchase.pk,
        "procurement:session": session.pk,
        "procurement:member": session.pk,
        "procurement:import": ImportedFile.objects.get().pk,
    }


def addresses(keys: dict[str, int]) -> dict[str, str]:
    """The address of every view that the samples fill, by its name."""
    return {
        name: reverse(name, kwargs=found)
        for name, found in _samples(keys)
        if found is not None
    }


def unfilled(keys: dict[str, int]) -> list[str]:
    return [name for name, found in _samples(keys) if found is None]


def _samples(keys: dict[str, int]) -> Iterator[tuple[str, Sample | None]]:
    for name, entry in our_patterns(get_resolver()):
        known: Sample = COMMON | (PURCHASING if name.startswith("procurement:") else {})
        kind = name.rpartition("_")[0]
        if kind in keys:
            known |= {"pk": keys[kind]}
        names = set(entry.pattern.converters)
        yield name, {n: known[n] for n in names} if names <= set(known) else None


def pages(client: Client, keys: dict[str, int]) -> dict[str, str]:
    """The addresses that give this visitor a page, by the name of the view."""
    found = {}
    for name, address in addresses(keys).items():
        if A_FILE.search(address) is None:
            answer = client.get(address)
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code == 200 and is_page:
                found[name] = address
    return found
