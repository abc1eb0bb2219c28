"""The samples as others would have laid them out: each must give the same plan."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from actions.models import Plan
from actions.tables.columns import Recogniser, built_in_synonyms
from pcaet.exchange import export_plan
from tests.actions.factories import PlanFactory, organisation

from . import variants
from .tables import load
from .variants import (
    Sheets,
    aired,
    as_cp1252,
    as_ods,
    as_pasted,
    as_xlsx,
    backwards,
    capitals,
    cut,
    scanned,
    sheets_of,
    small,
    spaced,
    synonyms,
    titled,
    turned,
    turned_order,
)

pytestmark = pytest.mark.django_db

WIDE = ["besancon_axe5.xlsx", "dijon_actions.xlsx", "bruxelles_ta.xlsx",
        "spaser_actions.xlsx"]  # fmt: skip
TURNED = "cec_feuille_de_route.xlsx"

LAYOUTS: dict[str, tuple[variants.Variation, ...]] = {
    "accents lost": (small,),
    "synonyms in another order": (synonyms, turned_order),
    "backwards": (backwards,),
    "scanned under a title": (scanned, titled),
    "capitals, empty rows, repeated headers": (capitals, aired),
    "empty columns, many sheets": (spaced, cut),
    "rows as columns": (synonyms, turned),
}
# These move or repeat the column that holds the headers of a turned table.
ONLY_WIDE = {
    "synonyms in another order",
    "backwards",
    "capitals, empty rows, repeated headers",
}
FILES = {"ods": as_ods, "cp1252": as_cp1252, "pasted": as_pasted}
CASES = [
    (name, layout)
    for name in (*WIDE, TURNED)
    for layout in LAYOUTS
    if name != TURNED or layout not in ONLY_WIDE
]
known: dict[tuple[str, bool], Any] = {}


def imported(content: bytes | str, name: str) -> Any:
    """The plan that a file gives to an empty base, but for its headers' own words."""
    with transaction.atomic():
        plan = PlanFactory(authority=organisation("Grande Agglo"), years=[])
        load(plan, content, name)
        found = json.loads(export_plan(Plan.objects.get(pk=plan.pk)))
        transaction.set_rollback(True)
    for words in ("slug", "title", "labels", "cased_words"):
        found["plan"].pop(words, None)
    return found


def expected(name: str, *, alone: bool = False) -> Any:
    """The plan that the sample gives as it is, or its first sheet."""
    if (name, alone) not in known:
        file, content = as_xlsx(sheets(name, alone=alone))
        known[name, alone] = imported(content, file)
    return known[name, alone]


def sheets(name: str, *, alone: bool = False, repeated: bool = True) -> Sheets:
    found = sheets_of(name, repeated=repeated)
    return dict([next(iter(found.items()))]) if alone else found


@pytest.mark.parametrize(("name", "layout"), CASES)
def test_other_layout_gives_the_same_plan(
    name: str, layout: str, catalogues: None
) -> None:
    found = sheets(name)
    for change in LAYOUTS[layout]:
        found = change(found)
    file, content = as_xlsx(found)
    assert imported(content, file) == expected(name)


@pytest.mark.parametrize("name", WIDE)
def test_cells_left_empty_under_a_level_give_the_same_plan(
    name: str, catalogues: None
) -> None:
    file, content = as_xlsx(sheets(name, repeated=False))
    assert imported(content, file) == expected(name)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", [*WIDE, TURNED])
def test_other_file_gives_the_same_plan(name: str, file: str, catalogues: None) -> None:
    title, content = FILES[file](sheets(name, alone=True, repeated=False))
    assert imported(content, title) == expected(name, alone=True)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Mesure Cîrergie", "reference_engagement"),
        ("Fln", "end"),
        ("Débuf", "start"),
        ("Thèmc", "themes"),
        ("Clble 201S", "target:2015"),
        ("2O24", "target:2024"),
        ("À 3 aus", "milestone:3"),
        ("Partcnaires", "partner"),
        ("Mesure d’urgence", None),
        ("Surface", None),
    ],
)
def test_header_damaged_by_a_scan(header: str, field: str | None) -> None:
    recogniser = Recogniser(built_in_synonyms())
    named = recogniser.name(header)
    assert (named.key if named else None) == field
    assert named is None or not named.is_sure
