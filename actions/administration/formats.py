"""Flat lists as files: Excel and CSV, read with care and written without traps."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import tablib
from import_export.formats.base_formats import Format
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from pcaet.lib.numbers import plain
from pcaet.lib.tables.reading import UnreadableTable, read_file
from pcaet.lib.tables.sheet import Value, text_of

if TYPE_CHECKING:
    BaseFormat = Any
else:
    BaseFormat = Format

# A cell that opens with one of these is a formula for a spreadsheet.
OPENS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
NO_LIST = "Ce fichier ne contient pas de liste : une ligne d’en-têtes, puis les lignes."


def read_flat(content: bytes) -> tablib.Dataset:
    """The first list of a file, all in texts; blank lines are left out.

    Raises:
        UnreadableTable: with the sentence to show.
    """
    for sheet in read_file("Ce fichier", content):
        rows = [[_text(value) for value in row] for row in sheet.rows]
        filled = [row for row in rows if any(row)]
        if filled:
            return _dataset(*filled)
    raise UnreadableTable(NO_LIST)


def _dataset(header: list[str], *rows: list[str]) -> tablib.Dataset:
    width = max((index + 1 for index, name in enumerate(header) if name), default=0)
    dataset = tablib.Dataset(headers=header[:width])
    for row in rows:
        dataset.append((row + [""] * width)[:width])
    return dataset


def _text(value: Value) -> str:
    """A cell; «1.1» stays a code where a spreadsheet took it for a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return plain(Decimal(f"{value:.12g}"))
    text = text_of(value)
    is_protected = text.startswith("'") and text[1:].startswith(OPENS_FORMULA)
    return text[1:] if is_protected else text


class FlatFormat(BaseFormat):  # type: ignore[misc]
    """What both formats share: the content of a file says what it is."""

    extension = ""
    content_type = ""
    title = ""

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding

    def get_title(self) -> str:
        return self.title

    def get_extension(self) -> str:
        return self.extension

    def get_content_type(self) -> str:
        return self.content_type

    def is_binary(self) -> bool:
        return True

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, content: bytes) -> tablib.Dataset:
        return read_flat(content)


class FlatWorkbook(FlatFormat):
    """Every cell is a text for Excel: nothing is computed, «1.10» stays «1.10»."""

    title = "Classeur Excel"
    extension = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Liste")
        sheet.freeze_panes = "A2"
        for row in _rows(dataset):
            cells = [WriteOnlyCell(sheet) for _ in row]
            for cell, text in zip(cells, row, strict=True):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
                cell.data_type = "s"
                cell.number_format = "@"
            sheet.append(cells)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()


class FlatCsv(FlatFormat):
    """As French spreadsheets open it: semicolons, and a mark that says UTF-8."""

    title = "Texte séparé par des points-virgules (CSV)"
    extension = "csv"
    content_type = "text/csv; charset=utf-8"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        file = io.StringIO(newline="")
        writer = csv.writer(file, delimiter=";")
        for row in _rows(dataset):
            writer.writerow([_protected(text) for text in row])
        return file.getvalue().encode("utf-8-sig")


def _rows(dataset: tablib.Dataset) -> Iterable[list[str]]:
    yield [str(name) for name in dataset.headers or ()]
    for row in dataset:
        yield ["" if value is None else str(value) for value in row]


def _protected(text: str) -> str:
    return f"'{text}" if text.startswith(OPENS_FORMULA) else text
