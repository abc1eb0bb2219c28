"""Rates, states and bars of public purchasing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pcaet.lib.french import (
    NARROW,
    NO_BREAK,
    french_date,
    french_euros,
    french_number,
)

from .. import formulas
from ..enums import GoalFormula
from ..formulas import Answer, Share, answer_of
from ..goals import GoalResult
from ..models import LegalParameter
from ..models.considerations import Consideration

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
    return answered(answer_of(value))


@register.filter
def any_of(considerations: list[Consideration]) -> bool | None:
    """Whether a contract has one of these considerations, where it says so."""
    return formulas.any_of(*(item.effective for item in considerations))


@register.filter
def about_euros(amount: Decimal) -> str:
    """«48 935 050 €»: a sum of many contracts is read to the euro."""
    return french_euros(amount.quantize(Decimal(1), ROUND_HALF_UP))


# The rows of words beside the marks of a gauge, in pixels.
MARK_ROW, MARK_BASE_LINE, MARK_GAP = 18, 13, 6


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the scale of a gauge, said beside it on a row of its own."""

    words: str
    place: Decimal
    row: int = 0

    @property
    def x(self) -> str:
        return _place(self.place)

    @property
    def anchor(self) -> str:
        """Words stand on the side where there is more room."""
        return "end" if self.place > 50 else "start"

    @property
    def beside(self) -> int:
        return -MARK_GAP if self.anchor == "end" else MARK_GAP

    @property
    def base_line(self) -> int:
        return self.row * MARK_ROW + MARK_BASE_LINE


@dataclass(frozen=True, slots=True)
class GaugeBar:
    """A share drawn from 0 to 100 %: what is sure, then what is only possible."""

    name: str
    share: Share
    confirmed: Share

    @property
    def sure(self) -> str:
        return _place(self.confirmed.rate or Decimal(0))

    @property
    def possible(self) -> str:
        rate, confirmed = self.share.rate, self.confirmed.rate
        return _place((rate or Decimal(0)) - (confirmed or Decimal(0)))

    @property
    def is_known(self) -> bool:
        return self.share.rate is not None


@register.inclusion_tag("procurement/_goal_gauge.html")
def goal_gauge(
    result: GoalResult, benchmarks: dict[GoalFormula, LegalParameter]
) -> dict[str, Any]:
    """A goal on one scale: its rates, its coverage, its targets, the legal line."""
    figure = result.figure
    number, value, coverage = figure.by_number, figure.by_value, figure.coverage
    confirmed = figure.confirmed
    legal = benchmarks.get(result.formula)
    return {
        "figure": figure,
        "bars": [
            GaugeBar(
                "En nombre",
                number,
                Share(Decimal(confirmed.number), number.denominator),
            ),
            GaugeBar("En valeur", value, Share(confirmed.value, value.denominator)),
        ],
        "covered": _place(coverage.rate or Decimal(0)),
        "legal": [_legal_mark(legal)] if legal else [],
        "legal_height": MARK_ROW,
        "targets": [
            Mark(f"Visé en {year}{NO_BREAK}: {rate(wished)}", wished, row)
            for row, (year, wished) in enumerate(sorted(result.targets.items()))
        ],
        "targets_height": MARK_ROW * len(result.targets),
    }


def _legal_mark(parameter: LegalParameter) -> Mark:
    since = french_date(parameter.applies_from)
    words = f"{parameter.setter}, {since}{NO_BREAK}: {rate(parameter.value)}"
    return Mark(words, parameter.value)


def _place(value: Decimal) -> str:
    """A place on a scale of 100, which an SVG wants with a point."""
    return f"{max(Decimal(0), min(Decimal(100), value)):.1f}%"


@register.inclusion_tag("procurement/_standing.html")
def standing(result: GoalResult, year: int | None) -> dict[str, Any]:
    """Whether the target in force is reached, with its year."""
    target = result.target_of(year)
    return {
        "year": target[0] if target and year else None,
        "is_reached": result.is_reached(year),
        "is_known": result.figure.by_number.rate is not None,
    }


ANSWERS = {
    Answer.YES: ("reached", "✓", "Oui"),
    Answer.NO: ("not_applicable", "×", "Non"),
    Answer.POSSIBLE: ("partial", "◐", "Possible, nature à préciser"),
    Answer.UNSAID: ("missing", "–", "Non renseigné"),
}


@register.filter
def answered(answer: Answer) -> SafeString:
    """Whether a contract counts in a goal, with its sign."""
    return _state(*ANSWERS[answer])


def _state(tone: str, sign: str, label: str) -> SafeString:
    return format_html(
        '<span class="state state-{}"><span class="sign" aria-hidden="true">{}</span> '
        "{}</span>",
        tone,
        sign,
        label,
    )


@register.filter
def is_late(step: Any, today: Any) -> bool:
    """Whether a step was done, or is still to do, after the day it was due."""
    return bool(step.is_late(today))
