"""Tags for the state of a result and for the year before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from django import template

from pcaet.lib.french import french_date

from ..enums import MISSING, STATE_LABELS, State
from ..models import Cell, Indicator

register = template.Library()

SIGNS = {
    State.REACHED: "✓",
    State.PARTIAL: "◐",
    State.NOT_REACHED: "✗",
    State.NOT_APPLICABLE: "○",
    MISSING: "–",
}
LABELS = STATE_LABELS


class Badge(TypedDict):
    tone: str
    sign: str
    label: str


@register.inclusion_tag("components/state.html")
def result_state(state: str) -> Badge:
    """The state of a cell by sign, words and colour; «Renseigné» where none is said."""
    if not state:
        return Badge(tone="plain", sign="", label="Renseigné")
    return Badge(tone=state, sign=SIGNS[state], label=LABELS[state])


@register.simple_tag
def previous_result(indicator: Indicator, year: int) -> Cell | None:
    """The cell of the year before, if something was done. Reads what is prefetched."""
    cell = indicator.cell(year)
    return cell if cell.result and not cell.result.is_empty else None


@register.filter
def exact(figure: str | None) -> Decimal | None:
    """A figure that a closed review keeps as text."""
    return None if figure is None else Decimal(figure)


@register.filter
def told(quantities: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a figure of a review counts, with what was promised and not typed.

    Nothing where no value was typed: the result is then a text, or is missing.
    """
    if all(quantity["value"] is None for quantity in quantities):
        return []
    return [
        quantity
        for quantity in quantities
        if quantity["value"] is not None or quantity["promised"] is not None
    ]


@register.filter
def iso_day(text: str) -> str:
    """The day of a date or moment that a closed review keeps as text."""
    return french_date(date.fromisoformat(text[:10])) if text else ""
