from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.enums import Status
from actions.state import ALL_STATES, ActionState, action_state, deadline

TODAY = date(2019, 6, 15)
STATUSES = ["", *Status.values]
ENDS = [
    (None, None),
    (2018, None),
    (2019, None),
    (None, TODAY - timedelta(days=1)),
    (None, TODAY),
    (2018, TODAY + timedelta(days=1)),
]
# Targets come due, those that were assessed, and the mean of these.
TARGETS = [
    (0, 0, None),
    (3, 0, None),
    (3, 3, Decimal(0)),
    (3, 2, Decimal("0.5")),
    (3, 2, Decimal(1)),
    (3, 3, Decimal(1)),
]

shares = st.decimals(min_value=0, max_value=1, places=6)


def state(
    status: str = "",
    end: tuple[int | None, date | None] = (None, None),
    targets: tuple[int, int, Decimal | None] = (0, 0, None),
    today: date = TODAY,
) -> ActionState:
    return action_state(
        status=status,
        end_year=end[0],
        end_date=end[1],
        today=today,
        expected=targets[0],
        assessed=targets[1],
        attainment=targets[2],
    )


def expected_code(
    status: str,
    end: tuple[int | None, date | None],
    targets: tuple[int, int, Decimal | None],
) -> str:
    """The rule of the design, said another way than in the code."""
    due, assessed, share = targets
    if status in {"done", "abandoned", "late"}:
        return status
    all_reached = due > 0 and assessed == due and share == 1
    passed = end in {(2018, None), (None, TODAY - timedelta(days=1))}
    if passed and not all_reached:
        return "late"
    if status:
        return status
    if due == 0:
        return "unknown"
    return {
        None: "missing",
        Decimal(0): "not_reached",
        Decimal("0.5"): "partial",
        Decimal(1): "reached" if all_reached else "partial",
    }[share]


@pytest.mark.parametrize("status", STATUSES)
def test_every_combination(status: str) -> None:
    for end, targets in product(ENDS, TARGETS):
        found = state(status, end, targets)
        assert found.code == expected_code(status, end, targets), (end, targets)


@given(
    status=st.sampled_from(STATUSES),
    end_year=st.none() | st.integers(-10, 12_000),
    end_date=st.none() | st.dates(),
    today=st.dates(),
    expected=st.integers(0, 50),
    assessed=st.integers(0, 50),
    attainment=st.none() | shares,
)
def test_any_action_has_a_state_that_says_why(**known: Any) -> None:
    found = action_state(**known)
    assert found.code in {each.code for each in ALL_STATES}
    assert found.reason.endswith(".")


def test_a_year_alone_runs_to_its_last_day() -> None:
    assert deadline(2019, None) == date(2019, 12, 31)
    assert state(end=(2019, None), today=date(2019, 12, 31)).code == "unknown"
    assert state(end=(2019, None), today=date(2020, 1, 1)).code == "late"


def test_a_date_is_more_precise_than_a_year() -> None:
    assert deadline(2019, date(2019, 3, 1)) == date(2019, 3, 1)


def test_late_says_since_when() -> None:
    reason = state(end=(2018, None)).reason
    assert reason == "La fin était prévue le 31/12/2018."


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [
        ((3, 0, None), "0 résultat sur 3."),
        ((3, 1, Decimal(1)), "1 résultat sur 3."),
        ((3, 2, Decimal(1)), "2 résultats sur 3."),
    ],
)
def test_targets_say_what_they_are_counted_on(
    targets: tuple[int, int, Decimal | None], sentence: str
) -> None:
    assert state(targets=targets).reason == sentence


def test_states_are_told_apart_without_colour() -> None:
    assert len({each.label for each in ALL_STATES}) == len(ALL_STATES)
    assert [each.order for each in ALL_STATES] == list(range(len(ALL_STATES)))


def test_all_statuses_but_none_close_or_go_on() -> None:
    closed = [status for status in Status if status.is_closed]
    assert closed == [Status.DONE, Status.ABANDONED]
