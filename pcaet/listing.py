"""Actions of several plans as lists show them, with their states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from actions.models import Action
from actions.models.actions import ActionQuerySet
from actions.state import ActionState
from indicators.models import Result, Target
from indicators.summaries import Progress, progress_by

from .outline import Row
from .states import NO_PROGRESS, states_of

STATE_FIELDS = ("plan_id", "status", "end_year", "end_date")


def states_within(actions: ActionQuerySet, today: date) -> dict[int, ActionState]:
    """The state of each of these actions. Three queries."""
    known = actions.order_by().only(*STATE_FIELDS)
    return states_of(known, progress_within(actions), today)


def progress_within(actions: ActionQuerySet) -> Mapping[int, Progress]:
    """The progress of each of these actions that has a target. Two queries."""
    within = {"indicator__action__in": actions.order_by().values("pk")}
    return progress_by(
        "indicator__action",
        targets=Target.objects.filter(**within),
        results=Result.objects.filter(**within),
    )


def rows_of(keys: Iterable[int], today: date) -> list[Row]:
    """These actions, in this order. Seven queries, whatever their number."""
    ordered = list(keys)
    actions = Action.objects.filter(pk__in=ordered)
    known = actions.for_list().in_bulk()
    progress = progress_within(actions)
    states = states_of(known.values(), progress, today)
    return [
        Row(known[pk], states[pk], progress.get(pk, NO_PROGRESS), [])
        for pk in ordered
        if pk in known
    ]
