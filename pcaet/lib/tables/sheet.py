"""A sheet of cells, as it was read, with the address of each cell."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import TypeAlias

from pcaet.lib.numbers import plain
from pcaet.lib.text import html_to_text

Value: TypeAlias = "str | int | float | bool | datetime.date"


@dataclass(frozen=True, slots=True)
class Area:
    """Cells merged into one, bounds included, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """Rows of cells from A1 on; an absent cell is an empty text.

    ``spilled`` holds the cells that a wide merged cell covers: they repeat its value
    for headers and years, and say nothing elsewhere.
    """

    name: str
    rows: list[list[Value]]
    merged: list[Area] = field(default_factory=list)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)
    is_hidden: bool = False
    is_pasted: bool = False
    is_transposed: bool = False
    spilled: set[tuple[int, int]] = field(default_factory=set)

    def cell(self, row: int, col: int) -> Value:
        cells = self.rows[row]
        return cells[col] if col < len(cells) else ""

    def address(self, row: int, col: int) -> str:
        """«D14», in the file as the person sees it."""
        if self.is_transposed:
            row, col = col, row
        return f"{column_letters(col)}{row + 1}"

    def unroll(self) -> None:
        """Give every cell of a merged area the value of its first cell."""
        for area in self.merged:
            value = self.cell(area.top, area.left)
            for row in range(area.top, min(area.bottom + 1, len(self.rows))):
                self._fill(row, area, value)
        self.merged = []

    def _fill(self, row: int, area: Area, value: Value) -> None:
        cells = self.rows[row]
        cells.extend([""] * (area.right + 1 - len(cells)))
        for col in range(area.left, area.right + 1):
            cells[col] = value
            if col > area.left:
                self.spilled.add((row, col))

    def transposed(self) -> Sheet:
        """The sheet with its rows as columns; addresses stay those of the file."""
        width = max(map(len, self.rows), default=0)
        return Sheet(
            name=self.name,
            rows=[
                [self.cell(row, col) for row in range(len(self.rows))]
                for col in range(width)
            ],
            merged=[Area(a.left, a.top, a.right, a.bottom) for a in self.merged],
            uncalculated=[(col, row) for row, col in self.uncalculated],
            is_hidden=self.is_hidden,
            is_pasted=self.is_pasted,
            is_transposed=not self.is_transposed,
        )


@cache
def column_letters(col: int) -> str:
    """«A» for 0, «AA» for 26."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def text_of(value: Value) -> str:
    """The text of a cell: HTML read, spaces tidied, 2019.0 written 2019."""
    if isinstance(value, str):
        return _tidied(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return number_text(value)


@lru_cache(maxsize=4096)  # a row is read several times, and repeats those above
def _tidied(text: str) -> str:
    return text if _is_tidy(text) else html_to_text(text)


def _is_tidy(text: str) -> bool:
    """Most cells need nothing: plain words, single plain spaces, no HTML."""
    return (
        text.isprintable()
        and "  " not in text
        and "<" not in text
        and "&" not in text
        and text == text.strip()
        and unicodedata.is_normalized("NFC", text)
    )


def number_text(value: int | float) -> str:
    """A number as it is typed in French: 12,5 and never 12.500000001."""
    number = Decimal(f"{value:.12g}" if isinstance(value, float) else value)
    return plain(number).replace(".", ",") if number.is_finite() else str(value)
