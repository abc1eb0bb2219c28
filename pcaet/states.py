"""The state of actions, where what a person says, the dates and the targets meet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from actions.models import Action, Plan
from actions.state import ActionState, action_state
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


def late_by_plan(plans: Iterable[Plan], today: date) -> dict[int, int]:
    """How many actions of each plan are late. Three queries.

    Only those that their status or their deadline may make late are looked at.
    """
    ids = [plan.pk for plan in plans]
    suspects = Action.objects.filter(plan__in=ids).maybe_late(today)
    progress = progress_by(
        "indicator__action",
        targets=Target.objects.filter(indicator__action__in=suspects),
        results=Result.objects.filter(indicator__action__in=suspects),
    )
    found = dict.fromkeys(ids, 0)
    for action in suspects:
        state = state_of(action, progress.get(action.pk, NO_PROGRESS), today)
        found[action.plan_id] += state.code == "late"
    return found
