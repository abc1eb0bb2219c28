from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from actions.models import Action, Plan
from indicators.enums import State
from indicators.models import Indicator
from indicators.summaries import Tally, progress_by_action, progress_by_plan
from tests.actions.factories import ActionFactory
from tests.indicators.factories import IndicatorFactory, ResultFactory, TargetFactory

pytestmark = pytest.mark.django_db


def promise(indicator: Indicator, year: int, **result: Any) -> None:
    """A target of four meetings, and its result where one is given."""
    TargetFactory(indicator=indicator, year=year, text="4 réunions")
    if result:
        ResultFactory(indicator=indicator, year=year, **result)


@pytest.fixture
def action() -> Action:
    """Four targets: reached, half reached, commented only, and empty."""
    indicator = IndicatorFactory()
    promise(indicator, 2015, values=[Decimal(4)])
    promise(indicator, 2016, values=[Decimal(2)])
    promise(indicator, 2017, comment="Chiffre attendu en mai")
    promise(indicator, 2018)
    return indicator.action


def whole(action: Action) -> Tally:
    return progress_by_action([action.plan_id])[action.pk].whole


def test_coverage_stands_beside_the_rate(action: Action) -> None:
    tally = whole(action)
    assert (tally.expected, tally.filled, tally.missing) == (4, 2, 2)
    assert (tally.rate.attainment, tally.rate.assessed) == (Decimal("0.75"), 2)


def test_each_year_has_its_own_tally(action: Action) -> None:
    progress = progress_by_action([action.plan_id])[action.pk]
    assert progress.year(2016).attainment == Decimal("0.5")
    assert progress.year(2017).missing == 1
    assert progress.year(1999).expected == 0


def test_one_year_may_be_asked_for(action: Action) -> None:
    progress = progress_by_action([action.plan_id], year=2015)[action.pk]
    assert progress.whole.expected == 1
    assert progress.whole.attainment == 1


def test_shares_of_the_bar_add_up_to_what_is_expected(action: Action) -> None:
    shares = dict(whole(action).shares)
    assert (shares["reached"], shares["partial"], shares["missing"]) == (1, 1, 2)
    assert sum(shares.values()) == 4


def test_a_state_said_by_a_person_comes_first(action: Action) -> None:
    indicator = IndicatorFactory(action=action)
    promise(indicator, 2015, values=[Decimal(0)], state=State.NOT_APPLICABLE)
    tally = whole(action)
    assert tally.states["not_applicable"] == 1
    assert tally.rate.assessed == 2


def test_a_result_in_words_is_filled_but_not_assessed() -> None:
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator, text="Méthode arrêtée")
    ResultFactory(indicator=indicator, text="Méthode en cours d’écriture")
    tally = whole(indicator.action)
    assert (tally.filled, tally.assessed, tally.attainment) == (1, 0, None)
    assert dict(tally.shares)["unsaid"] == 1


def test_a_result_without_target_is_not_counted(action: Action) -> None:
    ResultFactory(indicator=IndicatorFactory(action=action), text="Fait")
    assert whole(action).filled == 2


def test_a_plan_adds_its_actions(action: Action) -> None:
    other = IndicatorFactory(action=ActionFactory(plan=action.plan))
    promise(other, 2015, values=[Decimal(1)])
    tally = progress_by_plan([action.plan_id])[action.plan_id].whole
    assert (tally.expected, tally.filled) == (5, 3)
    assert tally.attainment == Decimal("1.75") / 3


def test_another_plan_is_left_out(action: Action) -> None:
    promise(IndicatorFactory(), 2015, values=[Decimal(0)])
    assert list(progress_by_plan([action.plan_id])) == [action.plan_id]


def test_the_number_of_queries_does_not_grow(
    besancon: Plan, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        progress = progress_by_action([besancon.pk])
    assert sum(each.whole.expected for each in progress.values()) == 92
