"""Attainment at each level, and what the sheets lack."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from actions.models import Action, Plan
from indicators.completeness import Part, completeness
from indicators.models import ProgressNote, Result
from indicators.rates import rates_of
from pcaet.roles import READER
from pcaet.targets import TargetList
from tests.actions.factories import (
    ActionFactory,
    EngagementFactory,
    MeasureFactory,
    PlacementFactory,
    PlanFactory,
    RoleFactory,
)
from tests.indicators.factories import IndicatorFactory, ResultFactory, TargetFactory
from tests.indicators.typists import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    return PlanFactory(years=[2017, 2018])


def kept(action: Action, value: int | None, **kwargs: Any) -> None:
    """A target of 4 visits in 2017, of which ``value`` were made."""
    target = TargetFactory(
        indicator__action=action, year=2017, text="4 visites", **kwargs
    )
    if value is not None:
        ResultFactory(indicator=target.indicator, values=[Decimal(value)])


def test_a_missing_result_never_counts_as_zero(plan: Plan) -> None:
    action = ActionFactory(plan=plan)
    kept(action, 4)
    kept(action, 2)
    kept(action, None)
    rate = rates_of(plan, 2017).tally.rate
    assert (rate.attainment, rate.assessed, rate.expected) == (Decimal("0.75"), 2, 3)


def test_an_action_under_two_engagements_counts_once_in_the_plan(plan: Plan) -> None:
    first = EngagementFactory(axis__plan=plan)
    second = EngagementFactory(axis=first.axis)
    action = ActionFactory(plan=plan)
    for engagement in (first, second):
        PlacementFactory(axis=first.axis, engagement=engagement, action=action)
    kept(action, 1)
    top = rates_of(plan, None)
    [axis] = top.parts
    assert [level.tally.expected for level in axis.parts] == [1, 1]
    assert axis.tally.expected == 1
    assert top.tally.expected == 1
    assert top.tally.attainment == Decimal("0.25")


def test_measures_have_their_own_rate(plan: Plan) -> None:
    measure = MeasureFactory(action__plan=plan)
    kept(measure.action, 2, indicator__measure=measure)
    [action] = rates_of(plan, 2017).parts
    assert [part.tally.attainment for part in action.parts] == [Decimal("0.5")]


def test_validated_results_lead_to_their_list(plan: Plan) -> None:
    action = ActionFactory(plan=plan)
    kept(action, 4)
    kept(action, 3)
    Result.objects.update(validation="accepted")
    kept(action, 2)
    untargeted = IndicatorFactory(action=action)
    ResultFactory(indicator=untargeted, values=[Decimal(9)], validation="accepted")
    top = rates_of(plan, 2017)
    assert top.validated == 2
    assert top.validated_query == "annee=2017&etat=valide"
    assert len(TargetList(plan, QueryDict(top.validated_query)).facts) == 2


def test_an_action_without_indicator_is_shown_as_such(plan: Plan) -> None:
    ActionFactory(plan=plan)
    Plan.objects.update(is_public=True)
    page = Client().get(reverse("indicators:plan_rates", args=[plan.slug]))
    assert "aucun indicateur" in page.content.decode()


def test_a_closed_plan_shows_no_rate_to_the_public(plan: Plan) -> None:
    url = reverse("indicators:plan_rates", args=[plan.slug])
    assert Client().get(url).status_code == 404


def test_rates_read_in_a_constant_number_of_queries(
    plan: Plan, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        measure = MeasureFactory(action__plan=plan)
        kept(measure.action, 2, indicator__measure=measure)
    with django_assert_max_num_queries(12):
        rates_of(plan, 2017)


def test_each_missing_part_is_named(plan: Plan) -> None:
    empty = ActionFactory(plan=plan)
    complete = ActionFactory(plan=plan, end_year=2018)
    RoleFactory(action=complete)
    kept(complete, 4)
    ProgressNote.objects.create(action=complete, year=2017, text="Fini")
    owing = ActionFactory(plan=plan, start_date=date(2016, 1, 1))
    RoleFactory(action=owing)
    kept(owing, None)
    lacks = {sheet.action: sheet.lacks for sheet in completeness(plan, 2017).sheets}
    assert lacks == {
        empty: [Part.PILOT, Part.DATE, Part.INDICATOR, Part.NOTE],
        complete: [],
        owing: [Part.RESULT, Part.NOTE],
    }


def test_each_missing_part_has_its_filter(plan: Plan) -> None:
    ActionFactory(plan=plan)
    reader = signed_in(READER, plan.authority)
    url = reverse("indicators:plan_completeness", args=[plan.slug])
    page = reader.get(url, {"annee": "2017", "manque": "pilote"})
    assert len(page.context["sheets"]) == 1
    page = reader.get(url, {"annee": "2017", "manque": "resultat"})
    assert not page.context["sheets"]
