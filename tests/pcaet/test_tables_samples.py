"""The workbooks that authorities own, imported as they stand."""

from __future__ import annotations

import datetime
import json
import re
from difflib import SequenceMatcher
from typing import Any

import openpyxl
import pytest

from actions.models import Action, Plan
from pcaet.exchange import export_plan
from pcaet.lib.text import fold
from tests.actions.factories import PlanFactory, organisation
from tests.conftest import fixture_text

from .tables import edited, lines, load, preview, sample

pytestmark = pytest.mark.django_db

SAMPLES = {
    "besancon_axe5.xlsx": "besancon-pcaet",
    "dijon_actions.xlsx": "dijon-pcaet",
    "bruxelles_ta.xlsx": "bruxelles-plan-climat",
    "spaser_actions.xlsx": "clermont-spaser",
    "cec_feuille_de_route.xlsx": "gbm-cec",
}
# Numbers, places, dates, amounts and grids are held to the letter, and texts too, but
# for the letters that the scans confused and that the plans checked by hand repaired.
SCANNED = {"dijon_actions.xlsx", "cec_feuille_de_route.xlsx"}
LIKENESS = 0.87
HELD = (
    "code",
    "axis",
    "engagement",
    "themes",
    "reference_measures",
    "expected_results",
    "milestones",
)


@pytest.fixture(params=SAMPLES)
def imported(request: Any, catalogues: None) -> tuple[str, Plan, dict[str, Any]]:
    """A sample in an empty plan, beside the plan that was checked by hand."""
    expected = json.loads(fixture_text(SAMPLES[request.param]))
    head = expected["plan"]
    plan = PlanFactory(
        authority=organisation(head["authority"]["organisation"]),
        kind=head["kind"],
        axis_label="",
        engagement_label="",
        action_label="Action",
        measure_label="",
        years=[],
    )
    load(plan, sample(request.param), request.param)
    return request.param, Plan.objects.get(pk=plan.pk), expected


def test_sample_gives_the_plan_checked_by_hand(
    imported: tuple[str, Plan, dict[str, Any]],
) -> None:
    name, plan, expected = imported
    is_same = _near if name in SCANNED else _same
    found = json.loads(export_plan(plan))
    assert _tree(found) == _tree(expected)
    assert found["goals"] == expected["goals"]
    pairs = list(zip(found["actions"], expected["actions"], strict=True))
    for action, known in pairs:
        for key in HELD:
            assert is_same(action[key], known[key]), (action["code"], key)
        for key in ("title", "description", "impact_objective"):
            # A description may stand in another part of the document.
            if action[key]:
                assert is_same(action[key], known[key]), (action["code"], key)
        for key in ("start", "end"):
            assert (action[key]["year"], action[key]["date"]) == (
                known[key]["year"],
                known[key]["date"],
            )
        assert action["budget"] == known["budget"]
        assert _grid(action) == _grid(known)


def _tree(plan: dict[str, Any]) -> Any:
    # The document stands action 41 under two engagements, its table under one.
    return [
        (axis["code"], [(e["code"], [a for a in e["actions"] if a != "41"]) for e in
                        axis["engagements"]])
        for axis in plan["axes"]
    ]  # fmt: skip


def _grid(action: dict[str, Any]) -> Any:
    """Every measure, indicator and target, with its quantities."""
    return [
        (
            holder.get("code") if holder is not action else "",
            [(i["name"], i["kind"], i["targets"]) for i in holder["indicators"]],
        )
        for holder in (action, *action["measures"])
    ]


def _same(found: Any, known: Any) -> bool:
    return _words(found) == _words(known)


def _near(found: Any, known: Any) -> bool:
    """The same but for letters that a scan confuses, or for a start read again."""
    given, expected = _words(found), _words(known)
    likeness = SequenceMatcher(None, given, expected, autojunk=False)
    said_again = bool(expected) and given.startswith(expected)
    return likeness.ratio() > LIKENESS or said_again


def _words(value: Any) -> str:
    return " ".join(
        re.findall(r"[a-z0-9]+", fold(json.dumps(value, ensure_ascii=False)))
    )


def test_sample_imported_again_changes_nothing(
    imported: tuple[str, Plan, dict[str, Any]],
) -> None:
    name, plan, _expected = imported
    before = export_plan(plan)
    batch = preview(plan, sample(name), name)
    assert not batch.summary["writes"]
    assert batch.summary["unchanged"] == plan.actions.count()
    load(plan, sample(name), name)
    assert export_plan(Plan.objects.get(pk=plan.pk)) == before


def test_sample_over_the_checked_plan_creates_no_action(besancon: Plan) -> None:
    """A plan read by hand is recognised, number by number."""
    batch = preview(besancon, sample("besancon_axe5.xlsx"))
    assert batch.summary["created"] == 0
    assert batch.summary["unchanged"] == 11


ONE_CELL: dict[str, tuple[str, int, str, str | int, str]] = {
    "target": ("besancon_axe5.xlsx", 0, "J4", "3 méthodologies", "cible 2015"),
    "measure": ("besancon_axe5.xlsx", 0, "F4", "ÉLABORER DES PLANS", "Mesure"),
    "pilot": ("besancon_axe5.xlsx", 0, "G8", "CAGB : DST", "Pilote"),
    "title": ("dijon_actions.xlsx", 0, "C8", "Une déchetterie mobile", "Intitulé"),
    "same titles": ("dijon_actions.xlsx", 4, "D9", "- Le bio à 60 %", "Description"),
    "budget": ("dijon_actions.xlsx", 0, "K9", "2 M€", "Budget"),
    "date": ("dijon_actions.xlsx", 0, "J9", 2024, "Fin"),
    "flag": ("bruxelles_ta.xlsx", 0, "D3", "adaptation", "Types"),
    "milestone": ("cec_feuille_de_route.xlsx", 0, "B6", "Essaimer", "Étape à 10 ans"),
    "partner": ("spaser_actions.xlsx", 0, "K3", "ADEME", "Partenaires externes"),
}


@pytest.mark.parametrize("case", ONE_CELL)
def test_one_cell_changed_is_exactly_one_change(case: str, catalogues: None) -> None:
    name, sheet, cell, value, label = ONE_CELL[case]
    plan = PlanFactory(years=[2015, 2016, 2017, 2018])
    load(plan, sample(name))

    def edit(book: openpyxl.Workbook) -> None:
        book.worksheets[sheet][cell] = value

    batch = preview(plan, edited(name, edit))
    changed = lines(batch, "changed")
    assert len(changed) == 1
    assert batch.summary["created"] == batch.summary["missing"] == 0
    (change,) = changed[0].data["changes"]
    assert label in change[0]
    assert change[2] == str(value)
    assert change[3].endswith(f", {cell}")


def test_goal_changed_is_one_change(catalogues: None) -> None:
    plan = PlanFactory()
    load(plan, sample("spaser_actions.xlsx"))

    def edit(book: openpyxl.Workbook) -> None:
        book.worksheets[1]["B2"] = 0.35

    batch = preview(plan, edited("spaser_actions.xlsx", edit))
    (line,) = lines(batch, "changed")
    assert line.data["changes"][0][1:3] == ["30", "35"]


def test_template_of_the_national_platform_imports_filled(catalogues: None) -> None:
    plan = PlanFactory(authority=organisation("CC des Sources"))

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book["Fichier dimport"]
        values: dict[str, Any] = {
            "A6": "1. Habiter", "B6": "1.1. Rénover", "C6": "1.1.1. Écoles",
            "D6": "Isoler les écoles", "F6": "Toutes les écoles.",
            "G6": "CODIR mensuel", "H6": "Moins 40 %", "J6": "CC des Sources",
            "L6": "ADEME, Région", "M6": "Service bâtiments", "N6": "Marie PAUL",
            "P6": "Concertation", "R6": "Région", "S6": 50000, "X6": 124566,
            "Y6": "À venir", "Z6": "Moyen", "AA6": "16/11/2022", "AB6": "09/03/2024",
            "A7": "1. Habiter", "B7": "1.1. Rénover", "D7": "Isoler les écoles",
            "E7": "École du bourg", "F7": "Toiture", "M7": "Service technique",
            "D8": "Sans axe", "Y8": "Réalisé",
        }  # fmt: skip
        for cell, value in values.items():
            sheet[cell] = value

    content = edited("modele_territoires_en_transitions.xlsx", fill)
    batch = load(plan, content)
    assert not [line for line in batch.lines.all() if line.gravity == 0]
    first, second = plan.actions.order_by("order")
    assert first.axis and first.engagement
    assert (first.axis.code, first.engagement.code) == ("1", "1.1")
    assert first.title == "Isoler les écoles"
    assert first.status == "to_start"
    assert (first.start_date, first.end_year) == (datetime.date(2022, 11, 16), 2024)
    assert first.budget_min == 124566
    assert [str(role.organisation) for role in first.pilots] == [
        "CC des Sources",
        "CC des Sources : Service bâtiments",
    ]
    assert "CODIR mensuel" in first.description
    measure = first.measures.get()
    assert (measure.title, measure.description) == ("École du bourg", "Toiture")
    assert second.axis is None
    assert preview(plan, content).summary["unchanged"] == 2


def test_template_of_the_national_platform_empty_says_so(db: None) -> None:
    batch = preview(PlanFactory(), sample("modele_territoires_en_transitions.xlsx"))
    assert batch.state == "unreadable"
    assert "que son en-tête" in batch.message
    assert not Action.objects.exists()
