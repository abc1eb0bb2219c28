"""Bars that show how targets stand: drawn as SVG, said in words beside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from django import template

from pcaet.lib.french import NO_BREAK, counted

from ..enums import MISSING, State
from ..summaries import Progress, Tally
from .results import SIGNS

register = template.Library()

# The words for a count of targets in each state, one then several.
WORDS = {
    State.REACHED: ("atteinte", "atteintes"),
    State.PARTIAL: ("partielle", "partielles"),
    State.NOT_REACHED: ("non atteinte", "non atteintes"),
    State.NOT_APPLICABLE: ("sans objet", "sans objet"),
    "unsaid": ("renseignée sans état", "renseignées sans état"),
    MISSING: ("manquante", "manquantes"),
}
# Hatches stand for what colour alone would not tell.
HATCHED = {State.PARTIAL, State.NOT_REACHED, MISSING}

YEAR_WIDTH, YEAR_GAP = 26, 4
# Years drawn for one action; the grid shows them all.
MOST_YEARS = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: ``x`` and ``width`` as SVG writes them."""

    state: str
    x: str
    width: str

    @property
    def hatch(self) -> str:
        return f"url(#hatch-{self.state})" if self.state in HATCHED else ""


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend."""

    state: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class YearBar:
    label: str
    centre: str
    segments: list[Segment]


class Bar(TypedDict):
    segments: list[Segment]
    keys: list[Key]


class YearBars(TypedDict):
    bars: list[YearBar]
    width: int
    words: str


@register.inclusion_tag("components/bar.html")
def state_bar(tally: Tally) -> Bar:
    """The targets of a tally by state, as a stacked bar of the whole width."""
    keys = [
        Key(state, SIGNS.get(state, "•"), counted(count, *WORDS[state]))
        for state, count in tally.shares
        if count
    ]
    return Bar(segments=list(_segments(tally, 0, 100, "%")), keys=keys)


@register.inclusion_tag("components/year_bars.html")
def year_bars(progress: Progress, years: list[int]) -> YearBars:
    """A small bar for each year; nothing where nothing was promised."""
    step = YEAR_WIDTH + YEAR_GAP
    shown = years[-MOST_YEARS:]
    tallies = [progress.by_year.get(year, Tally()) for year in shown]
    bars = [
        YearBar(
            f"{year % 100:02}",
            _svg(index * step + YEAR_WIDTH / 2),
            list(_segments(tally, index * step, YEAR_WIDTH)),
        )
        for index, (year, tally) in enumerate(zip(shown, tallies, strict=True))
    ]
    said = [
        f"{year} : {tally.filled} sur {tally.expected}"
        for year, tally in zip(shown, tallies, strict=True)
        if tally.expected
    ]
    words = f"Résultats saisis, {', '.join(said)}" if said else ""
    width = len(shown) * step - YEAR_GAP
    return YearBars(bars=bars, width=width, words=words.replace(" :", f"{NO_BREAK}:"))


def _segments(
    tally: Tally, start: float, length: float, unit: str = ""
) -> Iterable[Segment]:
    done = 0
    for state, count in tally.shares:
        if count and tally.expected:
            x = start + length * done / tally.expected
            width = length * count / tally.expected
            yield Segment(state, _svg(x) + unit, _svg(width) + unit)
            done += count


def _svg(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
