"""Where a plan stands at a glance; every figure has the list that makes it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from actions.enums import TermKind
from actions.models import Action, Milestone, Plan
from actions.state import ALL_STATES, BLOCKED, LATE, ActionState
from indicators.facts import Fact, progress_of, tally_of
from indicators.models import Campaign, Indicator
from indicators.summaries import Tally

from .states import states_of
from .targets import Book

# Longer tables open on demand.
LONGEST_OPEN = 12
# What a dashboard names before it sends to the whole list.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the plan: its targets, its actions, and the addresses of both."""

    label: str
    tally: Tally
    states: list[tuple[ActionState, int]]
    query: str
    actions_query: str
    key: str

    @property
    def actions(self) -> int:
        return sum(count for _state, count in self.states)

    @property
    def late(self) -> int:
        return sum(count for state, count in self.states if state.code == LATE.code)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The plan cut one way: by axis, by department, by theme…"""

    key: str
    title: str
    column: str
    lines: list[Line]
    note: str = ""

    @property
    def is_long(self) -> bool:
        return len(self.lines) > LONGEST_OPEN


@dataclass(frozen=True, slots=True)
class Pressing:
    """An action that is late or blocked."""

    action: Action
    state: ActionState


@dataclass(frozen=True, slots=True)
class Typing:
    """How far a campaign is: «12 résultats saisis sur 39».

    ``has_grid`` is true where the grid of the plan shows the year, row by row.
    """

    campaign: Campaign
    is_open: bool
    has_grid: bool
    filled: int
    expected: int

    @property
    def missing(self) -> int:
        return self.expected - self.filled


class Dashboard:
    """The figures of a plan for a year, or for the whole of it. Eight queries.

    The year chooses the targets; the state of actions is today's.
    """

    def __init__(self, plan: Plan, asked: str, today: date) -> None:
        self.plan = plan
        self.today = today
        self.book = Book(plan)
        self.year = int(asked) if asked in map(str, self.book.years) else None
        self.facts = [f for f in self.book.facts if self.year in (None, f.year)]
        fields = ("plan_id", "code", "title", "description", "status")
        dates = ("start_year", "end_year", "end_date", "order")
        self._actions = {a.pk: a for a in plan.actions.only(*fields, *dates)}
        progress = progress_of(self.book.facts)
        self._states = states_of(self._actions.values(), progress, today)

    @property
    def whole(self) -> Line:
        return self._line("whole", "", self.facts, set(self._actions), {})

    @property
    def late(self) -> list[Pressing]:
        return self._pressing(LATE)

    @property
    def blocked(self) -> list[Pressing]:
        return self._pressing(BLOCKED)

    @property
    def by_year(self) -> list[Line]:
        """The targets of each year: the year chosen leaves the others in sight."""
        return [
            self._line(
                f"year{year}",
                str(year),
                [fact for fact in self.book.facts if fact.year == year],
                set(),
                {"annee": year},
            )
            for year in self.book.years
        ]

    @cached_property
    def breakdowns(self) -> list[Breakdown]:
        """The plan cut each way that has two parts at least."""
        plan = self.plan
        axis, engagement = plan.axis_label or "Axe", plan.engagement_label
        shared = any(len(places) > 1 for places in self.book.places.of_action.values())
        places = (
            "Une action placée à deux endroits compte dans chacun." if shared else ""
        )
        pilots = "Ce que deux services pilotent compte dans chacun."
        cuts = [
            Breakdown("axe", f"Par {_within(axis)}", axis, self._by_axis(), places),
            Breakdown(
                "engagement",
                f"Par {_within(engagement)}",
                engagement,
                self._by_engagement(),
                places,
            ),
            Breakdown("pilote", "Par pilote", "Pilote", self._by_pilot(), pilots),
            Breakdown("type", "Par type", "Type", self._by_term(TermKind.TYPE)),
            Breakdown("theme", "Par thème", "Thème", self._by_term(TermKind.THEME)),
        ]
        return [cut for cut in cuts if len(cut.lines) > 1]

    @property
    def off_target(self) -> list[Fact]:
        """Partial or not reached, the furthest first."""
        off = [fact for fact in self.facts if fact.is_off_target]
        return sorted(off, key=lambda fact: (fact.attainment or 0, fact.year))

    @cached_property
    def most_off_target(self) -> list[tuple[Fact, Action]]:
        return [(fact, self._actions[fact.action]) for fact in self.off_target[:SHOWN]]

    @cached_property
    def milestones(self) -> list[Milestone]:
        """Those not passed yet, the nearest first."""
        steps = Milestone.objects.filter(action__plan=self.plan, done=False)
        return list(steps.in_time_order())

    @property
    def next_milestones(self) -> list[Milestone]:
        return self.milestones[:SHOWN]

    @cached_property
    def typings(self) -> list[Typing]:
        """The campaigns of the year chosen, or those that are open. Two queries."""
        campaigns = [
            campaign
            for campaign in self.plan.campaigns.all()
            if self.year == campaign.year
            or (self.year is None and campaign.is_open_on(self.today))
        ]
        without = self._without_target() if campaigns else {}
        return [self._typing(campaign, without) for campaign in campaigns]

    def _typing(self, campaign: Campaign, without: dict[int, set[int]]) -> Typing:
        aimed = [fact for fact in self.book.facts if fact.year == campaign.year]
        filled = sum(fact.is_filled for fact in aimed)
        filled += sum(campaign.year in years for years in without.values())
        is_open = campaign.is_open_on(self.today)
        has_grid = campaign.year in {*self.book.years, *self.plan.years}
        return Typing(campaign, is_open, has_grid, filled, len(aimed) + len(without))

    def _without_target(self) -> dict[int, set[int]]:
        """Indicators followed every year, with the years that have a result."""
        found: dict[int, set[int]] = {}
        followed = Indicator.objects.filter(action__plan=self.plan, targets=None)
        for pk, year, is_filled in followed.order_by().values_list(
            "pk", "results__year", "results__has_content"
        ):
            found.setdefault(pk, set()).update({year} if is_filled else ())
        return found

    def _by_axis(self) -> list[Line]:
        return [
            self._line_of(f"axe-{rank}", label, self.book.under_axis(code), axe=code)
            for rank, (code, label) in enumerate(self.book.axes.items())
        ]

    def _by_engagement(self) -> list[Line]:
        book = self.book
        return [
            self._line_of(f"eng-{pk}", label, book.under_engagement(pk), engagement=pk)
            for pk, label in book.engagements.items()
        ]

    def _by_pilot(self) -> list[Line]:
        pilots = self.book.pilots
        return [
            self._line(
                f"pilote-{pk}",
                label,
                [fact for fact in self.facts if pk in pilots.of(fact)],
                pilots.actions[pk],
                {"pilote": pk},
            )
            for pk, label in self.book.departments.items()
        ]

    def _by_term(self, kind: str) -> list[Line]:
        return [
            self._line_of(
                f"{kind}-{rank}", name, self.book.terms[kind, code], **{kind: code}
            )
            for rank, (code, name) in enumerate(self.book.terms_of(kind).items())
        ]

    def _line_of(
        self, key: str, label: str, actions: Set[int], **asked: str | int
    ) -> Line:
        facts = [fact for fact in self.facts if fact.action in actions]
        return self._line(key, label, facts, actions, asked)

    def _line(
        self,
        key: str,
        label: str,
        facts: Iterable[Fact],
        actions: Set[int],
        asked: dict[str, str | int],
    ) -> Line:
        of_year = {"annee": self.year} if self.year else {}
        codes = Counter(self._states[pk].code for pk in actions)
        states = [(s, codes[s.code]) for s in ALL_STATES if codes[s.code]]
        query = urlencode({**of_year, **asked})
        return Line(label, tally_of(facts), states, query, urlencode(asked), key)

    def _pressing(self, state: ActionState) -> list[Pressing]:
        return [
            Pressing(action, self._states[action.pk])
            for action in self._actions.values()
            if self._states[action.pk].code == state.code
        ]


def _within(label: str) -> str:
    """A level's name inside a sentence: proper names keep their capitals."""
    return label[:1].lower() + label[1:]
