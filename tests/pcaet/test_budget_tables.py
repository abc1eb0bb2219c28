"""Amounts by year that come in a table, through the one importer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client

from actions.models import Action, BudgetLine, ImportBatch, Organisation, Plan
from pcaet import tables
from pcaet.workbooks import plan_workbook
from tests.actions.factories import (
    ActionFactory,
    BudgetLineFactory,
    OrganisationFactory,
    PlanFactory,
    organisation,
)
from tests.pcaet.tables import Cell, preview, workbook

HEADER = ("N° action", "Année", "Nature", "Financeur", "Prévu (€)", "Engagé", "Dépensé")


@pytest.fixture
def plan(db: None) -> Plan:
    plan = PlanFactory(public=True, slug="plan")
    for code in ("36", "37"):
        ActionFactory(plan=plan, code=code, title=f"Titre {code}")
    return plan


def table(*rows: Sequence[Cell], header: Sequence[str] = HEADER) -> bytes:
    return workbook([header, *rows], title="Budget")


def faults(batch: ImportBatch) -> list[str]:
    return [
        f"{fault['address']} {fault['message']}"
        for line in batch.lines.all()
        for fault in line.data["faults"]
    ]


def amounts(line: BudgetLine) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    return line.planned, line.committed, line.spent


def test_amounts_of_a_table_are_previewed_then_written(plan: Plan) -> None:
    batch = preview(
        plan,
        table(
            ("36", 2019, "Investissement", "ADEME", 1500000, None, None),
            ("36", 2019, "Fonctionnement", None, "1,5 M€", "50 000 €", 12.5),
        ),
    )
    assert not BudgetLine.objects.exists()
    assert batch.summary["others"] == [["created", "Ligne de budget", 2]]
    assert batch.summary["organisations"] == ["ADEME"]
    assert [line.label for line in batch.lines.all()] == [
        "36, 2019, investissement, ADEME",
        "36, 2019, fonctionnement",
    ]
    tables.apply(batch)
    paid, own = BudgetLine.objects.order_by("-nature", "pk").reverse()
    assert (str(paid.funder), paid.nature, paid.year) == ("ADEME", "investment", 2019)
    assert amounts(paid) == (Decimal(1500000), None, None)
    assert own.funder is None
    assert amounts(own) == (Decimal(1500000), Decimal(50000), Decimal("12.5"))


def test_the_same_file_twice_changes_nothing(plan: Plan) -> None:
    content = table(("36", 2019, "Investissement", "ADEME", 1500, None, 12.5))
    tables.apply(preview(plan, content))
    again = preview(plan, content)
    assert again.summary["writes"] is False
    assert [line.outcome for line in again.lines.all()] == ["unchanged"]


def test_a_changed_amount_shows_what_it_was(plan: Plan) -> None:
    action = plan.actions.get(code="36")
    BudgetLineFactory(action=action, year=2019, planned=100, spent=7)
    batch = preview(plan, table(("36", 2019, "investissement", None, 200, None, None)))
    (line,) = batch.lines.all()
    assert line.data["changes"][0][:4] == [
        "Prévu",
        "100\u202f€",
        "200\u202f€",
        "Budget, E2",
    ]
    tables.apply(batch)
    assert amounts(BudgetLine.objects.get()) == (Decimal(200), None, Decimal(7))


def test_all_faults_are_said_at_once_and_lose_no_other_line(plan: Plan) -> None:
    batch = preview(
        plan,
        table(
            ("99", 2019, "Investissement", None, 1, None, None),
            ("36", "bientôt", "Investissement", None, 1, None, None),
            ("36", 2019, "Don", None, "17 à 27 M€", None, None),
            (None, 2019, "Investissement", None, 1, None, None),
            ("37", 2019, "Investissement", None, 5, None, None),
            ("37", 2019, "Investissement", None, 6, None, None),
        ),
    )
    assert sorted(faults(batch)) == [
        "Budget, A2 Ce plan n’a pas d’action 99.",
        "Budget, A5 Le numéro de l’action manque.",
        "Budget, A7 Cette ligne est déjà dite ligne 6.",
        "Budget, B3 Cette année n’est pas comprise.",
        "Budget, C4 Cette nature n’est pas connue.",
        "Budget, E4 « 17 à 27 M€ » n’est pas un montant seul : en choisir un.",
    ]
    tables.apply(batch)
    assert [line.planned for line in BudgetLine.objects.all()] == [Decimal(5)]


def test_an_import_of_amounts_is_undone_as_one(plan: Plan) -> None:
    action = plan.actions.get(code="36")
    BudgetLineFactory(action=action, year=2019, planned=100)
    batch = preview(
        plan,
        table(
            ("36", 2019, "Investissement", None, 200, None, None),
            ("37", 2019, "Investissement", None, 300, None, None),
        ),
    )
    tables.apply(batch)
    tables.undo_batch(batch, None)
    assert [line.planned for line in BudgetLine.objects.all()] == [Decimal(100)]


def test_an_action_is_found_by_its_title(plan: Plan) -> None:
    header = ("Action", *HEADER[1:])
    content = table(
        ("Titre 37", 2019, "Investissement", None, 5, None, None), header=header
    )
    tables.apply(preview(plan, content))
    assert BudgetLine.objects.get().action.code == "37"


def test_pasted_amounts_are_read(plan: Plan) -> None:
    batch = preview(
        plan,
        "N° action\tAnnée\tNature\tPrévu\n36\t2019\tFonctionnement\t1 500 €\n",
    )
    tables.apply(batch)
    line = BudgetLine.objects.get()
    assert (line.nature, line.planned) == ("operation", Decimal(1500))


WIDE = ("N° action", "Nature", "Financeur", "Prévu 2019", "Prévu 2020", "Engagé 2020")


def said(plan: Plan) -> list[tuple[object, ...]]:
    """Each line: its action, year and nature, then its three amounts."""
    lines = BudgetLine.objects.filter(action__plan=plan).order_by("year", "pk")
    return [
        (line.action.code, line.year, line.nature, *amounts(line)) for line in lines
    ]


def test_years_may_be_columns(plan: Plan) -> None:
    content = table(
        ("36", "Investissement", "ADEME", 100, "1,5 M€", 50),
        ("37", "Fonctionnement", None, 10, None, None),
        ("Total", None, None, 110, 1500000, 50),
        header=WIDE,
    )
    batch = preview(plan, content)
    assert batch.summary["others"] == [["created", "Ligne de budget", 3]]
    tables.apply(batch)
    assert said(plan) == [
        ("36", 2019, "investment", 100, None, None),
        ("37", 2019, "operation", 10, None, None),
        ("36", 2020, "investment", 1500000, 50, None),
    ]
    assert preview(plan, content).summary["writes"] is False


@pytest.mark.parametrize("repeated", [True, False])
def test_years_may_stand_under_what_they_give(repeated: bool, plan: Plan) -> None:
    rest = "{}" if repeated else ""
    above = ["N° action", "Nature"]
    for word in ("Prévu", "Engagé", "Réalisé"):
        above += [word, rest.format(word)]
    under = ["", "", *("2019", "2020") * 3]
    rows: list[list[Cell]] = [
        [*above],
        [*under],
        ["36", "Investissement", 1, 2, 3, 4, 5, 6],
    ]
    tables.apply(preview(plan, workbook(rows, title="Budget")))
    assert said(plan) == [
        ("36", 2019, "investment", 1, 3, 5),
        ("36", 2020, "investment", 2, 4, 6),
    ]


def test_years_alone_beside_natures_are_what_is_planned(plan: Plan) -> None:
    header = ("N° action", "Nature", 2019, 2020)
    content = table(("36", "Fonctionnement", 1, 2), header=header)  # type: ignore[arg-type]
    tables.apply(preview(plan, content))
    assert [line.planned for line in BudgetLine.objects.order_by("year")] == [1, 2]


def test_thousands_of_a_header_are_thousands(plan: Plan) -> None:
    header = ("N° action", "Nature", "Prévu 2019 (k€)", "Engagé 2019 en k€")
    content = table(("36", "Investissement", 12.5, "3 000"), header=header)
    tables.apply(preview(plan, content))
    assert said(plan) == [("36", 2019, "investment", 12500, 3000000, None)]


def test_a_fault_of_one_year_refuses_that_year_alone(plan: Plan) -> None:
    batch = preview(
        plan,
        table(
            ("36", "Investissement", None, "17 à 27 M€", 5, None),
            ("37", "Don", None, 1, 2, "beaucoup"),
            ("99", "Investissement", None, 7, None, None),
            header=WIDE,
        ),
    )
    assert sorted(faults(batch)) == [
        "Budget, A4 Ce plan n’a pas d’action 99.",
        "Budget, B3 Cette nature n’est pas connue.",
        "Budget, D2 « 17 à 27 M€ » n’est pas un montant seul : en choisir un.",
        "Budget, F3 « beaucoup » n’est pas compris comme un montant : écrire un "
        "nombre positif en euros, par exemple 1 500 000 ou 1,5 M€.",
    ]
    tables.apply(batch)
    assert said(plan) == [("36", 2020, "investment", 5, None, None)]


def test_a_table_of_actions_with_money_gives_both(plan: Plan) -> None:
    header = ("N°", "Action", "Pilote", "Nature", "Prévu 2019", "Engagé 2019")
    content = workbook([header, ("40", "Planter", "ONF", "Fonctionnement", 5, 3)])
    tables.apply(preview(plan, content))
    action = Action.objects.get(plan=plan, code="40")
    assert [str(role.organisation) for role in action.roles.all()] == ["ONF"]
    assert said(plan) == [("40", 2019, "operation", 5, 3, None)]


def test_years_of_an_indicator_are_no_money(plan: Plan) -> None:
    header = ("N° action", "Indicateur", "Nature", "Prévu 2019", "Réalisé 2019")
    content = workbook([header, ("36", "Arbres plantés", "Fonctionnement", 5, 3)])
    tables.apply(preview(plan, content))
    assert not BudgetLine.objects.exists()
    assert plan.actions.get(code="36").indicators.count() == 1


@pytest.fixture
def financed(plan: Plan) -> Plan:
    """Amounts of every kind, paid by bodies whose names are hard to read back."""
    funders = [
        None,
        OrganisationFactory(name="Région - Direction, énergie / climat"),
        organisation("CAGB", "Service Environnement"),
    ]
    for action in plan.actions.all():
        for funder in funders:
            BudgetLineFactory(
                action=action, funder=funder, planned=Decimal("1234567.89"), spent=0
            )
        BudgetLineFactory(action=action, nature="operation", committed=7)
    return plan


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_our_own_file_comes_back_without_change(
    kind: str, financed: Plan, client: Client
) -> None:
    content = client.get(f"/plans/plan/budget.{kind}").content
    batch = preview(financed, content, f"budget.{kind}")
    assert faults(batch) == []
    assert batch.summary["writes"] is False
    assert batch.lines.filter(kind="Ligne de budget").count() == 8


def test_the_workbook_of_a_plan_carries_its_amounts(financed: Plan) -> None:
    content = plan_workbook(financed)
    assert "Budget par année" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    batch = preview(financed, content, "plan.xlsx")
    assert batch.summary["writes"] is False
    other = PlanFactory()
    tables.apply(preview(other, content, "plan.xlsx"))
    copied = BudgetLine.objects.filter(action__plan=other)
    names = ("action__code", "year", "nature", "funder", "planned", "committed")
    before = BudgetLine.objects.filter(action__plan=financed).values_list(*names)
    assert sorted(copied.values_list(*names), key=str) == sorted(before, key=str)
    assert Organisation.objects.filter(name__startswith="Région").count() == 1


def test_a_table_of_actions_with_a_year_is_still_one_of_actions(plan: Plan) -> None:
    content = workbook([("N°", "Action", "Année"), ("40", "Planter", 2019)])
    tables.apply(preview(plan, content))
    assert Action.objects.filter(plan=plan, code="40").exists()
    assert not BudgetLine.objects.exists()
