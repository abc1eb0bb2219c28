"""The actions that a document prints, in the plan's order, part by part.

They are those that the page of the plan shows for the same filters; an action that
stands in several places is printed once, at home.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from actions.models import Axis, Plan
from actions.state import ALL_STATES, UNKNOWN, ActionState
from indicators.summaries import Tally

from .outline import Group, Outline, Row, Section


@dataclass(frozen=True, slots=True)
class Part:
    """An axis of the plan with what is printed of it; a plan without axes has one.

    Attributes:
        name: «Axe 2», or nothing for the only part of a plan without axes.
        groups: engagements with the actions printed under them.
        piece: its rank, where an axis is too long for one file.
    """

    axis: Axis | None
    name: str
    groups: Sequence[Group]
    piece: int = 0

    @property
    def title(self) -> str:
        return self.axis.title if self.axis else ""

    @property
    def full_name(self) -> str:
        """«Axe 2 – Affirmer l’utilité sociale de nos achats»."""
        return " – ".join(filter(None, [self.name, self.title]))

    @property
    def anchor(self) -> str:
        return f"partie-{self.axis.pk if self.axis else 0}"

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def tally(self) -> Tally:
        """The targets of its actions."""
        tally = Tally()
        for row in self.rows:
            tally.add(row.progress.whole)
        return tally

    @property
    def states(self) -> list[tuple[ActionState, int]]:
        """How many of its actions are in each state, the most pressing first."""
        counts = Counter(row.state.code for row in self.rows)
        return [
            (state, counts[state.code]) for state in ALL_STATES if state.code in counts
        ]

    @property
    def has_engagements(self) -> bool:
        return any(group.engagement for group in self.groups)

    @property
    def has_states(self) -> bool:
        """Something is known of its actions."""
        return {row.state.code for row in self.rows} != {UNKNOWN.code}

    def pieces(self, most: int) -> list[Part]:
        """Itself, or as many parts as it takes to hold at most so many actions."""
        placed = [(group, row) for group in self.groups for row in group.rows]
        if len(placed) <= most:
            return [self]
        runs = [placed[at : at + most] for at in range(0, len(placed), most)]
        return [
            Part(self.axis, self.name, _grouped(run), piece)
            for piece, run in enumerate(runs, start=1)
        ]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is printed of a plan, and the filters that chose it, in words."""

    plan: Plan
    parts: Sequence[Part]
    scope: str

    @classmethod
    def of(cls, plan: Plan, query: str, today: date) -> Selection:
        """What these filters, as the address of the plan's page writes them, keep."""
        outline = Outline(plan, QueryDict(query), today)
        parts = _parts(outline)
        return cls(plan, parts, " · ".join(_scope(outline, parts)))

    @property
    def rows(self) -> list[Row]:
        return [row for part in self.parts for row in part.rows]

    @property
    def has_parts(self) -> bool:
        """There are axes to tell apart."""
        return any(part.axis for part in self.parts)

    def volumes(self, most: int) -> list[Selection]:
        """Itself, or a selection for each axis where there is too much for a file."""
        if len(self.rows) <= most:
            return [self]
        pieces = [piece for part in self.parts for piece in part.pieces(most)]
        return [Selection(self.plan, [piece], self.scope) for piece in pieces]


def _scope(outline: Outline, parts: Sequence[Part]) -> Iterator[str]:
    """The filters in words; an axis by its whole title, which a list cuts short."""
    axis_label = outline.plan.axis_label or "Axe"
    for chosen in outline.applied:
        if chosen.label == axis_label and len(parts) == 1 and parts[0].axis:
            yield parts[0].full_name
        else:
            yield f"{chosen.label} : {chosen.value}"


def _parts(outline: Outline) -> list[Part]:
    once = _Once(outline.sections)
    parts = [
        Part(
            section.axis, _name(outline.plan, section.axis), list(once.groups(section))
        )
        for section in outline.sections
    ]
    return [part for part in parts if part.rows]


class _Once:
    """Prints each action at home, or where it is first met if home is not shown."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.met: set[int] = set()
        self.at_home = {
            row.action.pk
            for section in sections
            for group in section.groups
            for row in group.rows
            if _is_home(row, section, group)
        }

    def groups(self, section: Section) -> Iterator[Group]:
        for group in section.groups:
            rows = [row for row in group.rows if self._prints(row, section, group)]
            if rows:
                yield Group(group.engagement, rows)

    def _prints(self, row: Row, section: Section, group: Group) -> bool:
        key = row.action.pk
        is_elsewhere = key in self.at_home and not _is_home(row, section, group)
        if is_elsewhere or key in self.met:
            return False
        self.met.add(key)
        return True


def _is_home(row: Row, section: Section, group: Group) -> bool:
    axis = section.axis.pk if section.axis else None
    engagement = group.engagement.pk if group.engagement else None
    return (row.action.axis_id, row.action.engagement_id) == (axis, engagement)


def _grouped(placed: Sequence[tuple[Group, Row]]) -> list[Group]:
    groups: list[Group] = []
    for group, row in placed:
        if not groups or groups[-1].engagement != group.engagement:
            groups.append(Group(group.engagement))
        groups[-1].rows.append(row)
    return groups


def _name(plan: Plan, axis: Axis | None) -> str:
    return f"{plan.axis_label or 'Axe'} {axis.code}".strip() if axis else ""
