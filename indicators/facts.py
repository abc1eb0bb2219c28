"""Every target of a plan with what became of it, in one light reading.

Dashboards group these facts and lists choose among them, so that a figure and the
list behind it cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, Q, QuerySet

from actions.models import Plan

from .enums import MISSING, State, Validation
from .models import Target
from .summaries import Progress, Tally

# A result that neither figures nor a person judged.
UNSAID = "unsaid"
OFF_TARGET = (State.PARTIAL, State.NOT_REACHED)


class Fact(NamedTuple):
    """A target of a year; ``state`` is that of its result, «missing» or «unsaid»."""

    target: int
    action: int
    measure: int | None
    indicator: int
    name: str
    year: int
    state: str
    attainment: Decimal | None
    is_validated: bool

    @property
    def is_filled(self) -> bool:
        return self.state != MISSING

    @property
    def is_off_target(self) -> bool:
        return self.state in OFF_TARGET


def facts_of(plan: Plan) -> list[Fact]:
    """The targets of a plan in the order of the document. One query."""
    return _facts(Target.objects.filter(indicator__action__plan=plan))


def facts_of_actions(keys: Iterable[int]) -> list[Fact]:
    """The targets of these actions. One query."""
    return _facts(Target.objects.filter(indicator__action__in=list(keys)))


def _facts(targets: QuerySet[Target]) -> list[Fact]:
    same_year = Q(indicator__results__year=F("year"))
    filled = Q(indicator__results__has_content=True)
    rows = (
        targets.annotate(
            done=FilteredRelation("indicator__results", condition=same_year & filled)
        )
        .order_by(
            "indicator__action__order",
            "indicator__action",
            F("indicator__measure__order").asc(nulls_first=True),
            "indicator__order",
            "indicator",
            "year",
        )
        .values_list(
            "pk",
            "indicator__action",
            "indicator__measure",
            "indicator",
            "indicator__name",
            "year",
            "done__pk",
            "done__state",
            "done__computed_state",
            "done__attainment",
            "done__validation",
        )
    )
    return [_fact(*row) for row in rows]


def _fact(*row: Any) -> Fact:
    known, (result, chosen, computed, attainment, validation) = row[:6], row[6:]
    state = (chosen or computed or UNSAID) if result else MISSING
    is_validated = validation == Validation.ACCEPTED
    return Fact._make((*known, state, attainment, is_validated))


def tally_of(facts: Iterable[Fact]) -> Tally:
    tally = Tally()
    for fact in facts:
        tally.expected += 1
        if fact.is_filled:
            tally.states["" if fact.state == UNSAID else fact.state] += 1
            tally.assessed += fact.attainment is not None
            tally.attained += fact.attainment or 0
    return tally


def progress_of(facts: Iterable[Fact]) -> Mapping[int, Progress]:
    """The progress of each action that has a target."""
    by_year: dict[tuple[int, int], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_year[fact.action, fact.year].append(fact)
    found: dict[int, Progress] = defaultdict(Progress)
    for (action, year), group in by_year.items():
        tally = tally_of(group)
        found[action].by_year[year] = tally
        found[action].whole.add(tally)
    return found
