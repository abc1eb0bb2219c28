"""Saving what was done in a year: nobody overwrites what they have not seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from pcaet.lib.numbers import plain

from .models import Indicator, Result, Target

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person types for one indicator and one year."""

    text: str = ""
    values: Sequence[Decimal | None] = field(default_factory=list)
    state: str = ""
    comment: str = ""

    @classmethod
    def of(cls, result: Any | None) -> Entry:
        """What a result says, or a record of its history; nothing says nothing."""
        if result is None:
            return cls()
        return cls(result.text, list(result.values), result.state, result.comment)

    @property
    def fingerprint(self) -> str:
        """Equal for entries that say the same thing; trailing gaps do not count."""
        values = [None if value is None else plain(value) for value in self.values]
        while values and values[-1] is None:
            values.pop()
        content = json.dumps([self.text, values, self.state, self.comment])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def says_the_same(self, other: Entry) -> bool:
        return self.fingerprint == other.fingerprint


class Conflict(Exception):
    """Somebody saved this row since the author read it: ``current`` is theirs."""

    def __init__(self, current: Result | None) -> None:
        super().__init__("result saved meanwhile")
        self.current = current


def save_result(
    *,
    indicator: Indicator,
    year: int,
    entry: Entry,
    version: int,
    user: User | None,
) -> Result | None:
    """Write a result over the version that its author saw (0 where there was none).

    Returns the result, or ``None`` where there was nothing and nothing is said.
    An entry that changes nothing writes nothing.

    Raises:
        Conflict: another version was saved meanwhile, and it says something else.
    """
    try:
        with transaction.atomic():
            current = (
                Result.objects.select_for_update()
                .filter(indicator=indicator, year=year)
                .first()
            )
            return _write(current, indicator, year, entry, version, user)
    except IntegrityError:
        # Two first saves of the same cell: the other one won.
        raise Conflict(
            Result.objects.filter(indicator=indicator, year=year).first()
        ) from None


def restore_result(*, result: Result, record: Any, user: User) -> Result | None:
    """Type what a record of the history said, over the version that is shown now.

    Raises:
        Conflict: another version was saved meanwhile.
    """
    return save_result(
        indicator=result.indicator,
        year=result.year,
        entry=Entry.of(record),
        version=result.version,
        user=user,
    )


def _write(
    current: Result | None,
    indicator: Indicator,
    year: int,
    entry: Entry,
    version: int,
    user: User | None,
) -> Result | None:
    if Entry.of(current).says_the_same(entry):
        return current
    if version != (current.version if current else 0):
        raise Conflict(current)
    result = current or Result(indicator=indicator, year=year, version=0)
    result.text = entry.text
    result.values = list(entry.values)
    result.state = entry.state
    result.comment = entry.comment
    result.author = user
    result.saved_at = timezone.now()
    result.version += 1
    result.await_validation()
    target = Target.objects.filter(indicator=indicator, year=year).first()
    result.assess(target.promises if target else [], indicator.direction)
    result.save()
    return result
