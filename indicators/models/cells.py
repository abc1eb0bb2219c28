"""One indicator in one year, read from what is already loaded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ..enums import MISSING

if TYPE_CHECKING:
    from .promises import Indicator, Quantity, Target
    from .results import Result


@dataclass(frozen=True, slots=True)
class QuantityLine:
    """A quantity promised beside the value done, for a cell of the grid."""

    quantity: Quantity | None
    value: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator in one year: the heart of grids, sheets and exports."""

    indicator: Indicator
    year: int
    target: Target | None
    result: Result | None

    @property
    def state(self) -> str:
        """A value of ``State``, «missing», or nothing where nothing is expected."""
        if self.result and self.is_filled:
            return self.result.effective_state
        return MISSING if self.target else ""

    @property
    def is_filled(self) -> bool:
        return self.result is not None and not self.result.is_empty

    @property
    def is_missing(self) -> bool:
        return self.state == MISSING

    @property
    def is_expected(self) -> bool:
        """A result is owed: a target asks for it, or the plan gave none at all."""
        return self.target is not None or not self.indicator.targets.all()

    @property
    def is_owed(self) -> bool:
        return self.is_expected and not self.is_filled

    @property
    def attainment(self) -> Decimal | None:
        return self.result.attainment if self.result else None

    @property
    def lines(self) -> list[QuantityLine]:
        """Each quantity with its value; a value without a quantity has the unit."""
        quantities = list(self.target.quantities.all()) if self.target else []
        values: list[Decimal | None] = list(self.result.values) if self.result else []
        length = max(len(quantities), len(values))
        quantities_padded: list[Quantity | None] = [
            *quantities,
            *[None] * (length - len(quantities)),
        ]
        values += [None] * (length - len(values))
        return [
            QuantityLine(q, value, q.unit if q else self.indicator.unit)
            for q, value in zip(quantities_padded, values, strict=True)
        ]

    @property
    def has_values(self) -> bool:
        values = self.result.values if self.result else []
        return any(value is not None for value in values)
