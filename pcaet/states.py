"""The state of actions, where what a person says, the dates and the targets meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Count

from actions.enums import Status
from actions.models import Action, Plan
from actions.state import (
    ALL_STATES,
    LATE,
    OF_STATUS,
    UNKNOWN,
    ActionState,
    action_state,
)
from indicators.models import Result, Target
from indicators.summaries import Progress, progress_by

NO_PROGRESS = Progress()


def state_of(action: Action, progress: Progress, today: date) -> ActionState:
    due = progress.due(today)
    return action_state(
        status=action.status,
        end_year=action.end_year,
        end_date=action.end_date,
        today=today,
        expected=due.expected,
        assessed=due.assessed,
        attainment=due.attainment,
    )


def states_of(
    actions: Iterable[Action], progress: Mapping[int, Progress], today: date
) -> dict[int, ActionState]:
    """The state of each action by its key."""
    return {
        action.pk: state_of(action, progress.get(action.pk, NO_PROGRESS), today)
        for action in actions
    }


def standing_by_plan(
    plans: Iterable[Plan], today: date
) -> dict[int, list[tuple[ActionState, int]]]:
    """How many actions of each plan are in each state, by what is said and by dates.

    Four queries. What targets say is left to the tally of targets: an action about
    which nobody said anything is «not told».
    """
    ids = [plan.pk for plan in plans]
    found: dict[int, Counter[str]] = {pk: Counter() for pk in ids}
    said = Action.objects.filter(plan__in=ids).order_by().values_list("plan", "status")
    for plan, status, count in said.annotate(Count("pk")):
        found[plan][_state_said(status).code] += count
    for action in _late(ids, today):
        found[action.plan_id][_state_said(action.status).code] -= 1
        found[action.plan_id][LATE.code] += 1
    return {
        pk: [(state, counts[state.code]) for state in ALL_STATES if counts[state.code]]
        for pk, counts in found.items()
    }


def _state_said(status: str) -> ActionState:
    return OF_STATUS[Status(status)] if status else UNKNOWN


def _late(plan_ids: Iterable[int], today: date) -> Iterable[Action]:
    """Only those that their status or their deadline may make late are looked at."""
    suspects = Action.objects.filter(plan__in=plan_ids).maybe_late(today)
    progress = progress_by(
        "indicator__action",
        targets=Target.objects.filter(indicator__action__in=suspects),
        results=Result.objects.filter(indicator__action__in=suspects),
    )
    for action in suspects:
        if state_of(action, progress.get(action.pk, NO_PROGRESS), today).code == "late":
            yield action
