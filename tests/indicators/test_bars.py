"""The bars by which targets are shown: whole, in order, said in words too."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators.enums import State
from indicators.summaries import Progress, Tally
from indicators.templatetags.bars import state_bar, year_bars


def tally(expected: int, **states: int) -> Tally:
    made = Tally(expected=expected)
    made.states.update(states)
    return made


def test_a_bar_goes_from_what_is_reached_to_what_is_missing() -> None:
    bar = state_bar(tally(8, reached=4, partial=2))
    drawn = [(s.state, s.x, s.width, s.hatch) for s in bar["segments"]]
    assert drawn == [
        ("reached", "0%", "50%", ""),
        ("partial", "50%", "25%", "url(#hatch-partial)"),
        ("missing", "75%", "25%", "url(#hatch-missing)"),
    ]


def test_the_legend_says_the_same_in_words() -> None:
    keys = state_bar(tally(8, reached=1, partial=2))["keys"]
    said = [f"{key.sign} {key.words}".replace("\u00a0", " ") for key in keys]
    assert said == ["✓ 1 atteinte", "◐ 2 partielles", "– 5 manquantes"]


def test_nothing_promised_draws_nothing() -> None:
    assert state_bar(Tally()) == {"segments": [], "keys": []}
    assert year_bars(Progress(), [2016, 2017])["words"] == ""


@given(st.dictionaries(st.sampled_from([*State.values, ""]), st.integers(0, 500)))
def test_segments_fill_the_bar_without_overlap(states: dict[str, int]) -> None:
    made = tally(sum(states.values()) + 1, **states)
    end = Decimal(0)
    for segment in state_bar(made)["segments"]:
        x, width = (Decimal(text.rstrip("%")) for text in (segment.x, segment.width))
        assert abs(x - end) <= Decimal("0.02")
        end = x + width
    assert abs(end - 100) <= Decimal("0.02")


def test_years_without_a_target_stay_empty() -> None:
    progress = Progress()
    progress.year(2017).add(tally(2, reached=2))
    bars = year_bars(progress, [2016, 2017])
    assert [(bar.label, len(bar.segments)) for bar in bars["bars"]] == [
        ("16", 0),
        ("17", 1),
    ]
    assert bars["words"].replace("\u00a0", " ") == "Résultats saisis, 2017 : 2 sur 2"


def test_only_the_last_years_are_drawn() -> None:
    progress = Progress()
    for year in range(2000, 2060):
        progress.year(year).add(tally(1))
    bars = year_bars(progress, list(range(2000, 2060)))["bars"]
    assert [bar.label for bar in bars] == ["54", "55", "56", "57", "58", "59"]
