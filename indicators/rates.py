"""Attainment at every level of a plan, each time with what it is counted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, F, Q

from actions.models import Action, Axis, Engagement, Measure, Placement, Plan

from .enums import Validation
from .models import Indicator, Result, Target
from .summaries import Progress, Tally, progress_by

NONE = Progress()


@dataclass(slots=True)
class Level:
    """A plan, axis, engagement, action or measure, with the sum of its cells.

    ``validated`` counts the results that the climate officer accepted, where the year
    has a target. ``where`` says by what the list of targets is chosen to hold those of
    this level, if it can.
    """

    kind: str
    code: str
    label: str
    tally: Tally
    validated: int = 0
    url: str = ""
    has_indicator: bool = True
    parts: list[Level] = field(default_factory=list)
    where: dict[str, str] | None = None

    @property
    def filled_query(self) -> str:
        """What an address asks to list the results typed, or nothing."""
        return self._query("saisi")

    @property
    def assessed_query(self) -> str:
        return self._query("evalue")

    @property
    def validated_query(self) -> str:
        """What an address asks to list the results accepted, or nothing."""
        return self._query("valide")

    def _query(self, state: str) -> str:
        return "" if self.where is None else urlencode(self.where | {"etat": state})


def rates_of(plan: Plan, year: int | None) -> Level:
    """The tree of the plan, for a year or the whole period. Nine queries.

    An action that stands under two engagements counts in both, and once in the
    plan. All targets weigh the same, whatever the level.
    """
    actions = list(
        Action.objects.filter(plan=plan)
        .select_related("plan")
        .prefetch_related("measures")
        .order_by("order", "pk")
    )
    leaves = _leaves(plan, actions, year)
    top = _sum("plan", "", plan.title, leaves.values())
    when = {"annee": str(year)} if year else {}
    top.where = when
    top.parts = _axes(plan, leaves, when) or list(leaves.values())
    return top


def _leaves(
    plan: Plan, actions: Iterable[Action], year: int | None
) -> dict[int, Level]:
    by_action = _progress(plan, "indicator__action", year)
    by_measure = _progress(plan, "indicator__measure", year)
    validated = _validated(plan, year)
    indicators = Indicator.objects.filter(action__plan=plan).order_by()
    followed = set(indicators.values_list("action", flat=True))
    return {
        action.pk: Level(
            kind="action",
            code=action.code,
            label=action.short_title,
            tally=by_action.get(action.pk, NONE).whole,
            validated=validated.get(action.pk, 0),
            url=action.get_absolute_url(),
            has_indicator=action.pk in followed,
            parts=_measures(action.measures.all(), by_measure),
        )
        for action in actions
    }


def _measures(
    measures: Iterable[Measure], progress: Mapping[int, Progress]
) -> list[Level]:
    return [
        Level("measure", measure.code, measure.title, progress[measure.pk].whole)
        for measure in measures
        if measure.pk in progress
    ]


def _progress(plan: Plan, key: str, year: int | None) -> Mapping[int, Progress]:
    within = _within(plan, year)
    return progress_by(
        key,
        targets=Target.objects.filter(within),
        results=Result.objects.filter(within),
    )


def _within(plan: Plan, year: int | None) -> Q:
    within = Q(indicator__action__plan=plan)
    return within if year is None else within & Q(year=year)


def _validated(plan: Plan, year: int | None) -> dict[int, int]:
    accepted = Result.objects.filled().filter(
        _within(plan, year),
        validation=Validation.ACCEPTED,
        indicator__targets__year=F("year"),
    )
    counts = accepted.order_by().values_list("indicator__action").annotate(Count("pk"))
    return dict(counts)


def _axes(plan: Plan, leaves: Mapping[int, Level], when: dict[str, str]) -> list[Level]:
    places = list(Placement.objects.filter(action__plan=plan).order_by("order", "pk"))
    axes = [
        _axis(axis, [p for p in places if p.axis_id == axis.pk], leaves, when)
        for axis in plan.axes.prefetch_related("engagements")
    ]
    placed = {place.action_id for place in places}
    return [*axes, *(leaf for pk, leaf in leaves.items() if pk not in placed and axes)]


def _axis(
    axis: Axis,
    places: Sequence[Placement],
    leaves: Mapping[int, Level],
    when: dict[str, str],
) -> Level:
    level = _group("axis", axis, places, leaves)
    level.where = when | {"axe": axis.code} if axis.code else None
    engagements = []
    for one in axis.engagements.all():
        own = [place for place in places if place.engagement_id == one.pk]
        engagements.append(_group("engagement", one, own, leaves))
        engagements[-1].where = when | {"engagement": str(one.pk)} if own else None
    direct = [leaves[p.action_id] for p in places if p.engagement_id is None]
    level.parts = [*engagements, *direct]
    return level


def _group(
    kind: str,
    holder: Axis | Engagement,
    places: Sequence[Placement],
    leaves: Mapping[int, Level],
) -> Level:
    """The sum of the actions placed there, each once."""
    own = {place.action_id: leaves[place.action_id] for place in places}
    level = _sum(kind, holder.code, holder.title, own.values())
    level.parts = list(own.values())
    return level


def _sum(kind: str, code: str, label: str, parts: Iterable[Level]) -> Level:
    level = Level(kind, code, label, Tally())
    for part in parts:
        level.tally.add(part.tally)
        level.validated += part.validated
    return level
