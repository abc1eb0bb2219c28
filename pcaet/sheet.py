"""The page of an action: its printed sheet, with what only a screen can offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from actions.models import Action, Measure, Plan
from indicators.enums import IndicatorKind
from indicators.models import Cell, Indicator, TypingRights
from indicators.summaries import Tally

from .changes import Event, events_of
from .fiche import Fiche, Line, Link
from .fiche_grid import KIND_LABELS
from .role_lines import RoleLine, role_lines

if TYPE_CHECKING:
    from django.contrib.auth.models import User


SCHEDULE = ("Début", "Fin", "Budget")


@dataclass(frozen=True, slots=True)
class GridRow:
    indicator: Indicator
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Block:
    """Indicators of one kind.

    As a grid of ``years`` where something is promised or said for a year; as a list
    under their lead-ins where nothing is.
    """

    label: str
    years: Sequence[int]
    rows: list[GridRow]

    @property
    def is_grid(self) -> bool:
        return bool(self.years)

    @property
    def groups(self) -> list[tuple[str, list[GridRow]]]:
        """Neighbours under the same lead-in."""
        runs = groupby(self.rows, key=lambda row: row.indicator.group)
        return [(lead_in, list(rows)) for lead_in, rows in runs]


@dataclass(frozen=True, slots=True)
class MeasurePart:
    measure: Measure
    roles: list[RoleLine]
    blocks: list[Block]


class Sheet:
    """An action from ``actions_to_print()``, as one reader sees it today."""

    def __init__(self, action: Action, user: User | AnonymousUser, today: date) -> None:
        self.action = action
        self.plan: Plan = action.plan
        self.today = today
        self.fiche = Fiche(action, today)
        self._user = user

    @cached_property
    def roles(self) -> list[RoleLine]:
        return role_lines(self.action, self.plan.authority)

    @cached_property
    def measures(self) -> list[MeasurePart]:
        authority = self.plan.authority
        return [
            MeasurePart(
                measure,
                role_lines(measure, authority),
                self._blocks(measure.pk),
            )
            for measure in self.action.measures.all()
        ]

    @cached_property
    def blocks(self) -> list[Block]:
        """The indicators of the action itself."""
        return self._blocks(None)

    def _blocks(self, measure: int | None) -> list[Block]:
        own = [i for i in self.fiche.indicators if i.measure_id == measure]
        years = self.fiche.years if any(i.years for i in own) else []
        return [
            Block(KIND_LABELS[kind], years, rows)
            for kind in IndicatorKind
            if (rows := [GridRow(i, i.cells(years)) for i in own if i.kind == kind])
        ]

    @cached_property
    def tally(self) -> Tally:
        """The targets of the action, whatever their year."""
        tally = Tally()
        for of_year in self.fiche.progress.by_year.values():
            tally.add(of_year)
        return tally

    @cached_property
    def schedule(self) -> list[Line]:
        """Dates and money, as the document writes them."""
        return [line for line in self.fiche.facts if line.label in SCHEDULE]

    @property
    def has_facts(self) -> bool:
        """Whether the right column has anything to say."""
        action = self.action
        return bool(
            self.tally.expected
            or self.schedule
            or action.themes
            or action.keywords
            or action.action_references.all()
            or action.budget_lines.all()
            or self.links
        )

    @property
    def is_bare(self) -> bool:
        """The document gives the action a title, and nothing else."""
        action, fiche = self.action, self.fiche
        texts = (action.context, fiche.description, action.impact_objective)
        parts = (action.expected_results, fiche.steps, self.roles, self.blocks)
        return not any((*texts, *parts, action.consultation, self.measures))

    @property
    def lists_side_by_side(self) -> bool:
        """Kinds of indicators without years read best beside each other."""
        return len(self.blocks) > 1 and not any(block.is_grid for block in self.blocks)

    @cached_property
    def years_to_type(self) -> list[int]:
        """The years whose results this reader may type for this action."""
        if not self._user.is_authenticated or not self.fiche.indicators:
            return []
        rights = TypingRights.by_year(
            self._user, self.plan, self.fiche.years, self.today
        )
        years = [year for year, right in rights.items() if right.allowed]
        if not years or rights[years[0]].every_indicator:
            return years
        own = Indicator.objects.filter(action=self.action).piloted_by(self._user)
        return years if own.exists() else []

    @property
    def may_edit(self) -> bool:
        user = self._user
        return bool(
            user.is_staff
            and user.has_perm("actions.change_action")
            and Plan.objects.managed_by(user).filter(pk=self.plan.pk).exists()
        )

    @cached_property
    def links(self) -> list[Link]:
        """Related actions, less those of plans that this reader may not see."""
        links = self.fiche.links
        others = {link.action.plan_id for link in links} - {self.plan.pk}
        visible = Plan.objects.visible_to(self._user).filter(pk__in=others)
        known = (
            {self.plan.pk, *visible.values_list("pk", flat=True)} if others else None
        )
        return [k for k in links if known is None or k.action.plan_id in known]

    @cached_property
    def events(self) -> list[Event]:
        """The latest changes, for those who have an account: they name people."""
        return events_of(self.action) if self._user.is_authenticated else []

    @cached_property
    def previous(self) -> Action | None:
        here = Q(order=self.action.order, pk__lt=self.action.pk)
        before = self.plan.actions.filter(Q(order__lt=self.action.order) | here)
        return before.order_by("-order", "-pk").first()

    @cached_property
    def next(self) -> Action | None:
        here = Q(order=self.action.order, pk__gt=self.action.pk)
        after = self.plan.actions.filter(Q(order__gt=self.action.order) | here)
        return after.order_by("order", "pk").first()
