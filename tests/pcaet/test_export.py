from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal
from typing import TypeAlias
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import load_workbook as calamine

from pcaet.lib.export import Column, Value, write

Row: TypeAlias = "tuple[str, Decimal | int | None, datetime.date | None]"

COLUMNS: list[Column[Row]] = [
    Column("Intitulé", lambda row: row[0]),
    Column("Montant", lambda row: row[1]),
    Column("Échéance", lambda row: row[2]),
]
ROWS: list[Row] = [
    ("Rénover\nles écoles", Decimal("1500.50"), datetime.date(2026, 3, 1)),
    ("=1+1", 3, None),
    ("", None, None),
]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_workbooks_hold_real_numbers_and_dates(kind: str) -> None:
    book = calamine(io.BytesIO(write(kind, "Actions", COLUMNS, ROWS)))
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert rows[0] == ["Intitulé", "Montant", "Échéance"]
    assert rows[1] == ["Rénover\nles écoles", 1500.5, datetime.date(2026, 3, 1)]
    assert rows[2][:2] == ["=1+1", 3]


def test_xlsx_keeps_its_header_in_sight_and_filters() -> None:
    book = load_workbook(io.BytesIO(write("xlsx", "a/b: [c]", COLUMNS, ROWS)))
    sheet = book.active
    assert sheet is not None
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C4")
    assert sheet["A3"].data_type == "s"
    assert sheet["A1"].font.bold


def test_ods_keeps_its_header_in_sight_and_filters() -> None:
    archive = ZipFile(io.BytesIO(write("ods", "L’été", COLUMNS, ROWS)))
    assert archive.infolist()[0].filename == "mimetype"
    assert b"VerticalSplitPosition" in archive.read("settings.xml")
    assert b'display-filter-buttons="true"' in archive.read("content.xml")


def test_csv_reads_in_a_french_spreadsheet() -> None:
    text = write("csv", "Actions", COLUMNS, ROWS).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert rows[1] == ["Rénover\nles écoles", "1500,5", "2026-03-01"]


@pytest.mark.parametrize("sign", list("=+-@\t\r"))
def test_csv_never_holds_a_formula(sign: str) -> None:
    columns: list[Column[str]] = [Column("Texte", str)]
    text = write("csv", "Liste", columns, [f"{sign}cmd"]).decode("utf-8-sig")
    row = next(iter(list(csv.reader(io.StringIO(text, newline="")))[1:]))
    assert row == [f"'{sign}cmd"]


@given(st.lists(st.text(max_size=40) | st.integers(-(10**9), 10**9), min_size=1))
def test_any_text_comes_back_as_it_went(values: list[str | int]) -> None:
    columns: list[Column[Value]] = [Column("Valeur", lambda value: value)]
    for kind in ("xlsx", "ods", "csv"):
        content = write(kind, "Liste", columns, values)
        if kind == "ods":
            calamine(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert content
