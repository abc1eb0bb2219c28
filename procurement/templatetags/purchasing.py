"""Rates, states and bars of public purchasing."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pcaet.lib.french import NARROW, french_number

from .. import formulas
from ..formulas import Share
from ..goals import GoalResult
from ..models.contracts import Consideration

register = template.Library()

UNKNOWN = "non renseigné"


@register.filter
def rate(value: Decimal | Share | None) -> str:
    """«42,7 %», or «non renseigné»; never 0 % nor 100 % for what only nears it."""
    found = value.rate if isinstance(value, Share) else value
    if found is None:
        return UNKNOWN
    rounded = found.quantize(Decimal("0.1"), _rounding(found))
    return f"{french_number(rounded)}{NARROW}%"


def _rounding(found: Decimal) -> str:
    if 0 < found < 1:
        return ROUND_UP
    return ROUND_DOWN if 99 < found < 100 else ROUND_HALF_UP


@register.filter
def tristate(value: bool | None) -> SafeString:
    """«Oui», «Non» or «Non renseigné», each with its sign."""
    tone, sign, label = {
        True: ("reached", "✓", "Oui"),
        False: ("not_applicable", "×", "Non"),
        None: ("missing", "–", "Non renseigné"),
    }[value]
    return format_html(
        '<span class="state state-{}"><span class="sign" aria-hidden="true">{}</span> '
        "{}</span>",
        tone,
        sign,
        label,
    )


@register.filter
def any_of(considerations: list[Consideration]) -> bool | None:
    """Whether a contract has one of these considerations, where it says so."""
    return formulas.any_of(*(item.effective for item in considerations))


@register.inclusion_tag("procurement/_goal_bar.html")
def goal_bar(result: GoalResult) -> dict[str, Any]:
    """The rate of a goal on one bar, with the marks of its targets.

    The hatched end is the part of the contracts for which nothing is known.
    """
    figure = result.figure
    known = figure.by_number.rate
    coverage = figure.coverage.rate
    return {
        "known": known is not None,
        "width": _place(known or Decimal(0)),
        "uncovered": _place(100 - coverage) if coverage is not None else 0,
        "marks": [
            (year, value, _place(value)) for year, value in result.targets.items()
        ],
        "is_upper_bound": figure.is_upper_bound,
    }


def _place(value: Decimal) -> str:
    """A place on the bar, which an SVG wants with a point."""
    return f"{max(Decimal(0), min(Decimal(100), value)):.1f}"


@register.filter
def is_late(step: Any, today: Any) -> bool:
    """Whether a step was done, or is still to do, after the day it was due."""
    return bool(step.is_late(today))
