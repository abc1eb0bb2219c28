"""Writes the workbook: what may be typed is open, the rest is locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from actions.models import Measure, Plan
from pcaet.lib.casing import unshout
from pcaet.lib.french import french_date, french_number
from pcaet.lib.numbers import plain
from pcaet.lib.text import clean

from ..enums import State
from ..models import Cell, Indicator, QuantityLine
from ..typing import Entry
from . import layout

WIDTHS = {
    layout.ACTION: 9,
    layout.MEASURE: 34,
    layout.INDICATOR: 40,
    layout.TARGET: 36,
    layout.PREVIOUS: 30,
    layout.UNIT: 30,
    layout.VALUE: 12,
    layout.TEXT: 48,
    layout.STATE: 16,
    layout.COMMENT: 36,
}
HEADER_FILL = PatternFill("solid", fgColor="1F4E3D")
HEADER_FONT = Font(bold=True, color="FFFFFF")
TYPED_FILL = PatternFill("solid", fgColor="FFFBE6")
WRAPPED = Alignment(wrap_text=True, vertical="top")
AS_TEXT = "@"


def build_workbook(plan: Plan, year: int, indicators: Iterable[Indicator]) -> bytes:
    """The rows of these indicators, loaded with their targets and results."""
    book = Workbook()
    instructions = book.active
    assert isinstance(instructions, Worksheet)
    _write_instructions(instructions, plan, year)
    _write_rows(book.create_sheet(layout.ROWS), plan, year, indicators)
    _write_keys(book.create_sheet(layout.KEYS), plan, year)
    book.active = 1
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _write_instructions(sheet: Worksheet, plan: Plan, year: int) -> None:
    sheet.title = layout.INSTRUCTIONS
    sheet.column_dimensions["A"].width = 100
    today = french_date(timezone.localdate())
    lines = (
        f"Résultats de {year} – {plan.title}",
        f"Classeur préparé le {today}. Il se remplit hors ligne, puis revient dans "
        "l’application, page « Ma saisie », lien « Classeur ».",
        "",
        "Remplir seulement les cases jaunes de la feuille « Saisie » ; les autres sont "
        "verrouillées.",
        "Valeur : un nombre seul, par exemple 12 ou 1 500,5. Les mots vont dans la "
        "colonne « Ce qui a été fait ».",
        "Une cible qui compte plusieurs quantités tient sur plusieurs lignes : une "
        "valeur par ligne ; le texte, l’état et le commentaire sur la première.",
        "État : le choisir dans la liste, ou le laisser vide pour qu’il suive les "
        "chiffres.",
        "Une case laissée vide reste manquante : elle ne compte jamais pour zéro.",
        "Ne pas ajouter ni déplacer de lignes : chacune est reconnue par une clé cachée.",
        "Au retour, rien n’est écrit avant que vous ayez vu chaque changement. Si "
        "quelqu’un a saisi entre-temps, les deux versions vous sont montrées.",
    )
    for number, line in enumerate(lines, start=1):
        cell = _put(sheet, number, 0, line)
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    sheet.protection.sheet = True


def _write_rows(
    sheet: Worksheet, plan: Plan, year: int, indicators: Iterable[Indicator]
) -> None:
    _write_header(sheet, plan, year)
    number = 2
    for indicator in indicators:
        cell = indicator.cell(year)
        for index, line in enumerate(lines_of(cell)):
            _write_line(sheet, number, cell, index, line)
            number += 1
    _finish(sheet, number - 1)


def _write_header(sheet: Worksheet, plan: Plan, year: int) -> None:
    titles = {
        layout.KEY: "clé",
        layout.VERSION: "version",
        layout.BASE: "base",
        layout.CHECK: "contrôle",
        layout.ACTION: plan.action_label,
        layout.MEASURE: plan.measure_label or "Mesure",
        layout.INDICATOR: "Indicateur",
        layout.TARGET: f"Cible {year}",
        layout.PREVIOUS: f"Fait en {year - 1}",
        layout.UNIT: "À compter",
        layout.VALUE: "Valeur",
        layout.TEXT: "Ce qui a été fait",
        layout.STATE: "État",
        layout.COMMENT: "Commentaire",
    }
    for column, title in titles.items():
        cell = _put(sheet, 1, column, title)
        cell.font, cell.fill = HEADER_FONT, HEADER_FILL


def lines_of(cell: Cell) -> Sequence[QuantityLine | None]:
    """A line a quantity; a text target has one line, without a value to type."""
    if cell.lines:
        return cell.lines
    if cell.target is None:
        return [QuantityLine(None, None, cell.indicator.unit)]
    return [None]


def _write_line(
    sheet: Worksheet, number: int, cell: Cell, index: int, line: QuantityLine | None
) -> None:
    _write_hidden(sheet, number, cell, index)
    if index == 0:
        _write_context(sheet, number, cell)
        _write_typed(sheet, number, cell)
    if line is not None:
        _put(sheet, number, layout.UNIT, _wanted(line))
        value = plain(line.value).replace(".", ",") if line.value is not None else ""
        _open(_put(sheet, number, layout.VALUE, value))


def _write_hidden(sheet: Worksheet, number: int, cell: Cell, index: int) -> None:
    key = f"{cell.indicator.pk}:{index}"
    version = cell.result.version if cell.result else 0
    base = entry_sent(cell).fingerprint
    plan = cell.indicator.action.plan
    check = layout.check_of(plan.slug, cell.year, key, version, base)
    for column, value in enumerate((key, str(version), base, check)):
        _put(sheet, number, column, value)


def entry_sent(cell: Cell) -> Entry:
    """What is typed, as it will be read back: on tidy lines."""
    entry = Entry.of(cell.result)
    return Entry(clean(entry.text), entry.values, entry.state, clean(entry.comment))


def _write_context(sheet: Worksheet, number: int, cell: Cell) -> None:
    indicator = cell.indicator
    name = " – ".join(filter(None, [indicator.group, indicator.name]))
    _put(sheet, number, layout.ACTION, indicator.action.code)
    if indicator.measure:
        _put(
            sheet,
            number,
            layout.MEASURE,
            _name(indicator.measure, indicator.action.plan),
        )
    _put(sheet, number, layout.INDICATOR, name)
    if cell.target:
        _put(sheet, number, layout.TARGET, cell.target.text)
    _put(sheet, number, layout.PREVIOUS, _said(indicator.cell(cell.year - 1)))


def _name(measure: Measure, plan: Plan) -> str:
    """The code and the title of a measure, without the shouting of some documents."""
    return f"{measure.code} {unshout(measure.title, plan.known_casing)}".strip()


def _said(cell: Cell) -> str:
    """What was done, on a few lines."""
    if cell.result is None:
        return ""
    values = [
        f"{french_number(line.value)} {line.unit}".strip()
        for line in cell.lines
        if line.value is not None
    ]
    return "\n".join(filter(None, [*values, cell.result.text]))


def _write_typed(sheet: Worksheet, number: int, cell: Cell) -> None:
    entry = entry_sent(cell)
    state = State(entry.state).label if entry.state else ""
    _open(_put(sheet, number, layout.TEXT, entry.text))
    _open(_put(sheet, number, layout.STATE, state))
    _open(_put(sheet, number, layout.COMMENT, entry.comment))


def _wanted(line: QuantityLine) -> str:
    if line.quantity is None:
        return line.unit
    goal = french_number(line.quantity.value)
    return f"{line.unit} (cible : {goal})".strip()


def _put(sheet: Worksheet, row: int, column: int, text: str) -> SheetCell:
    """A text cell, whatever it begins with: «=…» is never a formula."""
    cell = sheet.cell(row=row, column=column + 1)
    assert isinstance(cell, SheetCell)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format = AS_TEXT
    cell.alignment = WRAPPED
    return cell


def _open(cell: SheetCell) -> None:
    cell.protection = Protection(locked=False)
    cell.fill = TYPED_FILL


def _finish(sheet: Worksheet, last: int) -> None:
    for column, width in WIDTHS.items():
        sheet.column_dimensions[get_column_letter(column + 1)].width = width
    for column in range(layout.ACTION):
        sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
    sheet.freeze_panes = f"{get_column_letter(layout.VALUE + 1)}2"
    states = DataValidation(
        type="list",
        formula1=f'"{",".join(State.labels)}"',
        allow_blank=True,
        errorTitle="État",
        error="Choisir un état de la liste, ou laisser vide.",
    )
    sheet.add_data_validation(states)
    letter = get_column_letter(layout.STATE + 1)
    states.add(f"{letter}2:{letter}{max(last, 2)}")
    sheet.protection.sheet = True
    # Locked, but as comfortable as a free sheet.
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _write_keys(sheet: Worksheet, plan: Plan, year: int) -> None:
    sheet.sheet_state = "veryHidden"
    check = layout.check_of(layout.SHAPE, plan.slug, year)
    values = (layout.MARK, str(layout.SHAPE), plan.slug, str(year), check)
    for number, value in enumerate(values, start=1):
        _put(sheet, number, 0, value)
    sheet.protection.sheet = True
