"""Attainment and coverage of many actions at once, counted by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)

from .attainment import Rate
from .enums import MISSING, State
from .models import Result, ResultQuerySet, Target


@dataclass(slots=True)
class Tally:
    """Cells that carry a target, by state, with the sum of what was attained."""

    expected: int = 0
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    assessed: int = 0
    attained: Decimal = Decimal(0)

    @property
    def filled(self) -> int:
        """Targets that have a result, whatever it says."""
        return sum(self.states.values())

    @property
    def missing(self) -> int:
        return self.expected - self.filled

    @property
    def attainment(self) -> Decimal | None:
        return self.attained / self.assessed if self.assessed else None

    @property
    def rate(self) -> Rate:
        return Rate(self.attainment, self.assessed, self.expected)

    @property
    def shares(self) -> list[tuple[str, int]]:
        """States and their counts in the order of the stacked bar, missing last."""
        known = [(state, self.states[state]) for state in State.values]
        unsaid = self.states.get("", 0)
        return [*known, ("unsaid", unsaid), (MISSING, self.missing)]

    def add(self, other: Tally) -> None:
        self.expected += other.expected
        self.assessed += other.assessed
        self.attained += other.attained
        for state, count in other.states.items():
            self.states[state] += count


@dataclass(slots=True)
class Progress:
    """The tally of an action as a whole and year by year."""

    whole: Tally = field(default_factory=Tally)
    by_year: dict[int, Tally] = field(default_factory=dict)

    def year(self, year: int) -> Tally:
        return self.by_year.setdefault(year, Tally())

    def due(self, today: date) -> Rate:
        """What the years gone have kept, and this one where it already says something.

        A target that no longer applies is not expected.
        """
        due = Tally()
        for year, tally in self.by_year.items():
            if year < today.year:
                due.add(tally)
            elif year == today.year:
                due.add(replace(tally, expected=tally.filled))
        due.expected -= due.states[State.NOT_APPLICABLE]
        return due.rate


def progress_by(
    key: str, *, targets: QuerySet[Target], results: ResultQuerySet
) -> Mapping[int, Progress]:
    """Progress by any foreign key reached from a target or a result. Two queries.

    ``key`` is a lookup that both share, such as ``indicator__action`` or
    ``indicator__action__plan``.
    """
    found: dict[int, Progress] = defaultdict(Progress)
    expected = targets.order_by().values_list(key, "year").annotate(Count("pk"))
    for owner, year, count in expected:
        found[owner].year(year).expected = count
    for owner, year, state, count, assessed, attained in _counted(key, results):
        tally = found[owner].year(year)
        tally.states[state] += count
        tally.assessed += assessed
        tally.attained += Decimal(attained or 0)
    for progress in found.values():
        for tally in progress.by_year.values():
            progress.whole.add(tally)
    return found


def _counted(key: str, results: ResultQuerySet) -> Iterable[Any]:
    promised = Target.objects.filter(
        indicator=OuterRef("indicator"), year=OuterRef("year")
    )
    return (
        results.filter(Exists(promised))
        .filled()
        .order_by()
        .annotate(
            shown_state=Case(
                When(~Q(state=""), then=F("state")),
                default=F("computed_state"),
                output_field=CharField(),
            )
        )
        .values_list(key, "year", "shown_state")
        .annotate(Count("pk"), Count("attainment"), Sum("attainment"))
    )


def progress_by_action(
    plan_ids: Iterable[int], year: int | None = None
) -> Mapping[int, Progress]:
    """Progress of every action of these plans, for a year or for all."""
    return _progress("indicator__action", plan_ids, year)


def progress_by_plan(
    plan_ids: Iterable[int], year: int | None = None
) -> Mapping[int, Progress]:
    return _progress("indicator__action__plan", plan_ids, year)


def _progress(
    key: str, plan_ids: Iterable[int], year: int | None
) -> Mapping[int, Progress]:
    within = Q(indicator__action__plan__in=list(plan_ids))
    if year is not None:
        within &= Q(year=year)
    return progress_by(
        key,
        targets=Target.objects.filter(within),
        results=Result.objects.filter(within),
    )
