from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import QueryDict
from django.test import Client

from actions.models import Action, BudgetLine, Plan
from pcaet.budget import Budget
from tests.actions.factories import (
    ActionFactory,
    AxisFactory,
    BudgetLineFactory,
    OrganisationFactory,
    PlanFactory,
)


@pytest.fixture
def plan(db: None) -> Plan:
    """Two axes; one action without money, one paid by a funder."""
    plan = PlanFactory(public=True)
    funder = OrganisationFactory(name="ADEME")
    for rank in (1, 2):
        axis = AxisFactory(plan=plan, code=f"{rank}", order=rank)
        action = ActionFactory(plan=plan, axis=axis, code=f"{rank}", order=rank)
        for year in (2018, 2019):
            BudgetLineFactory(action=action, year=year, planned=100 * rank, spent=50)
        BudgetLineFactory(action=action, year=2019, nature="operation", funder=funder)
    ActionFactory(plan=plan, code="3", order=3)
    BudgetLine.objects.filter(funder=funder).update(committed=7)
    return plan


@pytest.mark.parametrize(
    ("asked", "lookup"),
    [
        ("", {}),
        ("nature=operation", {"nature": "operation"}),
        ("financeur=aucun", {"funder": None}),
    ],
)
def test_totals_equal_sums_in_sql(
    asked: str, lookup: dict[str, Any], plan: Plan
) -> None:
    budget = Budget(plan, QueryDict(asked))
    lines = BudgetLine.objects.filter(action__plan=plan, **lookup)
    for name in ("planned", "committed", "spent"):
        expected = lines.aggregate(sum=Sum(name))["sum"]
        assert getattr(budget.whole.total, name) == expected
        by_axis = [getattr(axis.total, name) for axis in budget.axes]
        assert sum(filter(None, by_axis)) == (expected or 0)
    assert len(budget.lines) == lines.count()


def test_shares_by_funder_and_nature_add_up(plan: Plan) -> None:
    budget = Budget(plan, QueryDict(""))
    lines = BudgetLine.objects.filter(action__plan=plan)
    own, paid = lines.filter(funder=None), lines.exclude(funder=None)
    assert [
        (s.label, s.money.planned, s.money.committed) for s in budget.by_funder
    ] == [
        ("ADEME", None, paid.aggregate(sum=Sum("committed"))["sum"]),
        ("Sans financeur précisé", own.aggregate(sum=Sum("planned"))["sum"], None),
    ]
    assert [(s.label, s.actions) for s in budget.by_nature] == [
        ("Investissement", 2),
        ("Fonctionnement", 2),
    ]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (5, None, "au moins 5"),
        (None, 7, "au plus 7"),
        (5, 7, "5\u202f€ à 7"),
        (6, 6, "6"),
    ],
)
def test_a_bound_alone_is_shown_as_such(
    low: int | None, high: int | None, words: str, client: Client, db: None
) -> None:
    plan = PlanFactory(public=True)
    ActionFactory(plan=plan, budget_min=low, budget_max=high)
    page = client.get(f"/plans/{plan.slug}/budget/").content.decode()
    assert f'data-label="Document">{words}\u202f€' in page


def test_missing_money_is_never_zero(plan: Plan) -> None:
    budget = Budget(plan, QueryDict(""))
    (row,) = [row for row in budget.rows if row.action.code == "3"]
    assert (row.total.planned, row.total.spent, row.total.is_known) == (
        None,
        None,
        False,
    )
    assert (budget.whole.covered, len(budget.rows)) == (2, 3)


def test_estimates_keep_their_range_and_doubt(dijon: Plan) -> None:
    whole = Budget(dijon, QueryDict("")).whole
    estimated = dijon.actions.exclude(budget_min=None, budget_max=None)
    assert whole.estimated == estimated.count() > 0
    assert whole.uncertain == estimated.filter(budget_uncertain=True).count()
    low = estimated.aggregate(sum=Sum("budget_min"))["sum"]
    assert whole.low == low
    assert whole.high > low


@pytest.mark.parametrize("asked", ["nature=x&financeur=y", "financeur=999999"])
def test_unknown_filters_are_set_aside(asked: str, plan: Plan, client: Client) -> None:
    answer = client.get(f"/plans/{plan.slug}/budget/?{asked}")
    assert answer.status_code == 200
    assert len(answer.context["budget"].lines) == 6


def test_budget_takes_as_many_queries_whatever_its_size(
    plan: Plan, client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    address = f"/plans/{plan.slug}/budget/"
    with django_assert_num_queries(3):
        client.get(address)
    for rank in range(20):
        action = ActionFactory(plan=plan, code=f"N{rank}")
        BudgetLineFactory(action=action, planned=Decimal("12.50"))
    with django_assert_num_queries(3):
        client.get(address)


def test_budget_is_given_as_a_file(plan: Plan, client: Client) -> None:
    text = client.get(f"/plans/{plan.slug}/budget.csv?financeur=aucun").content.decode()
    assert text.count("Investissement") == 4
    assert "ADEME" not in text


def test_budget_of_a_closed_plan_is_not_found(
    plan: Plan, stranger: User, client: Client
) -> None:
    Plan.objects.update(is_public=False)
    client.force_login(stranger)
    for address in ("budget/", "budget.csv"):
        assert client.get(f"/plans/{plan.slug}/{address}").status_code == 404


def test_plan_without_money_says_so(client: Client, db: None) -> None:
    plan = PlanFactory(public=True)
    Action.objects.create(plan=plan, code="1")
    page = client.get(f"/plans/{plan.slug}/budget/").content.decode()
    assert "Aucun montant n’est encore saisi" in page
