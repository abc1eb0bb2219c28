"""Plans to and from their files: nothing lost, nothing half-written."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Max
from django.test.utils import CaptureQueriesContext

from actions.exchange import ExchangeError
from actions.models import Action, Organisation, Plan
from indicators.models import Indicator
from pcaet.demo import PLAN_SLUGS
from pcaet.exchange import export_plan, import_plan
from pcaet.lib.plan_format import PlanFormatError
from tests.conftest import fixture_text, load_fixture

pytestmark = pytest.mark.usefixtures("catalogues")

Spoil = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def whole_content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(fixture_text("besancon-pcaet"))
    return content


@pytest.fixture
def content(whole_content: dict[str, Any]) -> dict[str, Any]:
    """Besançon's file, to be spoilt."""
    return copy.deepcopy(whole_content)


def faults_of(text: str) -> list[str]:
    """Why the file is refused; nothing of it is in the base."""
    organisations = Organisation.objects.count()
    with pytest.raises((PlanFormatError, ExchangeError)) as refused:
        import_plan(text)
    assert not Plan.objects.exists()
    assert Organisation.objects.count() == organisations
    error = refused.value
    assert isinstance(error, PlanFormatError | ExchangeError)
    return error.faults


# Whole plans ---------------------------------------------------------------------


@pytest.mark.parametrize("slug", PLAN_SLUGS)
def test_a_plan_comes_back_byte_for_byte(slug: str) -> None:
    assert export_plan(load_fixture(slug)) == fixture_text(slug)


def test_results_and_budget_lines_come_back_too(content: dict[str, Any]) -> None:
    action = content["actions"][0]
    action["budget_lines"] = [
        {
            "year": 2016,
            "nature": "operation",
            "funder": {"organisation": "ADEME", "service": None, "note": ""},
            "planned": "15000.5",
            "committed": None,
            "spent": "0",
        }
    ]
    action["measures"][0]["indicators"][0]["results"] = {
        "2015": {
            "text": "1 colloque",
            "values": ["1", None],
            "state": "partial",
            "comment": "Deux matinales reportées.",
        }
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    assert export_plan(import_plan(text)) == text


@pytest.mark.parametrize(
    ("slug", "counts"),
    [
        ("besancon-pcaet", (1, 5, 11, 26, 39, 92)),
        ("bruxelles-plan-climat", (5, 11, 26, 0, 0, 0)),
        ("dijon-pcaet", (6, 37, 95, 0, 0, 0)),
        ("clermont-spaser", (4, 8, 26, 0, 104, 0)),
        ("gbm-cec", (0, 0, 6, 0, 10, 0)),
    ],
)
def test_a_plan_is_complete(slug: str, counts: tuple[int, ...]) -> None:
    plan = load_fixture(slug)
    indicators = Indicator.objects.filter(action__plan=plan)
    assert counts == (
        plan.axes.count(),
        plan.axes.filter(engagements__isnull=False).count(),
        plan.actions.count(),
        plan.actions.filter(measures__isnull=False).count(),
        indicators.count(),
        indicators.filter(targets__isnull=False).count(),
    )


def test_an_action_may_stand_under_two_engagements(besancon: Plan) -> None:
    action = besancon.actions.get(code="41")
    assert action.placements.count() == 2


def test_what_is_loaded_has_a_history(besancon: Plan) -> None:
    action = besancon.actions.get(code="36")
    assert action.history.count() == 1
    assert Indicator.history.count() == 39


def test_exports_take_a_constant_number_of_queries(
    besancon: Plan, content: dict[str, Any]
) -> None:
    larger = import_plan(json.dumps(ten_times(content)))
    assert larger.actions.count() == 10 * besancon.actions.count()
    assert queries_of_export(larger) == queries_of_export(besancon)


def ten_times(content: dict[str, Any]) -> dict[str, Any]:
    """A plan of the same shape with ten times as many actions."""
    content["plan"]["slug"] = "dix-fois-plus"
    actions = content["actions"]
    places = [e["actions"] for e in content["axes"][0]["engagements"]]
    for copies in range(1, 10):
        for action in actions[:11]:
            actions.append({**action, "code": f"{action['code']}-{copies}"})
        for codes in places:
            codes += [f"{c}-{copies}" for c in codes if "-" not in c]
    return content


def queries_of_export(plan: Plan) -> int:
    with CaptureQueriesContext(connection) as queries:
        export_plan(Plan.objects.for_list().get(pk=plan.pk))
    return len(queries)


def test_a_plan_is_not_loaded_twice(besancon: Plan) -> None:
    with pytest.raises(ExchangeError, match="existe déjà"):
        load_fixture("besancon-pcaet")
    assert Plan.objects.count() == 1


def test_two_plans_share_their_organisations(besancon: Plan, cec: Plan) -> None:
    names = Organisation.objects.filter(parent=None).values_list("name", flat=True)
    assert len(names) == len(set(names))


# Files that do not follow the format ---------------------------------------------


def spoil(path: str, value: Any) -> Spoil:
    """Put a value at a place such as «actions.0.code»."""

    def change(content: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        part: Any = content
        for step in steps:
            part = part[int(step) if step.isdigit() else step]
        part[int(last) if last.isdigit() else last] = value

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (spoil("version", 2), "version : cette valeur n’est pas dans la liste permise"),
        (spoil("axes", {}), "axes : une liste est attendue."),
        (spoil("couleur", "vert"), "couleur : cette clé n’existe pas dans le format."),
        (spoil("plan.title", None), "plan › title : un texte est attendu."),
        (spoil("plan.slug", "a/b"), "plan › slug : cette écriture n’est pas celle"),
        (spoil("plan.start_year", "2015"), "start_year : un nombre entier est attendu"),
        (spoil("plan.start_year", 2015.5), "start_year : un nombre entier est attendu"),
        (spoil("plan.start_year", True), "start_year : un nombre entier est attendu."),
        (spoil("actions.2.status", "fini"), "actions › n° 3 › status : cette valeur"),
        (spoil("actions.0.start.date", "mai"), "une date AAAA-MM-JJ est attendue."),
        (spoil("actions.0.start.date", 0), "une date AAAA-MM-JJ est attendue."),
        (spoil("actions.0.budget.min", 17), "budget › min : un texte est attendu."),
        (spoil("actions.0.budget.min", "1e6"), "min : cette écriture n’est pas celle"),
        (spoil("actions.0.budget.min", "٣"), "min : cette écriture n’est pas celle"),
        (spoil("actions.0.budget.uncertain", 1), "uncertain : true ou false est"),
        (spoil("actions.0.title", "\ud800"), "ce texte n’est pas du JSON lisible"),
        (spoil("actions.0.title", "\0"), "un caractère nul"),
        (spoil("plan.start_year", float("nan")), "un nombre entier est attendu."),
        (spoil("plan.start_year", float("inf")), "un nombre entier est attendu."),
    ],
)
def test_what_the_format_refuses(
    content: dict[str, Any], change: Spoil, fault: str
) -> None:
    change(content)
    assert fault in "\n".join(faults_of(json.dumps(content)))


def test_a_missing_key_is_named(content: dict[str, Any]) -> None:
    del content["plan"]["labels"]["axis"]
    assert faults_of(json.dumps(content)) == [
        "plan › labels › axis : cette clé manque."
    ]


def test_all_faults_are_told_at_once(content: dict[str, Any]) -> None:
    content["plan"]["title"] = 1
    content["goals"] = None
    assert len(faults_of(json.dumps(content))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "Bonjour",
        "null",
        "[]",
        '"texte"',
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 5_000,
        "NaN",
        "\ufeff{}",
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    (fault,) = faults_of(text)
    assert fault.endswith(".")


def test_a_repeated_key_is_refused(content: dict[str, Any]) -> None:
    text = json.dumps(content).replace('"slug":', '"slug": "autre", "slug":', 1)
    assert faults_of(text) == ["La clé « slug » est écrite deux fois au même endroit."]


def test_a_huge_file_is_refused_unread() -> None:
    assert faults_of(" " * 60_000_000) == [
        "Ce fichier est trop grand pour un plan : 60 millions de caractères, "
        "50 au plus."
    ]


# Files that do not hold together -------------------------------------------------


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            spoil("actions.1.code", "36"),
            "Le code 36 désigne plusieurs actions.",
        ),
        (
            spoil("axes.0.engagements.0.actions.0", "99"),
            "L’axe 5 cite l’action 99, absente.",
        ),
        (
            spoil("actions.0.related_actions", [{"code": "9", "relation": "follows"}]),
            "L’action 36 est liée à l’action 9, absente.",
        ),
        (spoil("actions.0.axis", None), "L’action 36 n’a pas d’axe"),
        (spoil("actions.0.engagement", "2"), "L’action 36 dit être sous l’axe 5"),
        (spoil("plan.end_year", 2000), "La dernière année ne précède pas la première."),
        (spoil("plan.start_year", 0), "L’année doit être comprise entre 1900 et 2200."),
        (spoil("plan.slug", "a" * 81), "nom dans les adresses"),
        (spoil("plan.title", "a" * 301), "300 caractères"),
        (spoil("plan.years", [2016, 2015]), "des années distinctes"),
        (spoil("plan.end_year", 10**30), "dernière année"),
        (spoil("actions.0.budget.min", "9" * 40), "budget, minimum"),
        (spoil("actions.0.start.year", -1), "année de début"),
        (spoil("actions.0.title", "x" * 200_000), None),
    ],
)
def test_what_does_not_hold_together(
    content: dict[str, Any], change: Spoil, fault: str | None
) -> None:
    change(content)
    if fault is None:
        import_plan(json.dumps(content))
        longest = Action.objects.aggregate(longest=Max("title"))["longest"]
        assert len(longest) == 200_000
    else:
        assert fault in "\n".join(faults_of(json.dumps(content)))


# Commands ------------------------------------------------------------------------


def test_commands_write_and_read_a_file(besancon: Plan, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    call_command("export_plan", "besancon-pcaet", output=file, stdout=StringIO())
    assert file.read_text(encoding="utf-8") == fixture_text("besancon-pcaet")


def test_a_plan_is_loaded_from_a_file() -> None:
    said = StringIO()
    call_command("import_plan", "fixtures/gbm-cec.json", stdout=said)
    assert "est chargé : 6 actions." in said.getvalue()


def test_a_plan_is_written_to_the_terminal(cec: Plan) -> None:
    said = StringIO()
    call_command("export_plan", "gbm-cec", stdout=said)
    assert said.getvalue() == fixture_text("gbm-cec")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff\xfe", "ne se lit pas comme un texte UTF-8"),
        (b"{}", "n’est pas chargé :\n- format : cette clé manque."),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, content: bytes, fault: str) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=fault):
        call_command("import_plan", str(file))


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("import_plan", str(tmp_path / "absent.json"))


def test_an_unknown_plan_is_explained() -> None:
    with pytest.raises(CommandError, match="Aucun plan ne s’appelle « absent »"):
        call_command("export_plan", "absent")
