"""The axes and engagements that tables name: found in the plan, or created."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias

from actions.models import Axis, Engagement

from .base import Base
from .folding import fold
from .preview import Line, Outcome
from .records import ActionRecord, Content, Place
from .work import Work

if TYPE_CHECKING:
    from .comparison import Locks

Home: TypeAlias = tuple[Axis | None, Engagement | None]


class Tree:
    """Finds each place of the content among the levels of the plan."""

    def __init__(self, base: Base, work: Work, locks: Locks, lines: list[Line]) -> None:
        self._base = base
        self._work = work
        self._locks = locks
        self._lines = lines
        self._axes = list(base.axes)
        self._engagements: dict[int, list[Engagement]] = defaultdict(list)
        for axis in base.axes:
            self._engagements[id(axis)] = list(base.engagements[axis.pk])
        self._homes: dict[tuple[str, ...], Home] = {}
        # By level, the titles that the lines of the file give it.
        self._titles: dict[int, dict[str, str]] = {}
        self._ranks: Counter[tuple[int, int]] = Counter()
        self.codes: dict[int, str] = {}

    def read(self, content: Content) -> None:
        """Find or create every level, in the order of the file."""
        for place in content.places:
            self.find(place)
        for placements in self._base.placements.values():
            for stands in placements:
                key = (stands.axis_id, stands.engagement_id or 0)
                self._ranks[key] = max(self._ranks[key], stands.order + 1)

    def find(self, place: Place) -> Home:
        key = (
            place.axis_code,
            "" if place.axis_code else fold(place.axis_title),
            place.engagement_code,
            fold(place.engagement_title) if not place.engagement_code else "",
        )
        if key not in self._homes:
            self._homes[key] = self._find(place)
        axis, engagement = self._homes[key]
        self._learn_title(axis, place.axis_title)
        self._learn_title(engagement, place.engagement_title)
        return axis, engagement

    def _find(self, place: Place) -> Home:
        axis = self._axis(place)
        if axis is None or not place.has_engagement:
            return axis, None
        return axis, self._engagement(axis, place)

    def _axis(self, place: Place) -> Axis | None:
        if not place.has_axis and place.has_engagement:
            # An engagement of the plan may be named without its axis.
            place = self._axis_of_engagement(place) or Place("1")
        if not place.has_axis:
            return None
        for axis in self._axes:
            if _is_named(axis, place.axis_code, place.axis_title):
                return axis
        taken = {axis.code for axis in self._axes}
        code = place.axis_code or _next_code(taken)
        axis = Axis(
            plan=self._base.plan,
            code=code,
            title=place.axis_title,
            order=max((a.order for a in self._axes), default=-1) + 1,
        )
        if not self._may_create(axis, self._base.plan.axis_label or "Axe"):
            return None
        self._axes.append(axis)
        return axis

    def _axis_of_engagement(self, place: Place) -> Place | None:
        for axis in self._axes:
            for engagement in self._engagements[id(axis)]:
                if _is_named(engagement, place.engagement_code, place.engagement_title):
                    return Place(axis.code, axis.title)
        return None

    def _engagement(self, axis: Axis, place: Place) -> Engagement | None:
        known = self._engagements[id(axis)]
        for engagement in known:
            if _is_named(engagement, place.engagement_code, place.engagement_title):
                return engagement
        taken = {engagement.code for engagement in known}
        code = place.engagement_code
        if not code and not (place.is_reference and "" not in taken):
            code = _next_code(taken)
        engagement = Engagement(
            axis=axis,
            code=code,
            title=place.engagement_title,
            order=max((e.order for e in known), default=-1) + 1,
        )
        label = self._base.plan.engagement_label or "Engagement"
        if not self._may_create(engagement, label):
            return None
        known.append(engagement)
        return engagement

    def _may_create(self, level: Axis | Engagement, kind: str) -> bool:
        """Create the level, or say that the plan is locked."""
        locked = self._locks.holds(type(level))
        outcome = Outcome.REFUSED if locked else Outcome.CREATED
        self._lines.append(Line(outcome, kind, str(level)))
        if not locked:
            self._work.create(level)
        return not locked

    # Titles -----------------------------------------------------------------------

    def _learn_title(self, level: Axis | Engagement | None, title: str) -> None:
        if level is not None and title:
            self._titles.setdefault(id(level), {}).setdefault(title.casefold(), title)

    def settle(self) -> None:
        """A level whose title no line of the file gives takes the one they give."""
        engagements = [e for known in self._engagements.values() for e in known]
        levels: list[Axis | Engagement] = [*self._axes, *engagements]
        for level in levels:
            titles = self._titles.get(id(level), {})
            if not titles or level.title.casefold() in titles:
                continue
            new = next(iter(titles.values()))
            if level.pk is None:
                level.title = new
                continue
            line = Line(Outcome.CHANGED, str(level._meta.verbose_name), str(level))
            change = line.change("Intitulé", level.title, new, None)
            self._lines.append(line)
            if self._locks.holds(type(level), "title"):
                change.refused = "Cet intitulé a été voté."
                line.outcome = Outcome.REFUSED
            else:
                self._work.change(level, title=new)

    # Ranks and numbers ------------------------------------------------------------

    def next_rank(self, axis: Axis, engagement: Engagement | None) -> int:
        """The rank of one more action there; levels not yet saved count apart."""
        key = (
            axis.pk or -id(axis),
            (engagement.pk or -id(engagement)) if engagement else 0,
        )
        self._ranks[key] += 1
        return self._ranks[key] - 1

    def give_codes(self, records: list[ActionRecord], taken: set[str]) -> None:
        """A number for each action that has none, after the number of its axis.

        «1.07» under axis 1, «TA1.7» under axis TA1, «7» where there is no axis.
        """
        taken = set(taken)
        ranks: Counter[str] = Counter()
        for record in records:
            axis = self.find(record.places[0])[0] if record.places else None
            prefix = axis.code if axis else ""
            code = ""
            while not code or code in taken:
                ranks[prefix] += 1
                code = _numbered(prefix, ranks[prefix])
            taken.add(code)
            self.codes[id(record)] = code


def _numbered(prefix: str, rank: int) -> str:
    if not prefix:
        return str(rank)
    # «1.10» would be read 1.1 by a spreadsheet, «TA1.10» never.
    is_figure = prefix.replace(".", "").isdigit()
    return f"{prefix}.{rank:02}" if is_figure else f"{prefix}.{rank}"


def _is_named(level: Axis | Engagement, code: str, title: str) -> bool:
    """By its number where it has one, else by its title."""
    if code:
        return level.code.casefold() == code.casefold()
    return bool(title) and fold(level.title) == fold(title)


def _next_code(taken: set[str]) -> str:
    rank = len(taken) + 1
    while str(rank) in taken:
        rank += 1
    return str(rank)
