from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.attainment import (
    Promise,
    Rate,
    attainment,
    computed_state,
    rate,
    ratio,
)
from indicators.enums import Comparator, Direction, State

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=6)
promises = st.builds(Promise, st.sampled_from(Comparator.values), amounts)
values = st.none() | amounts


def exactly(value: str) -> Promise:
    return Promise("=", Decimal(value))


@pytest.mark.parametrize(
    ("comparator", "target", "value", "share"),
    [
        ("=", "4", "4", "1"),
        ("=", "4", "1", "0.25"),
        ("=", "4", "9", "1"),
        ("=", "4", "0", "0"),
        ("=", "4", "-1", "0"),
        ("=", "0", "0", "1"),
        ("=", "0", "-1", "0"),
        (">=", "30", "29.9", "0.996666666666666666666666666666667"),
        (">=", "30", "30", "1"),
        ("<=", "10", "10", "1"),
        ("<=", "10", "40", "0.25"),
        ("<=", "0", "3", "0"),
        ("<=", "-1", "3", "0"),
        ("<=", "-1", "0", "0"),
        ("<=", "-4", "-1", "0"),
        ("~", "20", "18", "1"),
        ("~", "20", "9", "0.5"),
        ("~", "-20", "-22", "1"),
    ],
)
def test_the_share_of_a_quantity_that_was_kept(
    comparator: str, target: str, value: str, share: str
) -> None:
    kept = ratio(Promise(comparator, Decimal(target)), Decimal(value))
    assert round(kept, 20) == round(Decimal(share), 20)


def test_a_figure_wished_down_is_kept_from_below() -> None:
    assert ratio(exactly("10"), Decimal(8), Direction.DOWN) == 1
    assert ratio(exactly("10"), Decimal(20), Direction.DOWN) == Decimal("0.5")


def test_a_third_thrice_is_one() -> None:
    third = Decimal(1) / 3
    assert ratio(exactly("0.3"), Decimal("0.1") * 3) == 1
    assert attainment([exactly("1")] * 3, [third] * 3) == third


def test_decimals_are_exact() -> None:
    share = attainment([exactly("0.3"), exactly("10")], [Decimal("0.1"), Decimal(1)])
    assert share == (Decimal("0.1") / Decimal("0.3") + Decimal("0.1")) / 2


def test_a_missing_value_is_left_out_of_the_mean() -> None:
    assert attainment([exactly("1"), exactly("4")], [Decimal(1), None]) == 1


def test_nothing_typed_gives_no_attainment() -> None:
    assert attainment([exactly("1")], [None]) is None
    assert attainment([exactly("1")], []) is None
    assert attainment([], [Decimal(3)]) is None


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        (["1", "4"], State.REACHED),
        (["1", "2"], State.PARTIAL),
        (["0", "0"], State.NOT_REACHED),
        (["1", None], State.PARTIAL),
        (["1"], State.PARTIAL),
        ([None, None], None),
    ],
)
def test_the_state_that_figures_give(
    typed: list[str | None], state: State | None
) -> None:
    values = [None if value is None else Decimal(value) for value in typed]
    assert computed_state([exactly("1"), exactly("4")], values) == state


@given(st.lists(promises, max_size=5), st.lists(values, max_size=5))
def test_an_attainment_is_a_share(
    promised: list[Promise], typed: list[Decimal | None]
) -> None:
    share = attainment(promised, typed)
    assert share is None or 0 <= share <= 1


@given(promises, st.lists(amounts, min_size=2, max_size=2))
def test_doing_more_never_lowers_what_is_wished_up(
    promise: Promise, typed: list[Decimal]
) -> None:
    low, high = sorted(typed)
    if promise.comparator != Comparator.AT_MOST:
        assert ratio(promise, low) <= ratio(promise, high)


@given(amounts, st.lists(amounts, min_size=2, max_size=2))
def test_doing_less_never_lowers_what_is_wished_down(
    target: Decimal, typed: list[Decimal]
) -> None:
    low, high = sorted(typed)
    promise = Promise(Comparator.AT_MOST, target)
    assert ratio(promise, low) >= ratio(promise, high)


def test_a_rate_says_what_it_is_counted_on() -> None:
    shares = [Decimal(1), None, Decimal("0.5")]
    assert rate(shares, expected=4) == Rate(Decimal("0.75"), 2, 4)


def test_a_rate_of_nothing_is_unknown() -> None:
    assert rate([None], expected=2) == Rate(None, 0, 2)
