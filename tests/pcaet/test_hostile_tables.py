"""Files that are no tables, or that try to take more than they should."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable

import pytest

from pcaet.lib.tables.reading import (
    ENCRYPTED,
    OLE,
    UnreadableTable,
    read_file,
    read_pasted,
)
from pcaet.lib.tables.sheet import column_letters

from .tables import sample, workbook

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{}</sheetData></worksheet>"
)
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY a{n} "{"&a" + (str(n - 1) if n else "") + ";"}'
        f'{("&a" + (str(n - 1) if n else "") + ";") * 9}">'
        for n in range(10)
    )
    + "]>"
)

BOMB_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row>'


def zipped(sheet: str, prefix: str = "") -> bytes:
    """A true workbook whose only sheet is this one."""
    file = io.BytesIO()
    genuine = zipfile.ZipFile(io.BytesIO(workbook([["a"]])))
    with genuine, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in genuine.namelist():
            is_sheet = name.startswith("xl/worksheets/")
            text = prefix + SHEET.format(sheet)
            archive.writestr(name, text if is_sheet else genuine.read(name))
    return file.getvalue()


def cell(address: str) -> str:
    row = "".join(filter(str.isdigit, address))
    return f'<row r="{row}"><c r="{address}" t="n"><v>1</v></c></row>'


def wide_row(width: int) -> str:
    cells = (f'<c r="{column_letters(col)}1"><v>1</v></c>' for col in range(width))
    return f'<row r="1">{"".join(cells)}</row>'


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 40_000_000)
    return file.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("vide.xlsx", lambda: b"", "est vide"),
    "pdf": ("plan.xlsx", lambda: b"%PDF-1.7", "est un PDF"),
    "picture": ("plan.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "une image"),
    "noise": ("plan.csv", lambda: bytes(range(256)) * 50, "ni un texte ni un classeur"),
    "truncated": ("plan.xlsx", lambda: sample("dijon_actions.xlsx")[:9000], "abîmé"),
    "password": ("plan.xlsx", lambda: OLE + bytes(600) + ENCRYPTED, "mot de passe"),
    "old and broken": ("plan.xls", lambda: OLE + bytes(5000), "abîmé"),
    "bomb": ("plan.xlsx", bomb, "trop de mémoire"),
    "archive": ("plan.xlsx", lambda: _archive("notes.txt"), "pas un classeur"),
    "word": ("plan.docx", lambda: _archive("word/document.xml"), "Word"),
    "far column": ("plan.xlsx", lambda: zipped(cell("XFD1")), "colonnes"),
    "far row": ("plan.xlsx", lambda: zipped(cell("A1048576")), "lignes"),
    "entities": ("plan.xlsx", lambda: zipped(BOMB_CELL, ENTITIES), "abîmé"),
    "50 MB": ("plan.xlsx", lambda: b"PK" + bytes(50_000_000), "20 Mo"),
    "10,000 columns": ("plan.xlsx", lambda: zipped(wide_row(10_000)), "colonnes"),
    "too large": ("plan.csv", lambda: b"a;b\n" * 6_000_000, "20 Mo"),
    "wide": ("plan.csv", lambda: b";".join([b"a"] * 10_000), "colonnes"),
    "long cell": ("plan.csv", lambda: b"a;" + b"b" * 40_000 + b"\n1;2", "32767"),
}


def _archive(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "rien")
    return file.getvalue()


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_file_gets_a_french_sentence(case: str) -> None:
    name, content, expected = HOSTILE[case]
    with pytest.raises(UnreadableTable) as refusal:
        read_file(name, content())
    assert expected in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_cells_without_value_do_not_make_a_sheet_far() -> None:
    """A whole sheet may be coloured: only cells that hold something count."""
    styled = "".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in (2, 1048576))
    sheets = read_file("plan.xlsx", zipped(cell("A1") + styled))
    assert sheets[0].rows == [[1]]


def test_a_million_empty_rows_are_read_in_bounded_time() -> None:
    """Memory is bounded by the limit of the process that reads."""
    empty = "".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(2, 1_000_001))
    content = zipped(cell("A1") + empty)
    before = os.times().children_user
    assert read_file("plan.xlsx", content)[0].rows == [[1]]
    assert os.times().children_user - before < 20


def test_signs_that_no_base_holds_are_dropped() -> None:
    assert read_pasted("N°\tTitre\0\n1\tIsoler\0")[0].rows[1] == ["1", "Isoler"]


def test_nothing_pasted_is_a_sentence() -> None:
    with pytest.raises(UnreadableTable, match="Rien n’a été collé"):
        read_pasted(" \n ")
