"""Saving how an action goes: status, milestones, note of the year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from actions.models import Action, Milestone

from .models import ProgressNote

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class ProgressChanges:
    """What a person changes of an action; a status of ``None`` was not touched."""

    action: Action
    year: int
    status: str | None
    note: str
    milestones: Mapping[Milestone, tuple[bool, date | None]]


@transaction.atomic
def save_progress(changes: ProgressChanges, user: User) -> bool:
    """Write what differs, each with its history; whether anything did."""
    changed = [_tick(m, *ticked) for m, ticked in changes.milestones.items()]
    if changes.status not in (None, changes.action.status):
        changes.action.status = changes.status
        changes.action.save(update_fields=["status"])
        changed.append(True)
    if changes.note:
        changed.append(_write_note(changes, user))
    return any(changed)


def _write_note(changes: ProgressChanges, user: User) -> bool:
    """Add the note; the same words sent twice by the same person are one note."""
    note = ProgressNote(
        action=changes.action, year=changes.year, text=changes.note, author=user
    )
    known = ProgressNote.objects.filter(
        action=note.action, year=note.year, text=note.text, author=user
    )
    if known.exists():
        return False
    note.save()
    return True


def _tick(milestone: Milestone, done: bool, done_on: date | None) -> bool:
    """A milestone ticked without a date is passed today; unticked, it has none."""
    day = (done_on or milestone.done_on or timezone.localdate()) if done else None
    if (milestone.done, milestone.done_on) == (done, day):
        return False
    if milestone.done == done and done_on is None:
        return False
    milestone.done, milestone.done_on = done, day
    milestone.save(update_fields=["done", "done_on"])
    return True
