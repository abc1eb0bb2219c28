"""Who may touch the words that a council voted."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model

from actions.belonging import part_of, plan_lookups, plan_of
from actions.models import (
    Action,
    ActionLink,
    Axis,
    BudgetLine,
    Engagement,
    Measure,
    Milestone,
    Organisation,
    Placement,
    Plan,
    Role,
)
from actions.wording import (
    keep_locked,
    locked_fields,
    refusal_to_add,
    refusal_to_change,
    refusal_to_delete,
    voted_fields,
)
from indicators.models import Indicator, Quantity, Result, Target
from procurement.models import Goal, GoalTarget
from tests.actions.factories import (
    ActionFactory,
    MeasureFactory,
    PlanFactory,
    RoleFactory,
)
from tests.indicators.factories import IndicatorFactory, TargetFactory

pytestmark = pytest.mark.django_db

VOTED = [Plan, Axis, Engagement, Action, Measure, Milestone, Placement]
VOTED_ELSEWHERE = [Indicator, Target, Goal, GoalTarget]


@pytest.fixture
def voted(officer: User) -> Action:
    authority = officer.memberships.get().organisation
    plan = PlanFactory(adopted=True, authority=authority)
    return ActionFactory(plan=plan, title="Ce que le conseil a voté")


@pytest.mark.parametrize("model", [*VOTED, *VOTED_ELSEWHERE])
def test_what_a_council_votes_has_locked_words(model: type[Model]) -> None:
    assert voted_fields(model)


def test_the_adoption_of_a_plan_is_locked_with_it() -> None:
    assert "is_adopted" in voted_fields(Plan)


def test_a_part_does_not_leave_its_adopted_plan(voted: Action, officer: User) -> None:
    assert {"plan", "axis", "engagement"} <= locked_fields(voted, officer)


def test_officer_may_not_change_the_words(voted: Action, officer: User) -> None:
    refusal = refusal_to_change(voted, ["title", "status"], officer)
    assert "est adopté" in refusal
    assert "« titre »" in refusal
    assert "statut" not in refusal


def test_officer_may_change_the_rest(voted: Action, officer: User) -> None:
    assert not refusal_to_change(voted, ["status", "budget_min"], officer)


def test_officer_may_not_delete_nor_add(voted: Action, officer: User) -> None:
    assert "supprimer « " in refusal_to_delete(voted, officer)
    assert refusal_to_delete(MeasureFactory(action=voted), officer)
    assert refusal_to_add(Measure(action=voted, title="Nouvelle"), officer)


def test_a_role_was_not_voted(voted: Action, officer: User) -> None:
    role = RoleFactory(action=voted)
    assert not locked_fields(role, officer)
    assert not refusal_to_delete(role, officer)


def test_a_target_is_locked_whichever_app_holds_it(
    voted: Action, officer: User
) -> None:
    target = TargetFactory(indicator=IndicatorFactory(action=voted))
    assert "text" in locked_fields(target, officer)
    assert refusal_to_add(Target(indicator=target.indicator, year=2030), officer)


def test_administrator_may_correct(voted: Action, administrator: User) -> None:
    assert not locked_fields(voted, administrator)
    assert not refusal_to_delete(voted, administrator)


def test_nothing_is_locked_before_adoption(officer: User) -> None:
    assert not locked_fields(ActionFactory(), officer)


def test_anonymous_is_locked_out(voted: Action) -> None:
    assert locked_fields(voted, AnonymousUser())


def test_words_are_put_back_before_saving(voted: Action, officer: User) -> None:
    voted.title = "Autre chose"
    voted.status = "done"
    assert keep_locked(voted, officer) == ["title"]
    assert (voted.title, voted.status) == ("Ce que le conseil a voté", "done")


def test_a_plan_unadopted_in_memory_is_still_adopted(
    voted: Action, officer: User
) -> None:
    plan = voted.plan
    plan.is_adopted = False
    plan.title = "Autre titre"
    assert keep_locked(plan, officer) == ["is_adopted", "title"]


def test_words_stay_where_the_user_may_correct_them(
    voted: Action, administrator: User
) -> None:
    voted.title = "Corrigé"
    assert keep_locked(voted, administrator) == []
    assert voted.title == "Corrigé"


# To which plan a thing belongs


@pytest.mark.parametrize(
    ("model", "lookups"),
    [
        (Plan, ["pk"]),
        (Action, ["plan"]),
        (Engagement, ["axis__plan"]),
        (Placement, ["axis__plan"]),
        (BudgetLine, ["action__plan"]),
        (ActionLink, ["source__plan"]),
        (Role, ["action__plan", "measure__action__plan"]),
        (Quantity, ["target__indicator__action__plan"]),
        (Result, ["indicator__action__plan"]),
        (GoalTarget, ["goal__plan"]),
        (Organisation, []),
    ],
)
def test_the_way_to_the_plan(model: type[Model], lookups: list[str]) -> None:
    assert plan_lookups(model) == lookups


def test_a_role_belongs_to_the_plan_of_its_measure() -> None:
    measure = MeasureFactory()
    role = RoleFactory(action=None, measure=measure)
    other = RoleFactory()
    plans = Plan.objects.filter(pk=measure.action.plan_id)
    assert plan_of(role) == measure.action.plan
    assert list(Role.objects.filter(part_of(Role, plans))) == [role]
    assert other not in Role.objects.filter(part_of(Role, plans))


def test_what_lost_its_parent_belongs_to_no_plan() -> None:
    assert plan_of(Measure(action_id=999_999, title="Orpheline")) is None
