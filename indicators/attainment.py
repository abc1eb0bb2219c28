"""How far results stand from what was promised. Pure: no model, no date, no query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .enums import Comparator, Direction, State

ONE = Decimal(1)
ZERO = Decimal(0)
# «Environ 20» is kept by 18: a tenth less is still about right.
ABOUT_TOLERANCE = Decimal("0.1")

EXPLANATION = (
    "Chaque quantité promise compte pour la part réalisée (résultat ÷ cible), "
    "sans dépasser 100 % ; une cellule vaut la moyenne de ses quantités, et une "
    "valeur non saisie ne compte jamais pour zéro : elle manque."
)


@dataclass(frozen=True, slots=True)
class Promise:
    """One quantity of a target."""

    comparator: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """A mean of attainments, never shown without what it is counted on.

    Attributes:
        attainment: between 0 and 1, or ``None`` where nothing is known.
        assessed: the number of cells that count in the mean.
        expected: the number of cells that carry a target.
    """

    attainment: Decimal | None
    assessed: int
    expected: int


def ratio(promise: Promise, value: Decimal, direction: str = "") -> Decimal:
    """The share, between 0 and 1, of one quantity that was kept."""
    if promise.comparator == Comparator.AT_MOST or (
        promise.comparator == Comparator.EQUAL and direction == Direction.DOWN
    ):
        return _kept_below(promise.value, value)
    target = promise.value
    if promise.comparator == Comparator.ABOUT:
        target -= abs(target) * ABOUT_TOLERANCE
    if value >= target:
        return ONE
    if target <= ZERO:
        return ZERO
    return max(ZERO, value / target)


def _kept_below(target: Decimal, value: Decimal) -> Decimal:
    if value <= target:
        return ONE
    return target / value if target > ZERO else ZERO


def attainment(
    promises: Sequence[Promise],
    values: Sequence[Decimal | None],
    direction: str = "",
) -> Decimal | None:
    """The mean of the quantities that have a value; ``None`` when none has."""
    ratios = [
        ratio(promise, value, direction)
        for promise, value in zip(promises, values, strict=False)
        if value is not None
    ]
    if not ratios:
        return None
    return sum(ratios, ZERO) / len(ratios)


def computed_state(
    promises: Sequence[Promise],
    values: Sequence[Decimal | None],
    direction: str = "",
) -> State | None:
    """The state that figures give; ``None`` where only a person can say."""
    share = attainment(promises, values, direction)
    if share is None:
        return None
    known = [value for value in values[: len(promises)] if value is not None]
    if share == ONE and len(known) == len(promises):
        return State.REACHED
    return State.NOT_REACHED if share == ZERO else State.PARTIAL


# What a state chosen by a person counts for, where no figure says more.
SHARE_OF_STATE = {
    State.REACHED: ONE,
    State.PARTIAL: Decimal("0.5"),
    State.NOT_REACHED: ZERO,
}


def rate(shares: Iterable[Decimal | None], expected: int) -> Rate:
    """The mean of the cells that could be assessed, with its coverage."""
    known = [share for share in shares if share is not None]
    mean = sum(known, ZERO) / len(known) if known else None
    return Rate(mean, len(known), expected)
