"""The grid in which officers type the money of a plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from actions.models import Action, BudgetLine, Plan
from pcaet.budget_typing import Entry, Ledger
from tests.actions.factories import (
    ActionFactory,
    AxisFactory,
    BudgetLineFactory,
    OrganisationFactory,
    PlanFactory,
    RoleFactory,
    organisation,
)

YEARS = [2018, 2019]


@pytest.fixture
def plan(db: None) -> Plan:
    return PlanFactory(authority=organisation("Grand Besançon"), years=YEARS)


@pytest.fixture
def action(plan: Plan) -> Action:
    return ActionFactory(plan=plan, code="36")


@pytest.fixture
def typist(officer: User, client: Client) -> Client:
    client.force_login(officer)
    return client


def cell(action: Action, year: int = 2018, amount: str = "planned") -> str:
    return f"r{action.pk}-{year}-{amount}"


def typed(action: Action, seen: dict[str, str] | None = None, **cells: str) -> Any:
    """What the page sends of one row: «y2018» stands for the planned cell of 2018."""
    sent = {cell(action, int(name[1:])): text for name, text in cells.items()}
    return {f"r{action.pk}-seen": json.dumps(seen or {}), **sent}


def address(plan: Plan, query: str = "") -> str:
    return f"/plans/{plan.slug}/budget/saisie/{query}"


def test_an_amount_is_saved_with_its_author(
    plan: Plan, action: Action, officer: User, typist: Client
) -> None:
    answer = typist.post(address(plan), typed(action, y2018="1,5 M€", y2019=""))
    assert answer.status_code == 302
    line = BudgetLine.objects.get()
    assert (line.action, line.year, line.nature) == (action, 2018, "investment")
    assert (line.planned, line.spent, line.funder) == (Decimal(1500000), None, None)
    record = BudgetLine.history.get()
    assert (record.history_user, record.history_type) == (officer, "+")


def test_only_what_changed_is_written(
    plan: Plan, action: Action, typist: Client
) -> None:
    BudgetLineFactory(action=action, year=2018, planned=1500)
    seen = {"2018-planned": "1500"}
    typist.post(address(plan), typed(action, seen, y2018="1 500,00 €", y2019="7"))
    assert BudgetLine.history.filter(history_type="~").count() == 0
    assert BudgetLine.objects.get(year=2019).planned == 7


def test_a_faulty_cell_keeps_its_text_and_says_why(
    plan: Plan, action: Action, typist: Client
) -> None:
    answer = typist.post(address(plan), typed(action, y2018="à voir", y2019="12"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="à voir"' in page
    assert "n’est pas compris comme un montant" in page
    assert BudgetLine.objects.get().planned == 12


def test_nobody_overwrites_what_they_have_not_seen(
    plan: Plan, action: Action, administrator: User, typist: Client
) -> None:
    line = BudgetLineFactory(action=action, year=2018, planned=100)
    Ledger(plan, "investment", None).save(
        [Entry(action.pk, 2018, "planned", Decimal(200), Decimal(100))], administrator
    )
    answer = typist.post(
        address(plan), typed(action, {"2018-planned": "100"}, y2018="300")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Changé entre-temps par administratrice" in page
    assert "Garder 200" in page
    assert 'value="300"' in page
    line.refresh_from_db()
    assert line.planned == 200


@pytest.mark.parametrize(("choice", "kept"), [("keep", 200), ("200", 300), (None, 200)])
def test_the_author_of_a_conflict_chooses(
    choice: str | None, kept: int, plan: Plan, action: Action, typist: Client
) -> None:
    line = BudgetLineFactory(action=action, year=2018, planned=200)
    data = typed(action, {"2018-planned": "100"}, y2018="300")
    if choice:
        data[f"over-{cell(action)}"] = choice
    typist.post(address(plan), data)
    line.refresh_from_db()
    assert line.planned == kept


def test_a_line_created_meanwhile_is_a_conflict(
    plan: Plan,
    action: Action,
    officer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    BudgetLineFactory(action=action, year=2018, planned=100)
    ledger = Ledger(plan, "investment", None)
    known = iter([{}, ledger._lines()])
    monkeypatch.setattr(ledger, "_lines", lambda: next(known))
    found = ledger.save([Entry(action.pk, 2018, "planned", Decimal(7), None)], officer)
    assert [theirs.value for _entry, theirs in found] == [100]
    assert ledger.saved == 0


def test_two_people_who_type_the_same_do_not_conflict(
    plan: Plan, action: Action, typist: Client
) -> None:
    BudgetLineFactory(action=action, year=2018, planned=300)
    assert typist.post(address(plan), typed(action, y2018="300")).status_code == 302


def test_the_sheet_tells_who_typed_an_amount(
    plan: Plan, action: Action, typist: Client
) -> None:
    typist.post(address(plan), typed(action, y2018="100"))
    typist.post(address(plan), typed(action, {"2018-planned": "100"}, y2018="250"))
    page = typist.get(action.get_absolute_url()).content.decode()
    assert "budget 2018, investissement" in page
    assert "250" in page.partition('class="history"')[2]


def test_a_line_left_without_amount_is_removed(
    plan: Plan, action: Action, typist: Client
) -> None:
    BudgetLineFactory(action=action, year=2018, planned=100)
    BudgetLineFactory(action=action, year=2019, planned=100, spent=5)
    seen = {"2018-planned": "100", "2019-planned": "100"}
    typist.post(address(plan), typed(action, seen, y2018="", y2019=""))
    assert list(BudgetLine.objects.values_list("planned", "spent")) == [
        (None, Decimal(5))
    ]
    assert BudgetLine.history.filter(history_type="-").count() == 1


def test_nature_funder_and_year_are_chosen(
    plan: Plan, action: Action, typist: Client
) -> None:
    funder = OrganisationFactory(name="ADEME")
    RoleFactory(action=action, organisation=funder, kind="funder")
    query = f"?nature=operation&financeur={funder.pk}&annee=2030"
    page = typist.get(address(plan, query)).content.decode()
    assert page.count('inputmode="decimal"') == 3
    data = {f"r{action.pk}-seen": "{}", cell(action, 2030, "spent"): "50"}
    typist.post(address(plan, query), data)
    line = BudgetLine.objects.get()
    assert (line.funder, line.nature, line.year) == (funder, "operation", 2030)
    assert (line.planned, line.spent) == (None, Decimal(50))


@pytest.mark.parametrize("query", ["?annee=x&nature=y", "?financeur=9999", "?axe=Z"])
def test_unknown_choices_fall_back_on_the_usual(
    query: str, plan: Plan, action: Action, typist: Client
) -> None:
    page = typist.get(address(plan, query)).content.decode()
    assert cell(action, 2018) in page


@pytest.mark.parametrize("seen", ["", "[1]", "{", '{"2018-planned": {}}'])
def test_a_damaged_page_overwrites_nothing(
    seen: str, plan: Plan, action: Action, typist: Client
) -> None:
    BudgetLineFactory(action=action, year=2018, planned=100)
    data = {f"r{action.pk}-seen": seen, cell(action): "300"}
    assert typist.post(address(plan), data).status_code == 422
    assert BudgetLine.objects.get().planned == 100


def test_an_action_of_another_plan_is_not_written(
    plan: Plan, action: Action, typist: Client
) -> None:
    other = ActionFactory()
    typist.post(address(plan), typed(other, y2018="5"))
    assert not BudgetLine.objects.exists()


@pytest.mark.parametrize("role", ["reader", "pilot", "stranger"])
def test_only_those_who_lead_the_plan_type(
    role: str, plan: Plan, action: Action, client: Client, request: Any
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert client.get(address(plan)).status_code == 404
    assert client.post(address(plan), typed(action, y2018="5")).status_code == 404
    assert not BudgetLine.objects.exists()


def test_nobody_types_without_signing_in(
    plan: Plan, action: Action, client: Client
) -> None:
    Plan.objects.update(is_public=True)
    assert client.get(address(plan)).headers["Location"].startswith("/connexion/")


def test_the_grid_takes_as_many_queries_whatever_its_size(
    plan: Plan,
    action: Action,
    typist: Client,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    AxisFactory.create_batch(2, plan=plan)
    with django_assert_max_num_queries(14) as few:
        typist.get(address(plan))
    for rank in range(30):
        BudgetLineFactory(action=ActionFactory(plan=plan, code=f"N{rank}"), year=2018)
    with django_assert_max_num_queries(len(few)):
        typist.get(address(plan))


def test_saving_takes_as_many_queries_whatever_is_typed(
    plan: Plan,
    typist: Client,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    actions = ActionFactory.create_batch(30, plan=plan)
    data: dict[str, str] = {}
    for action in actions[:2]:
        data |= typed(action, y2018="1")
    with django_assert_max_num_queries(20) as few:
        typist.post(address(plan), data)
    for action in actions[2:]:
        data |= typed(action, y2018="1")
    with django_assert_max_num_queries(len(few)):
        typist.post(address(plan), data)
    assert BudgetLine.objects.count() == 30
