"""Any list as a file: one list of columns, written as XLSX, ODS or CSV.

Numbers and dates stay numbers and dates; a text is never read as a formula by the
spreadsheet that opens the file.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypeVar
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

T = TypeVar("T")
Value: TypeAlias = "str | int | Decimal | datetime.date | bool | None"

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv; charset=utf-8",
}
# What opens a formula in one spreadsheet or another.
OPENS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CELL = 32_767  # characters, as in Excel
DATE_FORMAT = "DD/MM/YYYY"
NUMBER_FORMAT = "#,##0.######"
MIN_WIDTH, MAX_WIDTH = 8, 60  # characters


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its title and what it takes of a row.

    ``name`` is the stable name by which the open data know it, and ``meaning`` the
    sentence of their dictionary.
    """

    title: str
    value: Callable[[T], Value]
    width: int = 20
    name: str = ""
    meaning: str = ""


def write(
    kind: str, title: str, columns: Sequence[Column[T]], rows: Iterable[T]
) -> bytes:
    """The file. ``kind`` is a key of ``CONTENT_TYPES``."""
    writer = {"xlsx": _xlsx, "ods": _ods, "csv": _csv}[kind]
    header = [column.title for column in columns]
    widths = [min(max(c.width, MIN_WIDTH), MAX_WIDTH) for c in columns]
    body = ([_tidy(column.value(row)) for column in columns] for row in rows)
    return writer(title, header, widths, body)


def _tidy(value: Value) -> Value:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL]
    return value


# XLSX ------------------------------------------------------------------------------


def _xlsx(
    title: str, header: list[str], widths: list[int], rows: Iterable[list[Value]]
) -> bytes:
    book = Workbook(write_only=True)
    _add_sheet(book, title, header, widths, rows)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def write_workbook(
    sheets: Iterable[tuple[str, Sequence[Column[Any]], Iterable[Any]]],
) -> bytes:
    """Several lists in one XLSX workbook: a title, columns and rows by sheet."""
    book = Workbook(write_only=True)
    for title, columns, rows in sheets:
        header = [column.title for column in columns]
        widths = [min(max(c.width, MIN_WIDTH), MAX_WIDTH) for c in columns]
        body = ([_tidy(column.value(row)) for column in columns] for row in rows)
        _add_sheet(book, title, header, widths, body)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _add_sheet(
    book: Workbook,
    title: str,
    header: list[str],
    widths: list[int],
    rows: Iterable[list[Value]],
) -> None:
    sheet = book.create_sheet(_sheet_name(title))
    for rank, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(rank)].width = width
    sheet.freeze_panes = "A2"
    top = [_cell(sheet, text) for text in header]
    for cell in top:
        cell.font = Font(bold=True)
    sheet.append(top)
    height = 1
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        height += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{height}"


def _cell(sheet: Any, value: Value) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)
    cell.value = value
    if isinstance(value, str):
        # openpyxl takes a text that opens with «=» for a formula.
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    elif isinstance(value, datetime.date):
        cell.number_format = DATE_FORMAT
    elif isinstance(value, Decimal):
        cell.number_format = NUMBER_FORMAT
    return cell


def _sheet_name(title: str) -> str:
    return "".join(" " if sign in r"[]:*?/\\" else sign for sign in title)[:31].strip()


# CSV -------------------------------------------------------------------------------


def _csv(
    title: str, header: list[str], widths: list[int], rows: Iterable[list[Value]]
) -> bytes:
    """Semicolons, decimal commas and a byte order mark, as a French Excel reads."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_csv_text(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _csv_text(value: Value) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(OPENS_FORMULA) else value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return "" if value is None else str(value)


# ODS -------------------------------------------------------------------------------

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("config", "config"),
    )
) + (
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' office:version="1.3"'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_STYLES = (
    '<number:date-style style:name="d"><number:day number:style="long"/>'
    "<number:text>/</number:text>"
    '<number:month number:style="long"/><number:text>/</number:text>'
    '<number:year number:style="long"/></number:date-style>'
    '<style:style style:name="date" style:family="table-cell"'
    ' style:data-style-name="d"/>'
    '<style:style style:name="head" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
)
CENTIMETRES_A_SIGN = 0.2


def _ods(
    title: str, header: list[str], widths: list[int], rows: Iterable[list[Value]]
) -> bytes:
    name = _sheet_name(title)
    body = [_ods_row(header, head=True), *map(_ods_row, rows)]
    content = "".join(_ods_content(name, widths, body))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        # The type comes first and unpacked: by it the file is recognised.
        archive.writestr("mimetype", CONTENT_TYPES["ods"], zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("settings.xml", _ods_settings(name))
        archive.writestr("META-INF/manifest.xml", _ods_manifest())
    return file.getvalue()


def _ods_content(name: str, widths: list[int], rows: list[str]) -> Iterator[str]:
    yield f"{_DECLARATION}<office:document-content {_NAMESPACES}>"
    yield f"<office:automatic-styles>{_STYLES}"
    for rank, width in enumerate(widths):
        yield (
            f'<style:style style:name="c{rank}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="'
            f'{width * CENTIMETRES_A_SIGN:.1f}cm"/></style:style>'
        )
    yield "</office:automatic-styles><office:body><office:spreadsheet>"
    yield f"<table:table table:name={quoteattr(name)}>"
    for rank in range(len(widths)):
        yield f'<table:table-column table:style-name="c{rank}"/>'
    yield from rows
    yield "</table:table><table:database-ranges>"
    corner = f"{get_column_letter(len(widths))}{len(rows)}"
    quoted = "'" + name.replace("'", "''") + "'"
    address = quoteattr(f"{quoted}.A1:{quoted}.{corner}")
    yield (
        '<table:database-range table:name="liste"'
        f" table:target-range-address={address}"
        ' table:display-filter-buttons="true"/>'
    )
    yield "</table:database-ranges></office:spreadsheet></office:body>"
    yield "</office:document-content>"


def _ods_row(values: Sequence[Value], *, head: bool = False) -> str:
    cells = "".join(_ods_cell(value, head=head) for value in values)
    return f"<table:table-row>{cells}</table:table-row>"


def _ods_cell(value: Value, *, head: bool) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, datetime.date):
        day = value.isoformat()
        return (
            '<table:table-cell table:style-name="date" office:value-type="date"'
            f' office:date-value="{day}"><text:p>{day}</text:p></table:table-cell>'
        )
    if isinstance(value, int | Decimal):
        figure = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return (
            '<table:table-cell office:value-type="float"'
            f' office:value="{figure}"><text:p>{figure}</text:p></table:table-cell>'
        )
    style = ' table:style-name="head"' if head else ""
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return (
        f'<table:table-cell{style} office:value-type="string">{lines}'
        "</table:table-cell>"
    )


def _ods_settings(name: str) -> str:
    """The header stays in sight: the first row is fixed."""
    items = "".join(
        f'<config:config-item config:name="{key}" config:type="{kind}">{value}'
        "</config:config-item>"
        for key, kind, value in (
            ("VerticalSplitMode", "short", 2),
            ("VerticalSplitPosition", "int", 1),
            ("ActiveSplitRange", "short", 2),
            ("PositionBottom", "int", 1),
        )
    )
    return (
        f"{_DECLARATION}<office:document-settings {_NAMESPACES}><office:settings>"
        '<config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views">'
        "<config:config-item-map-entry>"
        '<config:config-item-map-named config:name="Tables">'
        f"<config:config-item-map-entry config:name={quoteattr(name)}>{items}"
        "</config:config-item-map-entry></config:config-item-map-named>"
        "</config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )


def _ods_manifest() -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}"'
        f' manifest:media-type="{kind}"/>'
        for path, kind in (
            ("/", CONTENT_TYPES["ods"]),
            ("content.xml", "text/xml"),
            ("settings.xml", "text/xml"),
        )
    )
    namespace = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return (
        f'{_DECLARATION}<manifest:manifest xmlns:manifest="{namespace}"'
        f' manifest:version="1.3">{entries}</manifest:manifest>'
    )
