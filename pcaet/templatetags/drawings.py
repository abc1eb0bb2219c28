"""Tags that draw figures, each with the sentence that says them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from django import template
from django.utils.safestring import SafeString

from actions.state import ActionState
from indicators.summaries import Tally
from indicators.templatetags.bars import WORDS
from indicators.templatetags.results import SIGNS
from pcaet.budget import AxisBudget, BudgetRow, Money
from pcaet.lib import charts
from pcaet.lib.charts import Column, Part
from pcaet.lib.french import counted, french_euros

register = template.Library()

BAR_WIDTH = 180


@register.simple_tag
def tally_bar(name: str, tally: Tally, width: int = BAR_WIDTH) -> SafeString:
    """The targets of a part of the plan, by state."""
    title = f"{_said(tally)}, sur {counted(tally.expected, 'cible', 'cibles')}"
    return charts.stacked_bar(name, title, _parts(tally), width)


@register.simple_tag
def states_bar(
    name: str, states: Iterable[tuple[ActionState, int]], width: int = BAR_WIDTH
) -> SafeString:
    """The actions of a part of the plan, by state."""
    found = list(states)
    title = ", ".join(f"{state.label} : {count}" for state, count in found)
    parts = [Part(state.tone, count) for state, count in found]
    return charts.stacked_bar(name, title or "Aucune action", parts, width)


class Labelled(Protocol):
    """A part of the plan with its targets."""

    @property
    def label(self) -> str: ...

    @property
    def tally(self) -> Tally: ...


@register.simple_tag
def year_columns(name: str, lines: Sequence[Labelled]) -> SafeString:
    """The targets of each year, by state."""
    said = (f"{line.label} : {_said(line.tally)}" for line in lines)
    columns = [Column(line.label, _parts(line.tally)) for line in lines]
    return charts.stacked_columns(name, f"Cibles par année. {'. '.join(said)}", columns)


@register.simple_tag
def typing_bar(name: str, filled: int, expected: int) -> SafeString:
    """How much of a year is typed."""
    title = f"{counted(filled, 'résultat saisi', 'résultats saisis')} sur {expected}"
    return charts.progress(name, title, filled, expected, BAR_WIDTH)


@register.simple_tag
def money_bar(
    name: str, planned: Decimal, spent: Decimal, scale: Decimal
) -> SafeString:
    """What is spent within what was planned."""
    title = f"{french_euros(spent)} dépensés pour {french_euros(planned)} prévus"
    return charts.target_and_actual(
        name, title, float(planned), float(spent), float(scale)
    )


def _parts(tally: Tally) -> list[Part]:
    return [Part(state, count) for state, count in tally.shares]


def _said(tally: Tally) -> str:
    said = [counted(count, *WORDS[state]) for state, count in tally.shares if count]
    return ", ".join(said) or "aucune cible"


@register.filter
def state_counts(tally: Tally) -> list[tuple[str, str, str]]:
    """The states of a tally that have targets: state, sign, «3 atteintes»."""
    return [
        (state, SIGNS.get(state, "•"), counted(count, *WORDS[state]))
        for state, count in tally.shares
        if count
    ]


@register.filter
def budget_rows(
    axis: AxisBudget, years: Sequence[int]
) -> list[tuple[BudgetRow, list[tuple[int, Money]]]]:
    """The actions of an axis, each with its cells."""
    return [(row, row.cells(years)) for row in axis.rows]


@register.filter
def budget_totals(axis: AxisBudget, years: Sequence[int]) -> list[tuple[int, Money]]:
    return axis.cells(years)
