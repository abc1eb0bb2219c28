"""A plan as a tree: axes, engagements, the actions that a filter keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict

from actions.filters import ActionFilter
from actions.models import Action, Axis, Engagement, Placement, Plan
from actions.state import ALL_STATES, UNKNOWN, ActionState
from indicators.summaries import Progress, Tally, progress_by_action

from .states import NO_PROGRESS, states_of


@dataclass(frozen=True, slots=True)
class Row:
    """An action where it stands; ``elsewhere`` are its other places."""

    action: Action
    state: ActionState
    progress: Progress
    elsewhere: list[Placement]


@dataclass(frozen=True, slots=True)
class Group:
    """What stands under an engagement, or directly under the axis."""

    engagement: Engagement | None
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """An axis; a plan without axes has one section without any."""

    axis: Axis | None
    groups: list[Group] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Each action counts once, under however many engagements it stands."""
        return len({row.action.pk for group in self.groups for row in group.rows})


@dataclass(frozen=True, slots=True)
class StateCount:
    """Actions in a state, and the address of the page that shows them alone."""

    state: ActionState
    count: int
    address: str


class Outline:
    """The page of a plan. A constant number of queries."""

    def __init__(self, plan: Plan, data: QueryDict, today: date) -> None:
        self.plan = plan
        self._progress = progress_by_action([plan.pk])
        everything = plan.actions.only("plan_id", "status", "end_year", "end_date")
        self._states = states_of(everything, self._progress, today)
        self.filter = ActionFilter(
            data, plan=plan, states=self._states, queryset=plan.actions.all()
        )
        self.applied = self.filter.applied
        self.actions = list(self.filter.qs.for_list())
        self.sections = self._sections()

    @property
    def total(self) -> int:
        return len(self._states)

    @property
    def columns(self) -> list[str]:
        """What the rows have to say beside titles, as classes of the style sheet."""
        told = {
            "has-pilots": any(action.all_pilots for action in self.actions),
            "has-states": {s.code for s in self._states.values()} != {UNKNOWN.code},
            "has-years": bool(self.years),
        }
        return [name for name, is_told in told.items() if is_told]

    @property
    def years(self) -> list[int]:
        """The years for which some action has a target."""
        return sorted({y for p in self._progress.values() for y in p.by_year})

    @property
    def rows(self) -> list[Row]:
        """Each action shown once, wherever it stands."""
        return [self._row(action, []) for action in self.actions]

    @property
    def tally(self) -> Tally:
        """The targets of the actions shown."""
        tally = Tally()
        for action in self.actions:
            tally.add(self._progress_of(action).whole)
        return tally

    @property
    def by_state(self) -> list[StateCount]:
        """How many of the actions shown are in each state, the most pressing first."""
        codes = [self._states[action.pk].code for action in self.actions]
        return [
            StateCount(state, codes.count(state.code), self._address_of(state))
            for state in ALL_STATES
            if state.code in codes
        ]

    def _address_of(self, state: ActionState) -> str:
        data = self.filter.data.copy()
        data["etat"] = state.code
        return str(data.urlencode())

    def _progress_of(self, action: Action) -> Progress:
        return self._progress.get(action.pk, NO_PROGRESS)

    def _sections(self) -> list[Section]:
        shown = {action.pk: action for action in self.actions}
        places = Places(self.plan)
        sections = [
            Section(axis, self._groups(axis, places, shown))
            for axis in self.plan.axes.prefetch_related("engagements")
        ]
        loose = [action for action in self.actions if action.pk not in places.of_action]
        if loose:
            rows = [self._row(action, []) for action in loose]
            sections.append(Section(None, [Group(None, rows)]))
        return [section for section in sections if section.count or not self.applied]

    def _groups(
        self, axis: Axis, places: Places, shown: Mapping[int, Action]
    ) -> list[Group]:
        groups = []
        for engagement in (None, *axis.engagements.all()):
            rows = [
                self._row(shown[place.action_id], places.besides(place))
                for place in places.under(axis, engagement)
                if place.action_id in shown
            ]
            if rows or (engagement and not self.applied):
                groups.append(Group(engagement, rows))
        return groups

    def _row(self, action: Action, elsewhere: list[Placement]) -> Row:
        state = self._states[action.pk]
        return Row(action, state, self._progress_of(action), elsewhere)


class Places:
    """Where every action of a plan stands, in document order. One query."""

    def __init__(self, plan: Plan) -> None:
        self.of_action: dict[int, list[Placement]] = defaultdict(list)
        self._under: dict[tuple[int, int | None], list[Placement]] = defaultdict(list)
        found = Placement.objects.filter(axis__plan=plan)
        for place in found.select_related("axis", "engagement"):
            self.of_action[place.action_id].append(place)
            self._under[place.axis_id, place.engagement_id].append(place)

    def under(self, axis: Axis, engagement: Engagement | None) -> list[Placement]:
        """What stands in the engagement, or directly under the axis."""
        return self._under[axis.pk, engagement.pk if engagement else None]

    def besides(self, place: Placement) -> list[Placement]:
        """The other places of the same action."""
        return [other for other in self.of_action[place.action_id] if other != place]
