"""The figures that the real file must give (decp/README.md of the study)."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from actions.models import Plan
from procurement.decp.load import import_file
from procurement.goals import Period, dashboard
from procurement.models import (
    Buyer,
    Contract,
    ContractHolder,
    GoalScope,
    Purchase,
)
from tests.procurement.records import BUYER, TODAY, bring, record

VALID = (
    Path(__file__).parents[1] / "data" / "decp" / "v2_valide_dematis_2024-07-26.json"
)
YEAR_2024 = Period.of_year(2024)

pytestmark = pytest.mark.django_db


@pytest.fixture
def valid_file() -> Iterator[None]:
    import_file(VALID.read_bytes(), name=VALID.name, today=TODAY)
    yield


def goals(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("spaser_goals", *arguments, "--json", stdout=out)
    return {goal["key"]: goal for goal in json.loads(out.getvalue())["goals"]}


def by_number(goal: dict[str, Any]) -> tuple[int, int, float]:
    share = goal["by_number"]
    return share["numerator"], share["denominator"], share["rate"]


def test_figures_of_all_the_contracts(valid_file: None) -> None:
    found = goals()
    assert by_number(found["environmental_criterion"]) == (50, 117, 42.7)
    assert by_number(found["environmental"]) == (69, 117, 59.0)
    assert by_number(found["insertion_formal"])[:2] == (2, 13)
    assert by_number(found["social_formal"])[:2] == (7, 13)
    assert found["environmental_criterion"]["by_value"] == {
        "numerator": 44943866,
        "denominator": 52396746,
        "rate": 85.8,
    }


def test_figures_of_2024(valid_file: None) -> None:
    found = goals("--from", "2024-01-01", "--to", "2024-12-31")
    assert by_number(found["environmental_criterion"]) == (38, 82, 46.3)
    assert by_number(found["environmental"]) == (52, 82, 63.4)
    assert by_number(found["insertion_formal"])[:2] == (2, 10)
    assert by_number(found["social_formal"])[:2] == (7, 10)
    assert found["circular_targeted"]["by_number"]["rate"] is None
    assert found["sme_targeted"]["coverage"] is None


@pytest.mark.parametrize(
    ("period", "number", "social", "reserved", "value", "bids"),
    [
        (Period(), 117, 46, 2, 442000, "3.24"),
        (YEAR_2024, 82, 36, 1, 260000, "3.30"),
    ],
)
def test_the_register_at_a_glance(
    valid_file: None,
    period: Period,
    number: int,
    social: int,
    reserved: int,
    value: int,
    bids: str,
) -> None:
    found = dashboard(Contract.objects.all(), plan=None, period=period)
    assert (found.number, found.social_result.figure.reached.number) == (number, social)
    assert found.reserved.reached.number == reserved
    assert found.reserved.reached.value == value
    assert found.mean_bids == Decimal(bids)


def test_the_six_goals_of_the_scheme_have_formulas_and_targets(clermont: Plan) -> None:
    found = goals("--plan", clermont.slug)
    assert len(found) == 6
    assert found["environmental_criterion"]["targets"] == {"2024": 30, "2026": 70}


def test_figures_per_buyer_add_up(valid_file: None) -> None:
    found = dashboard(Contract.objects.all(), plan=None, period=Period()).goals
    for result in found:
        per_buyer = sum(f.base.number for f in result.by_buyer.values())
        assert per_buyer == result.figure.base.number


def test_number_of_queries_is_constant(
    valid_file: None, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        dashboard(Contract.objects.all(), plan=None, period=YEAR_2024)


def test_subsequent_contracts_may_be_left_out(clermont: Plan) -> None:
    ways = {"modaliteExecution": ["Marchés subséquents"]}
    bring(record(), record(id="2", modalitesExecution=ways, idAccordCadre="2023-07"))
    scope = GoalScope.objects.create(plan=clermont)
    assert goals()["environmental"]["base"] == 2
    scope.includes_subsequent = False
    scope.save()
    assert goals()["environmental"]["base"] == 1


def test_small_contracts_may_be_left_out(clermont: Plan) -> None:
    bring(record(), record(id="2", montant=12000))
    GoalScope.objects.create(plan=clermont, minimum_amount=40000)
    assert goals()["environmental"]["base"] == 1


def test_a_contradiction_waits_for_the_officer() -> None:
    both = ["Pas de considération environnementale", "Critère environnemental"]
    bring(record(considerationsEnvironnementales=both))
    goal = goals()["environmental_criterion"]
    assert (goal["by_number"]["rate"], goal["coverage"]) == (None, 0)
    Contract.objects.update(corrected_environmental_criterion=True)
    assert goals()["environmental_criterion"]["by_number"]["rate"] == 100


def test_targeted_goals_count_the_contracts_of_targeted_purchases() -> None:
    bring(record(), record(id="2", objet="Autre achat"))
    first, second = Contract.objects.order_by("number")
    ContractHolder.objects.filter(contract=second).update(size_class="sme")
    first.environmental_kinds = ["circular"]
    first.save()
    for contract in (first, second):
        purchase = Purchase.objects.create(
            buyer=Buyer.objects.get(siret=BUYER),
            year=2024,
            label="Espaces verts",
            award_due=date(2024, 3, 1),
            decision=Purchase.Decision.TARGETED,
        )
        purchase.contracts.add(contract)
    found = goals()
    assert by_number(found["circular_targeted"]) == (1, 2, 50)
    assert by_number(found["sme_targeted"]) == (1, 1, 100)
    assert found["sme_targeted"]["coverage"] == 50
