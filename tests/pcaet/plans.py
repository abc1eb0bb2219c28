"""A public plan of any size, in which every page has all that it may show."""

from __future__ import annotations

from actions.enums import RoleKind, TermKind
from actions.models import Action, Axis, Opinion, Photo, Plan
from tests.actions.factories import (
    ActionFactory,
    ActionLinkFactory,
    ActionReferenceFactory,
    ActionTermFactory,
    AxisFactory,
    BudgetLineFactory,
    DeliberationFactory,
    EngagementFactory,
    MeasureFactory,
    MilestoneFactory,
    OrganisationFactory,
    PlacementFactory,
    PlanFactory,
    RoleFactory,
    TermFactory,
)
from tests.indicators.factories import (
    IndicatorFactory,
    ProgressNoteFactory,
    ResultFactory,
    TargetFactory,
)
from tests.procurement.factories import GoalFactory, GoalTargetFactory

YEARS = [2016, 2017]


def full_plan(size: int) -> Plan:
    """``size`` axes, engagements, deliberations, goals, and actions that are full."""
    plan = PlanFactory(
        public=True, years=YEARS, axis_label="Axe", engagement_label="Engagement"
    )
    for number in range(size):
        vote = DeliberationFactory(plan=plan, number=str(number), votes_for=50)
        Opinion.objects.create(deliberation=vote, body="Bureau", opinion="Favorable")
        GoalTargetFactory(goal=GoalFactory(plan=plan))
        full_action(plan, AxisFactory(plan=plan), parts=1)
    return plan


def full_action(plan: Plan, axis: Axis, parts: int) -> Action:
    """An action with ``parts`` of everything, under two engagements."""
    first, second = (EngagementFactory(axis=axis) for _ in range(2))
    action: Action = ActionFactory(
        plan=plan, axis=axis, engagement=first, end_year=2018
    )
    PlacementFactory(action=action, axis=axis, engagement=first)
    PlacementFactory(action=action, axis=axis, engagement=second)
    for _ in range(parts):
        _add_roles(action)
        _add_words(action)
        _add_figures(action)
    return action


def _add_roles(action: Action) -> None:
    measure = MeasureFactory(action=action)
    for kind in RoleKind:
        body = OrganisationFactory()
        service = OrganisationFactory(parent=body)
        RoleFactory(action=action, organisation=body, kind=kind)
        RoleFactory(action=None, measure=measure, organisation=service, kind=kind)
    BudgetLineFactory(action=action, funder=OrganisationFactory())


def _add_words(action: Action) -> None:
    for kind in TermKind:
        ActionTermFactory(action=action, term=TermFactory(kind=kind))
    ActionReferenceFactory(action=action)
    MilestoneFactory(action=action)
    Photo.objects.create(action=action, text="Une école rénovée")
    ProgressNoteFactory(action=action)
    other = ActionFactory(plan=action.plan)
    ActionLinkFactory(source=action, target=other)
    ActionLinkFactory(
        source=PlanFactory(public=True).actions.create(code="1"), target=action
    )


def _add_figures(action: Action) -> None:
    for measure in (None, action.measures.latest("pk")):
        indicator = IndicatorFactory(action=action, measure=measure)
        for year in YEARS:
            TargetFactory(indicator=indicator, year=year)
        ResultFactory(indicator=indicator, year=2017, values=[2])
