from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procurement.enums import GoalFormula
from procurement.formulas import Answer, Figure, Tally
from procurement.goals import GoalResult
from procurement.models import LegalParameter
from tests.procurement.records import TODAY, bring, keep_buyer, record

pytestmark = pytest.mark.django_db


def result(yes: int, no: int, possible: int = 0, unsaid: int = 0) -> GoalResult:
    """A goal of 30 % in 2024 and 70 % in 2026."""
    found = Figure()
    for answer, number in zip(Answer, (yes, no, possible, unsaid), strict=True):
        found.tallies[answer] = Tally(number, Decimal(number * 100))
    return GoalResult(
        formula=GoalFormula.ENVIRONMENTAL_CRITERION,
        label="Critère",
        figure=found,
        by_buyer={},
        targets={2024: Decimal(30), 2026: Decimal(70)},
    )


@pytest.mark.parametrize(
    ("yes", "no", "possible", "year", "reached"),
    [
        (3, 7, 0, 2024, True),
        (2, 8, 0, 2024, False),
        (5, 5, 0, 2025, True),
        (5, 5, 0, 2026, False),
        (5, 5, 0, 2023, None),
        (0, 0, 0, 2024, None),
        # A maximum may show that a target is missed, not that it is reached.
        (1, 7, 2, 2024, None),
        (1, 8, 1, 2024, False),
    ],
)
def test_a_target_is_reached(
    yes: int, no: int, possible: int, year: int, reached: bool | None
) -> None:
    assert result(yes, no, possible).is_reached(year) is reached


def gauge(found: GoalResult) -> str:
    parameter = LegalParameter(
        code=LegalParameter.Code.ENVIRONMENTAL_CRITERION,
        applies_from=TODAY.replace(month=8, day=21),
        value=Decimal(100),
    )
    template = Template("{% load purchasing %}{% goal_gauge found lines %}")
    lines = {GoalFormula.ENVIRONMENTAL_CRITERION: parameter}
    return template.render(Context({"found": found, "lines": lines}))


def test_the_gauge_draws_what_is_sure_and_what_is_possible() -> None:
    drawn = gauge(result(yes=2, no=7, possible=1, unsaid=10))
    assert '<rect class="fill-reached" width="20.0%"' in drawn
    assert '<rect fill="url(#hatch-partial)" x="20.0%" width="10.0%"' in drawn
    assert '<rect class="covered" width="45.0%"' in drawn


def test_the_gauge_marks_the_targets_and_the_law() -> None:
    drawn = gauge(result(yes=1, no=1)).replace("\u00a0", " ").replace("\u202f", " ")
    for words in (
        "Visé en 2024 : 30 %",
        "Visé en 2026 : 70 %",
        "Loi, 21 août 2026 : 100 %",
    ):
        assert f">{words}</text>" in drawn


def test_a_gauge_without_data_draws_no_zero() -> None:
    drawn = gauge(result(yes=0, no=0))
    assert "non renseigné" in drawn
    assert "0 %" not in drawn.replace("30\u202f%", "").replace("70\u202f%", "").replace(
        "100\u202f%", ""
    )


@pytest.fixture
def page(client: Client, officer: User) -> Client:
    keep_buyer()
    client.force_login(officer)
    return client


def test_a_goal_is_shown_year_after_year(page: Client) -> None:
    bring(
        record(),
        record(id="2", dateNotification="2023-02-01"),
        record(
            id="3",
            dateNotification="2023-03-01",
            considerationsSociales=["Pas de considération sociale"],
        ),
    )
    address = reverse("procurement:goal_contracts", args=["social_formal"])
    lines = page.get(address).context["lines"]
    assert [
        (line["year"], line["figure"].reached.number, line["figure"].informed.number)
        for line in lines
    ] == [(2024, 1, 1), (2023, 1, 2)]


def test_each_contract_says_whether_it_counts(page: Client) -> None:
    bring(record(), record(id="2", considerationsSociales="NC"))
    address = reverse("procurement:goal_contracts", args=["insertion_formal"])
    contracts = page.get(address).context["contracts"]
    answers = {contract.number: answer for contract, answer in contracts}
    assert answers == {"2024-01": Answer.POSSIBLE, "2": Answer.UNSAID}


def test_an_unknown_goal_is_not_found(page: Client) -> None:
    address = reverse("procurement:goal_contracts", args=["inconnu"])
    assert page.get(address).status_code == 404


def test_the_list_behind_a_figure_comes_in_pages(page: Client) -> None:
    bring(*(record(id=str(n), objet=f"Achat {n}") for n in range(60)))
    address = reverse("procurement:goal_contracts", args=["environmental"])
    second = page.get(f"{address}?annee=2024&page=2")
    assert len(second.context["contracts"]) == 10
    assert "?annee=2024&amp;page=1" in second.content.decode()


def test_a_goal_asks_as_many_queries_for_many_contracts(page: Client) -> None:
    address = reverse("procurement:goal_contracts", args=["environmental"])
    bring(record())
    few = _queries(page, address)
    bring(*(record(id=str(n), objet=f"Achat {n}") for n in range(40)))
    assert _queries(page, address) == few


def _queries(page: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page.get(address)
    return len(captured)
