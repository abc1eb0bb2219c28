"""One year of a plan: every indicator with its target, its result and its pilots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.http import QueryDict

from actions.enums import RoleKind
from actions.models import Action, Measure, Plan, Role
from indicators.attainment import Rate, rate
from indicators.models import Cell, Indicator
from indicators.templatetags.results import LABELS
from pcaet.lib.text import fold

LONGEST_OPTION = 70
UNSAID = "renseigne"

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class YearRow:
    """An indicator in the year, with those who answer for it."""

    cell: Cell
    pilots: list[Role]

    @property
    def indicator(self) -> Indicator:
        return self.cell.indicator

    @property
    def measure(self) -> Measure | None:
        return self.indicator.measure

    @property
    def state(self) -> str:
        """The state by which rows are chosen: one word for each."""
        return "missing" if self.cell.is_owed else self.cell.state or UNSAID

    def answers_to(self, organisation: int) -> bool:
        return any(
            organisation in (role.organisation_id, role.organisation.parent_id)
            for role in self.pilots
        )


class YearForm(forms.Form):
    """What is shown of the year; the choices are those that the rows give."""

    def __init__(
        self, data: dict[str, Any], *, years: Choices, states: Choices, pilots: Choices
    ) -> None:
        super().__init__(data)
        self.fields["annee"] = _choice("Année", years)
        self.fields["etat"] = _choice("Résultats", [("", "Tous"), *states])
        self.fields["pilote"] = _choice("Pilote", [("", "Tous"), *pilots])


def _choice(label: str, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False)


class YearGrid:
    """The grid of a plan for a year. A constant number of queries."""

    def __init__(self, plan: Plan, data: QueryDict, today: date) -> None:
        self.plan = plan
        self.years = years_of(plan)
        self.year = self._chosen_year(data.get("annee", ""), today)
        self.all_rows = self._all_rows()
        self.form = YearForm(
            {**data.dict(), "annee": self.year},
            years=[(str(year), str(year)) for year in self.years],
            states=_states(self.all_rows),
            pilots=_pilots(self.all_rows),
        )
        self.form.is_valid()
        self.rows = [row for row in self.all_rows if self._is_chosen(row)]

    def _chosen_year(self, asked: str, today: date) -> int | None:
        """The year asked for, else the last one that has begun."""
        if asked in map(str, self.years):
            return int(asked)
        begun = [year for year in self.years if year <= today.year]
        return begun[-1] if begun else next(iter(self.years), None)

    def _all_rows(self) -> list[YearRow]:
        if self.year is None:
            return []
        indicators = Indicator.objects.filter(action__plan=self.plan)
        pilots = Role.objects.filter(kind=RoleKind.PILOT).with_organisation()
        loaded = (
            indicators.for_grid()
            .in_document_order()
            .prefetch_related(
                Prefetch("action__roles", pilots), Prefetch("measure__roles", pilots)
            )
        )
        rows = (_row(indicator, self.year) for indicator in loaded)
        return [row for row in rows if row.cell.is_expected or row.cell.is_filled]

    def _is_chosen(self, row: YearRow) -> bool:
        state = self.form.cleaned_data.get("etat")
        pilot = self.form.cleaned_data.get("pilote")
        return (not state or row.state == state) and (
            not pilot or row.answers_to(int(pilot))
        )

    @property
    def has_targets(self) -> bool:
        return any(row.cell.target for row in self.rows)

    @property
    def has_own_pilots(self) -> bool:
        """Whether rows of one action answer to different pilots."""
        return any(row.measure and row.measure.pilots for row in self.rows)

    @property
    def is_filtered(self) -> bool:
        return len(self.rows) < len(self.all_rows)

    @property
    def actions(self) -> list[tuple[Action, list[YearRow]]]:
        """The rows under their actions."""
        runs = groupby(self.rows, key=lambda row: row.indicator.action)
        return [(action, list(rows)) for action, rows in runs]

    @property
    def expected(self) -> int:
        return sum(row.cell.is_expected for row in self.rows)

    @property
    def filled(self) -> int:
        return sum(row.cell.is_expected and row.cell.is_filled for row in self.rows)

    @cached_property
    def rate(self) -> Rate:
        """The mean attainment of the rows shown that have a target."""
        cells = [row.cell for row in self.rows if row.cell.target]
        return rate((cell.attainment for cell in cells), expected=len(cells))


def years_of(plan: Plan) -> list[int]:
    """The years that the plan follows, or has targets for. One query."""
    aimed = plan.actions.values_list("indicators__targets__year", flat=True)
    return sorted({year for year in aimed.distinct() if year} | set(plan.years))


def _row(indicator: Indicator, year: int) -> YearRow:
    """A measure without pilots of its own answers to those of its action."""
    own = indicator.measure.pilots if indicator.measure else []
    return YearRow(indicator.cell(year), own or indicator.action.pilots)


def _states(rows: Iterable[YearRow]) -> Choices:
    present = {row.state for row in rows}
    labels = {**LABELS, UNSAID: "Renseigné"}
    return [(state, label) for state, label in labels.items() if state in present]


def _pilots(rows: Iterable[YearRow]) -> Choices:
    pilots = {role.organisation for row in rows for role in row.pilots}
    ordered = sorted(pilots, key=lambda pilot: fold(str(pilot)))
    return [(str(pilot.pk), str(pilot)[:LONGEST_OPTION]) for pilot in ordered]
