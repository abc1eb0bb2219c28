"""Lines of a pasted table that lost a cell: their last cells stand too far left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pcaet.lib.tables.sheet import Value, text_of

from . import values
from .columns import Column

# What says by itself whether its cell is in the right column.
TELLING: dict[str, Callable[[Value], bool]] = {
    "start": lambda value: values.read_when_cell(value).value["year"] is not None,
    "end": lambda value: values.read_when_cell(value).value["year"] is not None,
    "budget": lambda value: values.read_budget_cell(value).value["min"] is not None,
    "status": lambda value: bool(values.read_status_cell(value).value["status"]),
}


def realigned(cells: Sequence[Value], columns: Sequence[Column]) -> list[Value] | None:
    """The line with an empty cell where one was lost, or None where none was.

    A line is moved only if it is one cell short, and if its dates, budget and status
    then read better. The cell goes as far right as that allows: which of the texts
    on its left was lost, nothing says.
    """
    telling = {
        c.index: TELLING[c.named.field] for c in columns if c.named.field in TELLING
    }
    width = max((c.index for c in columns), default=0) + 1
    if len(cells) != width - 1 or len(telling) < 2:
        return None
    kept = list(cells)
    as_it_is = _fit(kept, telling)
    best, place = max(
        (_fit([*kept[:place], "", *kept[place:]], telling), place)
        for place in range(1, max(telling) + 1)
    )
    return [*kept[:place], "", *kept[place:]] if best > as_it_is else None


def _fit(cells: Sequence[Value], telling: dict[int, Callable[[Value], bool]]) -> int:
    """How many cells read as their columns say, less those that do not."""
    filled = [
        (cells[index], says)
        for index, says in telling.items()
        if index < len(cells) and text_of(cells[index])
    ]
    return sum(1 if says(value) else -1 for value, says in filled)
