"""Public plans as open data: files at stable addresses, described for machines.

Only what a visitor without account may see is here, whoever asks: a closed plan is
neither listed, nor counted, nor found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db.models import Max
from django.http import QueryDict
from django.utils import timezone

from actions.models import Plan
from actions.models.plans import PlanQuerySet
from pcaet.lib.export import Column, write

from .columns import ACTION_COLUMNS, TARGET_COLUMNS
from .exchange import export_plan
from .outline import Outline
from .targets import TargetList

LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
APPS = ("actions", "indicators", "procurement")
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Table:
    """A flat table of a plan: its name in addresses, its columns, its rows."""

    name: str
    title: str
    columns: Sequence[Column[Any]]
    rows: Callable[[Plan, date], Sequence[Any]]


TABLES = {
    table.name: table
    for table in (
        Table(
            "actions",
            "Actions",
            ACTION_COLUMNS,
            lambda plan, today: Outline(plan, QueryDict(), today).rows,
        ),
        Table(
            "resultats",
            "Cibles et résultats",
            TARGET_COLUMNS,
            lambda plan, today: TargetList(plan, QueryDict()).all_rows,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a file, and a mark that changes with what they say."""

    content: bytes
    mark: str


def public_plans() -> PlanQuerySet:
    return Plan.objects.filter(is_public=True).for_list()


def plan_file(plan: Plan) -> File:
    content = export_plan(plan).encode()
    return File(content, _mark(content))


def table_file(plan: Plan, table: Table, kind: str, today: date) -> File:
    """The columns are headed by their stable names.

    A workbook holds the time at which it was written: the mark is that of its rows.
    """
    columns = [replace(column, title=column.name) for column in table.columns]
    rows = table.rows(plan, today)
    text = write("csv", table.title, columns, rows)
    content = text if kind == "csv" else write(kind, table.title, columns, rows)
    return File(content, _mark(text + kind.encode()))


def last_change() -> datetime:
    """No file is older than this: the last change of any plan, or this morning.

    States follow from the day. What keeps no history of its own (places, themes)
    is told from the next day on; the marks of files tell it at once.
    """
    histories = (
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if model.__name__.startswith("Historical")
    )
    newest = (m._default_manager.aggregate(Max("history_date")) for m in histories)
    known: list[datetime | None] = [found["history_date__max"] for found in newest]
    morning = datetime.combine(timezone.localdate(), time.min)
    return max([timezone.make_aware(morning), *filter(None, known)])


def catalogue(
    plans: Sequence[Plan],
    absolute: Callable[[str], str],
    addresses: Callable[[Plan], Sequence[tuple[str, str, str]]],
) -> dict[str, Any]:
    """The catalogue in DCAT, as JSON-LD.

    ``addresses`` gives the files of a plan: path, title, media type.
    """
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@type": "dcat:Catalog",
        "@id": absolute("/donnees/"),
        "dct:title": {"@language": "fr", "@value": "Plans climat publics"},
        "dct:language": "http://publications.europa.eu/resource/authority/language/FRA",
        "dct:license": {"@id": LICENCE},
        "dcat:dataset": [_dataset(plan, absolute, addresses(plan)) for plan in plans],
    }


def _dataset(
    plan: Plan,
    absolute: Callable[[str], str],
    files: Sequence[tuple[str, str, str]],
) -> dict[str, Any]:
    page = absolute(plan.get_absolute_url())
    found: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "@id": page,
        "dct:identifier": plan.slug,
        "dct:title": {"@language": "fr", "@value": plan.title},
        "dct:description": {
            "@language": "fr",
            "@value": f"{plan.get_kind_display()} – {plan.authority}. Actions, cibles "
            "et résultats.",
        },
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": str(plan.authority)},
        "dct:license": {"@id": LICENCE},
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": {"@language": "fr", "@value": title},
                "dct:license": {"@id": LICENCE},
                "dcat:accessURL": {"@id": absolute(path)},
                "dcat:downloadURL": {"@id": absolute(path)},
                "dcat:mediaType": media,
            }
            for path, title, media in files
        ],
    }
    if plan.start_year and plan.end_year:
        found["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:gYear", "@value": f"{plan.start_year}"},
            "dcat:endDate": {"@type": "xsd:gYear", "@value": f"{plan.end_year}"},
        }
    return found


def _mark(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:32]}"'
