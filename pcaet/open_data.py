"""Public plans as open data: files at stable addresses, described for machines.

Only what a visitor without account may see is here, whoever asks: a closed plan is
neither listed, nor counted, nor found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from actions.models import Plan
from actions.models.plans import PlanQuerySet
from pcaet.lib.export import Column, write

from .columns import ACTION_COLUMNS, TARGET_COLUMNS
from .exchange import export_plan
from .outline import Outline
from .targets import TargetList

LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
# Plans on a page, and in one piece of the catalogue.
PLANS_A_PAGE = 20
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


def public_page(asked: str | None) -> Page[Plan]:
    return Paginator(public_plans(), PLANS_A_PAGE).get_page(asked)


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


def catalogue(
    page: Page[Plan],
    absolute: Callable[[str], str],
    addresses: Callable[[Plan], Sequence[tuple[str, str, str]]],
) -> dict[str, Any]:
    """A page of the catalogue in DCAT, as JSON-LD.

    ``addresses`` gives the files of a plan: path, title, media type. Where there are
    several pages, Hydra's terms lead from one to the next, as harvesters expect.
    """
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "hydra": "http://www.w3.org/ns/hydra/core#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@type": "dcat:Catalog",
        "@id": absolute("/donnees/"),
        "dct:title": {"@language": "fr", "@value": "Plans climat publics"},
        "dct:language": "http://publications.europa.eu/resource/authority/language/FRA",
        "dct:license": {"@id": LICENCE},
        "dcat:dataset": [_dataset(plan, absolute, addresses(plan)) for plan in page],
        **(_pages(page, absolute) if page.has_other_pages() else {}),
    }


def _pages(page: Page[Plan], absolute: Callable[[str], str]) -> dict[str, Any]:
    def link(number: int) -> dict[str, str]:
        return {"@id": absolute(f"/donnees/catalogue.jsonld?page={number}")}

    view: dict[str, Any] = {
        **link(page.number),
        "@type": "hydra:PartialCollectionView",
        "hydra:first": link(1),
        "hydra:last": link(page.paginator.num_pages),
    }
    if page.has_previous():
        view["hydra:previous"] = link(page.previous_page_number())
    if page.has_next():
        view["hydra:next"] = link(page.next_page_number())
    return {"hydra:totalItems": page.paginator.count, "hydra:view": view}


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
