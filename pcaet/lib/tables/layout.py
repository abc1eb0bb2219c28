"""Finds the tables of a sheet: their headers, wherever they stand, and their rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

from .sheet import Sheet, text_of

# What a header's words name, or nothing; the second says whether they are listed.
Recogniser: TypeAlias = Callable[[str], "tuple[str, bool] | None"]

# A header stands among the first rows; above it, titles and explanations.
SEARCHED_ROWS = 60
SEARCHED_COLUMNS = 3
LONGEST_HEADER = 200
MIN_NAMED = 2
NEARLY = 0.7
MIN_NAMED_IN_COLUMN = 3
# Of the cells of a header row, at least this share has a known name…
MIN_SHARE = 0.4
# …and more of those of a header repeated within the rows, where all is listed.
MIN_REPEATED_SHARE = 0.6
# A header is worth its names: those that are listed, those that look like one, and
# years, which may be values elsewhere. One name and two years make a table.
LIKELY_WEIGHT = 0.9
YEAR_WEIGHT = 0.5
ENOUGH = 1.9
YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")


@dataclass
class Section:
    """One table: its header and its rows, as indexes in the sheet."""

    sheet: Sheet
    header_row: int
    headers: list[str]
    rows: list[int] = field(default_factory=list)


def find_sections(
    sheet: Sheet, recognise: Recogniser, header_row: int | None = None
) -> list[Section]:
    """The tables of the sheet, one under the other; none where no header is known.

    A table whose headers stand in a column is turned over. ``header_row`` is the one
    that a person chose.
    """
    sheet.unroll()
    if header_row is not None and header_row < len(sheet.rows):
        return _cut(sheet, header_row, recognise)
    by_row = _best_row(sheet, recognise)
    if _named_in_columns(sheet, recognise) > by_row[0]:
        sheet = sheet.transposed()
        by_row = _best_row(sheet, recognise)
    score, row = by_row
    if score < ENOUGH:
        return []
    return _cut(sheet, row, recognise)


def _best_row(sheet: Sheet, recognise: Recogniser) -> tuple[float, int]:
    """The first row that names nearly as many columns as the best, and how many."""
    scores = [
        (_score(row_texts(sheet, row), recognise), row)
        for row in islice(_rows_of_cells(sheet), SEARCHED_ROWS)
    ]
    best = max((score for score, _row in scores), default=0.0)
    enough = max(best * NEARLY, ENOUGH)
    return next(((s, row) for s, row in scores if s >= enough), (0.0, -1))


def _rows_of_cells(sheet: Sheet) -> Iterator[int]:
    """The rows of two cells at least: the others are titles and prose."""
    for row, cells in enumerate(sheet.rows):
        if len(cells) > 1 and sum(value != "" for value in cells) > 1:
            yield row


def _named_in_columns(sheet: Sheet, recognise: Recogniser) -> float:
    """How many headers the best of the first columns holds, 0 under the minimum."""
    best = 0.0
    for col in range(SEARCHED_COLUMNS):
        rows = range(min(len(sheet.rows), SEARCHED_ROWS))
        texts = [text for row in rows if (text := _short(sheet, row, col))]
        is_header = len(set(texts)) == len(texts)
        if is_header and _count(texts, recognise) >= MIN_NAMED_IN_COLUMN:
            best = max(best, _score(texts, recognise))
    return best


def row_texts(sheet: Sheet, row: int) -> list[str]:
    return [_short(sheet, row, col) for col in range(len(sheet.rows[row]))]


def _short(sheet: Sheet, row: int, col: int) -> str:
    """The text of a cell, if it can be that of a header."""
    value = sheet.cell(row, col)
    if isinstance(value, str) and len(value) > LONGEST_HEADER:
        return "…"
    return " ".join(text_of(value).split())


def _score(texts: list[str], recognise: Recogniser) -> float:
    filled = [text for text in texts if text]
    named = {found[0]: found[1] for text in filled if (found := recognise(text))}
    if len(named) < MIN_SHARE * len(set(filled)):
        return 0
    return sum(
        YEAR_WEIGHT if name.startswith("target:") else 1 if listed else LIKELY_WEIGHT
        for name, listed in named.items()
    )


def _cut(sheet: Sheet, first_header: int, recognise: Recogniser) -> list[Section]:
    sections = [_section(sheet, first_header, recognise)]
    for row in range(sections[0].rows[0], len(sheet.rows)):
        if row < _after_header(sections[-1]):
            continue
        if _opens_section(sheet, row, sections[-1], recognise):
            sections.append(_section(sheet, row, recognise))
        elif any(value != "" for value in sheet.rows[row]) and not (
            _names_only(sheet, row, recognise)
            and row + 1 < len(sheet.rows)
            and _opens_section(sheet, row + 1, sections[-1], recognise)
        ):
            sections[-1].rows.append(row)
    for section in sections:
        del section.rows[0]
    return sections


def _names_only(sheet: Sheet, row: int, recognise: Recogniser) -> bool:
    """Nothing but names of columns: what stands over the header of the next table."""
    return all(recognise(text) for text in row_texts(sheet, row) if text)


def _after_header(section: Section) -> int:
    return section.rows[0]


def _section(sheet: Sheet, row: int, recognise: Recogniser) -> Section:
    """A section whose ``rows`` opens with the index of the row under its header."""
    alone = row_texts(sheet, row)
    section = Section(sheet, row, alone, [row + 1])
    if row + 1 < len(sheet.rows):
        under = row_texts(sheet, row + 1)
        both = _combined(alone, under)
        if _count(both, recognise) > _count(alone, recognise):
            return Section(sheet, row, both, [row + 2])
        if under == alone:
            section.rows = [row + 2]
    return section


def _combined(top: list[str], bottom: list[str]) -> list[str]:
    """«2015» above «Cible» and «Résultat»: the two rows read as one header."""
    width = max(len(top), len(bottom))
    top = top + [""] * (width - len(top))
    bottom = bottom + [""] * (width - len(bottom))
    return [
        above if above == under else f"{above} {under}".strip()
        for above, under in zip(top, bottom, strict=True)
    ]


def _count(texts: list[str], recognise: Recogniser) -> int:
    return len({found[0] for text in texts if (found := recognise(text))})


def _opens_section(
    sheet: Sheet, row: int, current: Section, recognise: Recogniser
) -> bool:
    cells = sheet.rows[row]
    opening = [value for value in cells[:4] if value != ""][:2]
    if not opening or not all(_may_be_header(value, recognise) for value in opening):
        return False
    texts = [text for text in row_texts(sheet, row) if text]
    listed = {
        found[0]
        for text in texts
        if (found := recognise(text)) and (found[1] or text in current.headers)
    }
    names = [name for name in listed if not name.startswith("target:")]
    years = len(listed) - len(names)
    # Years alone open another grid of years, and are dates anywhere else.
    is_grid = sum(bool(YEAR.search(header)) for header in current.headers) >= MIN_NAMED
    enough = len(names) >= MIN_NAMED or (
        years >= MIN_NAMED and len(texts) <= years + 2 and (is_grid or bool(names))
    )
    return enough and len(listed) >= MIN_REPEATED_SHARE * len(set(texts))


def _may_be_header(value: object, recognise: Recogniser) -> bool:
    if isinstance(value, str):
        return len(value) < LONGEST_HEADER and bool(recognise(value.strip()))
    return isinstance(value, int) and bool(recognise(str(value)))
