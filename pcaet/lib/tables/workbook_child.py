"""Reads a workbook in a process of its own, whose memory and time are bounded.

Run as a program: the workbook on standard input, JSON on standard output. A hostile
workbook can make a reader ask for more memory than there is, and that ends the
process: this one, never the site. Imports nothing of the project, to start at once.
"""

from __future__ import annotations

import datetime
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import python_calamine as calamine

MAX_MEMORY = 1 << 30  # bytes
MAX_SECONDS = 60
CHUNK = 1 << 20
# Longer than any cell's opening tag.
OVERLAP = 512

# Beyond column ZZ or row 99 999 a table is an accident.
FAR_COLUMN = re.compile(rb'<c\b[^>]*?\br="[A-Z]{3,}[0-9]+"[^>]*[^/>]>')
FAR_ROW = re.compile(rb'<c\b[^>]*?\br="[A-Z]+[0-9]{6,}"[^>]*[^/>]>')
FORMULA = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]+)([0-9]+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*'
    rb"(?:<v\s*/>|<v></v>)?\s*</c>"
)
STYLED = re.compile(rb'<c\b(?=[^>]*?\br="([A-Z]+)([0-9]+)")(?=[^>]*?\bs="([0-9]+)")')
NUMBER_FORMAT = re.compile(rb"<numFmt\b[^>]*>")
CELL_FORMATS = re.compile(rb"<cellXfs\b.*?</cellXfs>", re.DOTALL)
FORMAT = re.compile(rb'<xf\b[^>]*?\bnumFmtId="([0-9]+)"')
PERCENT_FORMATS = {b"9", b"10"}  # those of Excel itself


class Refused(Exception):
    """The workbook is not read; the argument is the reason's name."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, Any] = {"sheets": read(sys.stdin.buffer.read())}
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    except calamine.PasswordError:
        answer = {"refused": "password"}
    except MemoryError:
        answer = {"refused": "memory"}
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError, EOFError):
        answer = {"refused": "damaged"}
    json.dump(answer, sys.stdout, ensure_ascii=False)


def read(content: bytes) -> list[dict[str, Any]]:
    shown = _what_calamine_hides(content)
    book = calamine.load_workbook(io.BytesIO(content))
    return [
        _sheet(book, number, metadata, shown)
        for number, metadata in enumerate(book.sheets_metadata)
        if metadata.typ == calamine.SheetTypeEnum.WorkSheet
    ]


def _sheet(book: Any, number: int, metadata: Any, shown: Any) -> dict[str, Any]:
    sheet = book.get_sheet_by_index(number)
    rows = [
        [_value(value) for value in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    uncalculated, percents = shown.get(number, ([], []))
    for row, col in percents:
        if row < len(rows) and col < len(rows[row]):
            rows[row][col] = _percent(rows[row][col])
    for cells in rows:
        while cells and cells[-1] == "":
            cells.pop()
    while rows and not rows[-1]:
        rows.pop()
    return {
        "name": metadata.name,
        "hidden": metadata.visible != calamine.SheetVisibleEnum.Visible,
        "rows": rows,
        "merged": sheet.merged_cell_ranges or [],
        "uncalculated": uncalculated,
    }


def _value(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return {"d": value.date().isoformat()} if midnight else str(value)
    if isinstance(value, datetime.date):
        return {"d": value.isoformat()}
    return value if isinstance(value, (str, int)) else str(value)


def _percent(value: Any) -> Any:
    """0.3 shown as a percentage is read as the person sees it."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return value
    return f"{value * 100:.10g} %".replace(".", ",")


def _what_calamine_hides(content: bytes) -> Any:
    """By sheet: formulas that were never calculated, numbers shown as percentages."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        percents = _percent_styles(archive) if "xl/styles.xml" in names else set()
        found = {}
        for number, name in enumerate(_worksheets(archive, names)):
            if name in names:
                found[number] = _scan(archive, name, percents)
        return found


def _worksheets(archive: zipfile.ZipFile, names: set[str]) -> list[str]:
    """The sheets' files in the order of the workbook."""
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return []
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for link in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", links):
        key = re.search(r'\bId="([^"]*)"', link)
        target = re.search(r'\bTarget="([^"]*)"', link)
        if key and target:
            path = target[1].lstrip("/")
            targets[key[1]] = path if path.startswith("xl/") else f"xl/{path}"
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    keys = re.findall(r'<(?:\w+:)?sheet\b[^>]*?\br:id="([^"]*)"', book)
    return [targets.get(key, "") for key in keys]


def _percent_styles(archive: zipfile.ZipFile) -> set[bytes]:
    styles = archive.read("xl/styles.xml")
    shown = set(PERCENT_FORMATS)
    for found in NUMBER_FORMAT.findall(styles):
        code = re.search(rb'formatCode="([^"]*)"', found)
        key = re.search(rb'numFmtId="([0-9]+)"', found)
        if code and key and b"%" in code[1]:
            shown.add(key[1])
    block = CELL_FORMATS.search(styles)
    formats = FORMAT.findall(block[0]) if block else []
    return {str(n).encode() for n, key in enumerate(formats) if key in shown}


def _scan(archive: zipfile.ZipFile, name: str, percents: set[bytes]) -> Any:
    uncalculated: set[tuple[int, int]] = set()
    shown: set[tuple[int, int]] = set()
    for part in _parts(archive, name):
        if FAR_COLUMN.search(part):
            raise Refused("columns")
        if FAR_ROW.search(part):
            raise Refused("rows")
        if b"<f" in part:
            uncalculated |= {_place(*m.groups()) for m in FORMULA.finditer(part)}
        if percents:
            shown |= {
                _place(m[1], m[2]) for m in STYLED.finditer(part) if m[3] in percents
            }
    return sorted(uncalculated), sorted(shown)


def _parts(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The text of a sheet in overlapping parts, so that no cell is cut."""
    tail = b""
    with archive.open(name) as file:
        while chunk := file.read(CHUNK):
            yield tail + chunk
            tail = (tail + chunk)[-OVERLAP:]


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    col = 0
    for letter in letters:
        col = col * 26 + letter - 64
    return int(row) - 1, col - 1


if __name__ == "__main__":
    main()
