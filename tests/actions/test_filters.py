"""Choosing actions of a plan: what each filter keeps, and what it offers."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict

from actions.enums import RoleKind, Status
from actions.filters import ActionFilter, active_years
from actions.models import Plan
from actions.state import BLOCKED, IN_PROGRESS, ActionState
from tests.actions.factories import (
    ActionFactory,
    MeasureFactory,
    PlanFactory,
    RoleFactory,
    organisation,
)
from tests.indicators.factories import IndicatorFactory, TargetFactory

pytestmark = pytest.mark.django_db


def chosen(
    plan: Plan, query: str, states: dict[int, ActionState] | None = None
) -> list[str]:
    """The codes that a filter keeps."""
    found = ActionFilter(
        QueryDict(query), plan=plan, states=states or {}, queryset=plan.actions.all()
    )
    return [action.code for action in found.qs]


def offered(plan: Plan) -> list[str]:
    found = ActionFilter(QueryDict(), plan=plan, states={}, queryset=plan.actions.all())
    return list(found.form.fields)


def test_an_axis_keeps_the_actions_that_stand_there(bruxelles: Plan) -> None:
    assert chosen(bruxelles, "axe=TA2") == ["TA2.1", "TA2.2", "TA2.3"]


def test_a_pilot_leads_by_its_measures_and_departments(besancon: Plan) -> None:
    service = organisation("CAGB", "Direction des Transports")
    assert chosen(besancon, f"pilote={service.pk}") == ["36", "42"]
    assert len(chosen(besancon, f"pilote={organisation('CAGB').pk}")) == 10


def test_partners_are_not_pilots(besancon: Plan) -> None:
    partner = RoleFactory(action=besancon.actions.get(code="36"), kind=RoleKind.PARTNER)
    assert besancon.actions.led_by([partner.organisation_id]).count() == 0


def test_a_state_is_the_one_that_the_caller_tells() -> None:
    plan = PlanFactory()
    first, second = (ActionFactory(plan=plan, code=code) for code in "ab")
    states = {first.pk: IN_PROGRESS, second.pk: BLOCKED}
    assert chosen(plan, "etat=blocked", states) == ["b"]


def test_themes_and_catalogue_measures_are_filters(dijon: Plan) -> None:
    assert chosen(dijon, "theme=Habitat") != []
    cited = dijon.actions.get(code="1.16").reference_measures.get()
    codes = chosen(dijon, f"mesure={cited.pk}")
    assert codes == ["1.16", "1.17", "1.18", "1.19"]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("ELABORATION pcaet", ["1.01"]),
        ("élaboration", ["1.01"]),
        ("mot introuvable", []),
    ],
)
def test_words_are_sought_without_accents_nor_capitals(
    dijon: Plan, words: str, codes: list[str]
) -> None:
    found = chosen(dijon, f"q={words}")
    assert found[:1] == codes[:1]
    assert bool(found) == bool(codes)


def test_words_are_sought_in_measures_and_indicators(besancon: Plan) -> None:
    assert "36" in chosen(besancon, "q=sensibiliser acteurs")
    assert chosen(besancon, "q=mallette") == ["39"]


def test_every_word_is_needed_but_not_in_one_place() -> None:
    plan = PlanFactory()
    action = ActionFactory(plan=plan, code="a", title="Écoles")
    MeasureFactory(action=action, title="Toitures")
    assert chosen(plan, "q=toitures ecoles") == ["a"]
    assert chosen(plan, "q=toitures lycees") == []


def test_a_year_keeps_what_runs_then_or_has_a_target() -> None:
    plan = PlanFactory(start_year=2015, end_year=2018)
    ActionFactory(plan=plan, code="runs", start_year=2015, end_year=2017)
    ActionFactory(plan=plan, code="open", start_year=2016)
    ActionFactory(plan=plan, code="undated")
    aimed = ActionFactory(plan=plan, code="aimed")
    TargetFactory(indicator=IndicatorFactory(action=aimed), year=2018)
    assert chosen(plan, "annee=2016") == ["runs", "open"]
    assert chosen(plan, "annee=2018") == ["open", "aimed"]


def test_years_offered_are_those_of_the_plan_in_which_something_happens() -> None:
    plan = PlanFactory(start_year=2015, end_year=2018)
    ActionFactory(plan=plan, start_year=2010, end_year=2016)
    assert active_years(plan) == [2015, 2016]


def test_what_a_sheet_lacks_is_a_filter() -> None:
    plan = PlanFactory()
    full = ActionFactory(plan=plan, code="full", end_year=2018, budget_min=1)
    RoleFactory(action=None, measure=MeasureFactory(action=full))
    IndicatorFactory(action=full)
    ActionFactory(plan=plan, code="bare")
    lacks = ("pilote", "date", "budget", "indicateur")
    assert [chosen(plan, f"manque={lack}") for lack in lacks] == [["bare"]] * 4


def test_what_the_plan_cannot_choose_is_not_offered(cec: Plan) -> None:
    assert offered(cec) == ["q", "manque"]


@pytest.mark.parametrize(
    "query", ["axe=9", "pilote=abc", "annee=x", "etat=perdu", "q=" + "a" * 300]
)
def test_a_wrong_filter_says_so_and_hides_nothing(dijon: Plan, query: str) -> None:
    found = ActionFilter(
        QueryDict(query), plan=dijon, states={}, queryset=dijon.actions.all()
    )
    assert found.qs.count() == 95


def test_filters_in_use_can_be_taken_off_one_by_one(dijon: Plan) -> None:
    found = ActionFilter(
        QueryDict("axe=1&q=tri"), plan=dijon, states={}, queryset=dijon.actions.all()
    )
    shown = [(one.label, one.value, one.without) for one in found.applied]
    assert shown == [("Rechercher", "tri", "axe=1"), ("Domaine", "1", "q=tri")]


def test_only_open_actions_past_their_end_may_be_late() -> None:
    plan = PlanFactory()
    ActionFactory(plan=plan, code="past", end_year=2019)
    ActionFactory(plan=plan, code="done", end_year=2019, status=Status.DONE)
    ActionFactory(plan=plan, code="day", end_year=2020, end_date=date(2020, 6, 1))
    ActionFactory(plan=plan, code="said", status=Status.LATE)
    ActionFactory(plan=plan, code="later", end_year=2020)
    late = plan.actions.maybe_late(date(2020, 6, 2))
    assert {action.code for action in late} == {"past", "day", "said"}
