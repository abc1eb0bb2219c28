"""Who changed what in a plan, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Model

from actions.administration.history import Change, tell_changes
from actions.exchange import CHANGE_REASON
from actions.models import Action, BudgetLine, Measure, Milestone, Plan
from indicators.models import Indicator, Result, Target

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What a sheet shows of its history; the administration holds the rest.
LATEST = 12
HIDDEN = ("id", "order", "action", "indicator", "measure")
# What follows from the figures, or says who and when: the record tells it already.
HIDDEN_OF_RESULT = (
    *HIDDEN,
    "author",
    "saved_at",
    "version",
    "attainment",
    "computed_state",
    "has_content",
)
VERBS = {"+": "Ajout", "~": "Modification", "-": "Suppression"}

Subject = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Event:
    """One save of an action or of one of its parts."""

    when: datetime
    who: User | None
    verb: str
    subject: str
    changes: list[Change]


def events_of(action: Action) -> list[Event]:
    """The latest changes of an action from ``for_sheet()``, in seven queries or so."""
    indicators = {indicator.pk: indicator.name for indicator in action.indicators.all()}
    own, parts = {"id": action.pk}, {"action_id": action.pk}
    of_indicators = {"indicator_id__in": list(indicators)}
    sources: list[tuple[type[Model], dict[str, Any], Subject]] = [
        (Action, own, lambda record: ""),
        (Measure, parts, lambda record: f"mesure « {record.title} »"),
        (Milestone, parts, lambda record: f"étape « {record.text} »"),
        (
            BudgetLine,
            parts,
            lambda r: f"budget {r.year}, {r.get_nature_display().lower()}",
        ),
        (Indicator, parts, lambda record: f"indicateur « {record.name} »"),
        (
            Target,
            of_indicators,
            lambda r: f"cible {r.year} de « {indicators[r.indicator_id]} »",
        ),
        (
            Result,
            of_indicators,
            lambda r: f"résultat {r.year} de « {indicators[r.indicator_id]} »",
        ),
    ]
    events = [event for source in sources for event in _events(*source)]
    return sorted(events, key=lambda event: event.when, reverse=True)[:LATEST]


def _events(model: Any, lookup: dict[str, Any], subject: Subject) -> Iterable[Event]:
    hidden = HIDDEN_OF_RESULT if model is Result else HIDDEN
    records = model.history.filter(**lookup).select_related("history_user")
    by_object: dict[int, list[Any]] = defaultdict(list)
    for record in records.order_by("-history_date", "-history_id"):
        by_object[record.id].append(record)
    for versions in by_object.values():
        tell_changes(model, versions, hidden=hidden)
        for record in versions:
            if record.changes or _is_said(record):
                yield Event(
                    record.history_date,
                    record.history_user,
                    VERBS[record.history_type],
                    subject(record),
                    record.changes,
                )


def _is_said(record: Any) -> bool:
    """A part that a person added or removed; loading a file adds all of them."""
    loaded = record.history_change_reason == CHANGE_REASON
    return record.history_type != "~" and not loaded


def last_change_by_plan(plans: Iterable[Plan]) -> dict[int, datetime]:
    """When each plan, its actions, targets or results last changed. Four queries."""
    ids = [plan.pk for plan in plans]
    dates: dict[int, datetime] = {}
    for model, path in (
        (Plan, "id"),
        (Action, "plan"),
        (Target, "indicator__action__plan"),
        (Result, "indicator__action__plan"),
    ):
        history = model.history.filter(**{f"{path}__in": ids}).order_by()
        latest = history.values_list(path).annotate(Max("history_date"))
        for plan, when in latest:
            dates[plan] = max(when, dates.get(plan, when))
    return dates
