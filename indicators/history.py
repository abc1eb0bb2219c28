"""The history of a cell, an action or a campaign, as sentences; and the way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model

from actions.administration.history import Change, tell_changes
from actions.models import Action, Measure, Milestone

from .models import ProgressNote, Proof, Result

# What changes with each save, or follows from the rest.
SILENT_FIELDS = frozenset(
    {
        "author",
        "saved_at",
        "version",
        "attainment",
        "has_content",
        "computed_state",
        "validated_by",
        "validated_at",
        "completed_by",
        "closed_by",
        "edition",
        "order",
        "plan",
        "action",
        "indicator",
        "written_at",
        "file",
        "content_type",
        "size",
        "uploaded_at",
    }
)
CREATED, DELETED = "+", "-"


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what, when, and what each field said before and after."""

    at: datetime
    who: User | None
    what: str
    changes: Sequence[Change]
    record: Any


def told_history(instance: Model, what: str = "") -> list[Event]:
    """The versions of an object, the newest first. A constant number of queries."""
    records = list(instance.history.select_related("history_user"))  # type: ignore[attr-defined]
    return tell(type(instance), records, what)


def tell(model: type[Model], records: Sequence[Any], what: str = "") -> list[Event]:
    """Events of the records of one object; versions that change nothing are out."""
    tell_changes(model, records, hidden=SILENT_FIELDS)
    subject = what or str(model._meta.verbose_name)
    return [
        Event(
            at=record.history_date,
            who=record.history_user,
            what=_sentence(record, subject),
            changes=record.changes,
            record=record,
        )
        for record in records
        if record.changes or record.history_type != "~" or record.history_change_reason
    ]


def _sentence(record: Any, subject: str) -> str:
    if record.history_change_reason:
        return str(record.history_change_reason)
    verbs = {CREATED: "Création", DELETED: "Suppression"}
    return f"{verbs.get(record.history_type, 'Modification')} – {subject}"


def events_of(action: Action) -> list[Event]:
    """All that changed in an action and in what it is made of, the newest first.

    A constant number of queries, whatever was changed.
    """
    rows = action.indicators.values_list("pk", "name")
    names = dict(rows)
    of_action = {"action_id": action.pk}
    parts: list[tuple[type[Model], dict[str, Any], Callable[[Any], str]]] = [
        (Action, {"id": action.pk}, lambda record: "l’action"),
        (Measure, of_action, lambda record: f"mesure « {record.title} »"),
        (Milestone, of_action, lambda record: f"étape « {record.text} »"),
        (ProgressNote, of_action, lambda record: "note d’avancement"),
        (
            Result,
            {"indicator_id__in": names},
            lambda record: f"{names[record.indicator_id]}, {record.year}",
        ),
        (
            Proof,
            {"indicator_id__in": names},
            lambda record: f"justificatif « {record.name} », {record.year}",
        ),
    ]
    events = [event for part in parts for event in _events_of_part(*part)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _events_of_part(
    model: type[Model], within: dict[str, Any], name: Callable[[Any], str]
) -> list[Event]:
    history = model.history  # type: ignore[attr-defined]
    found = history.filter(**within).select_related("history_user")
    groups: dict[int, list[Any]] = defaultdict(list)
    for record in found.order_by("-history_date", "-history_id"):
        groups[record.id].append(record)
    return [
        event
        for records in groups.values()
        for event in tell(model, records, name(records[0]))
    ]
