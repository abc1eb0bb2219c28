"""Reads a workbook that came back, and says for each row what it changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from pcaet.lib.french import french_number
from pcaet.lib.tables.reading import UnreadableTable, read_file
from pcaet.lib.tables.sheet import Sheet, Value, number_text
from pcaet.lib.text import clean, fold

from ..enums import State
from ..forms import ResultForm
from ..models import Cell, Indicator, IndicatorQuerySet
from ..typing import Entry
from . import layout
from .write import lines_of

MAX_ROWS = 20_000
STATES = {fold(label): value for value, label in State.choices}
NOT_OURS = (
    "Ce fichier n’est pas un classeur de saisie de cette application : emporter "
    "d’abord le classeur depuis la page de saisie, puis le remplir."
)


class WorkbookRefused(ValueError):
    """The workbook as a whole cannot be taken; the argument is a French sentence."""


class LineKind(TextChoices):
    CONFLICT = "conflict", "En conflit"
    FAULT = "fault", "Non comprise"
    CHANGE = "change", "Modifiée"
    SAME = "same", "Inchangée"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row: what is saved now, and what the workbook says."""

    field: str
    before: str
    after: str


@dataclass
class Line:
    """What the workbook says of one indicator.

    ``posted`` holds the fields of the row as its form sends them.
    """

    kind: LineKind
    address: str
    indicator: Indicator | None = None
    messages: list[str] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    posted: dict[str, str] = field(default_factory=dict)
    form: ResultForm | None = None
    current_version: int = 0

    @property
    def choice_name(self) -> str:
        return self.form.add_prefix("over") if self.form else ""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook of ours: the plan and the year it left for, and its rows."""

    slug: str
    year: int
    sheet: Sheet


def read_workbook(name: str, content: bytes) -> Workbook:
    """Open a file that somebody sends.

    Raises:
        WorkbookRefused: the file is damaged, hostile, or not one of ours.
    """
    try:
        sheets = {sheet.name: sheet for sheet in read_file(name, content)}
    except UnreadableTable as error:
        raise WorkbookRefused(str(error)) from error
    if layout.KEYS not in sheets or layout.ROWS not in sheets:
        raise WorkbookRefused(NOT_OURS)
    slug, year = _destination(sheets[layout.KEYS])
    sheet = sheets[layout.ROWS]
    if len(sheet.rows) > MAX_ROWS:
        raise WorkbookRefused("Ce classeur compte trop de lignes pour une saisie.")
    return Workbook(slug, year, sheet)


def _destination(keys: Sheet) -> tuple[str, int]:
    values = [_text(row[0]) if row else "" for row in keys.rows[:5]]
    if len(values) < 5 or values[0] != layout.MARK:
        raise WorkbookRefused(NOT_OURS)
    _mark, shape, slug, year, check = values
    if shape != str(layout.SHAPE) or not layout.is_check_of(check, shape, slug, year):
        raise WorkbookRefused(
            "Les clés cachées de ce classeur ont été modifiées : emporter un nouveau "
            "classeur, et y recopier la saisie."
        )
    return slug, int(year)


def compare(book: Workbook, indicators: IndicatorQuerySet) -> list[Line]:
    """What each row changes, conflicts first; rows of others are faults.

    ``indicators`` are those that the sender may type, loaded for grids.
    """
    known = {indicator.pk: indicator for indicator in indicators}
    groups: dict[int, list[tuple[int, int]]] = defaultdict(list)
    lines: list[Line] = []
    for number in range(1, len(book.sheet.rows)):
        key = _key(book, number)
        if key is not None:
            groups[key[0]].append((key[1], number))
        elif any(_cell_text(book, number, column) for column in layout.TYPED):
            lines.append(_fault(book, number, UNKNOWN_KEY))
    for pk, members in groups.items():
        lines.append(_line(book, known.get(pk), members))
    order = list(LineKind)
    return sorted(lines, key=lambda line: order.index(line.kind))


UNKNOWN_KEY = (
    "Cette ligne a été ajoutée, ou sa clé cachée a été modifiée : elle ne peut être "
    "reconnue."
)


def _key(book: Workbook, number: int) -> tuple[int, int] | None:
    """The indicator and the rank of the quantity; nothing where they do not hold."""
    key, version, base, check = (
        _cell_text(book, number, column)
        for column in (layout.KEY, layout.VERSION, layout.BASE, layout.CHECK)
    )
    if not layout.is_check_of(check, book.slug, book.year, key, version, base):
        return None
    pk, _, index = key.partition(":")
    return int(pk), int(index)


def _line(
    book: Workbook, indicator: Indicator | None, members: Sequence[tuple[int, int]]
) -> Line:
    number = members[0][1]
    if indicator is None:
        return _fault(book, number, "Cette ligne n’est pas suivie par vos services.")
    cell = indicator.cell(book.year)
    rows = dict(members)
    if message := _misshapen(cell, members):
        line = _fault(book, number, message)
        line.indicator = indicator
        return line
    data, messages = _posted(book, cell, rows)
    form = ResultForm(cell, data)
    line = Line(
        LineKind.FAULT, _address(book, number), indicator, messages, posted=data
    )
    line.form = form
    if form.is_valid() and not messages:
        _judge(line, form, cell)
    else:
        line.messages += _said(form, book, rows)
    return line


def _misshapen(cell: Cell, members: Sequence[tuple[int, int]]) -> str:
    """Why the lines of an indicator are not those that left, or nothing."""
    indexes = [index for index, _ in members]
    if len(set(indexes)) < len(indexes):
        return "Cette ligne figure deux fois dans le classeur."
    if set(indexes) != set(range(len(lines_of(cell)))):
        return (
            "Une ligne de cet indicateur manque dans le classeur, ou sa cible a été "
            "relue depuis : le saisir à l’écran."
        )
    return ""


def _posted(
    book: Workbook, cell: Cell, rows: Mapping[int, int]
) -> tuple[dict[str, str], list[str]]:
    """The fields of the row as a browser would post them, and what is not read."""
    first = rows.get(0, min(rows.values()))
    messages: list[str] = []
    fields = {
        "version": _cell_text(book, first, layout.VERSION),
        "base": _cell_text(book, first, layout.BASE),
        "text": _cell_text(book, first, layout.TEXT),
        "comment": _cell_text(book, first, layout.COMMENT),
        "state": "",
    }
    state = _cell_text(book, first, layout.STATE)
    if state:
        fields["state"] = STATES.get(fold(state), "")
        if not fields["state"]:
            labels = ", ".join(State.labels)
            place = _address(book, first, layout.STATE)
            messages.append(f"{place} : « {state} » n’est pas un état ({labels}).")
    for index, number in rows.items():
        fields[f"value_{index}"] = _cell_text(book, number, layout.VALUE)
    messages += [
        f"{_address(book, number, column)} : la formule n’a pas été calculée."
        for number in rows.values()
        for column in layout.TYPED
        if (number, column) in book.sheet.uncalculated
    ]
    prefix = f"r{cell.indicator.pk}"
    return {f"{prefix}-{name}": value for name, value in fields.items()}, messages


def _judge(line: Line, form: ResultForm, cell: Cell) -> None:
    """Unchanged, changed, or typed over a version that is no longer there."""
    current = Entry.of(cell.result)
    line.current_version = cell.result.version if cell.result else 0
    untouched = not form.is_touched or form.entry.says_the_same(current)
    if untouched:
        line.kind = LineKind.SAME
        return
    line.changes = list(_changes(form, cell, current))
    same_version = form.cleaned_data["version"] == line.current_version
    line.kind = LineKind.CHANGE if same_version else LineKind.CONFLICT


def _changes(form: ResultForm, cell: Cell, current: Entry) -> Iterable[FieldChange]:
    entry = form.entry
    for index, line in enumerate(cell.lines or [None] * len(form.value_names)):
        before = current.values[index] if index < len(current.values) else None
        after = entry.values[index] if index < len(entry.values) else None
        if before != after:
            unit = line.unit if line else cell.indicator.unit
            yield FieldChange(unit or "Valeur", _shown(before), _shown(after))
    labels = dict(State.choices)
    for name, before_text, after_text in (
        ("Ce qui a été fait", current.text, entry.text),
        (
            "État",
            labels.get(State(current.state), "") if current.state else "",
            labels.get(State(entry.state), "") if entry.state else "",
        ),
        ("Commentaire", current.comment, entry.comment),
    ):
        if before_text != after_text:
            yield FieldChange(name, before_text or EMPTY, after_text or EMPTY)


EMPTY = "(vide)"


def _shown(value: Decimal | None) -> str:
    return EMPTY if value is None else french_number(value)


def _said(form: ResultForm, book: Workbook, rows: Mapping[int, int]) -> Iterable[str]:
    columns = {"text": layout.TEXT, "comment": layout.COMMENT, "state": layout.STATE}
    first = rows.get(0, min(rows.values()))
    for name, errors in form.errors.items():
        number, column = first, columns.get(name, layout.VALUE)
        if name.startswith("value_"):
            number = rows.get(int(name.removeprefix("value_")), first)
        place = _address(book, number, column)
        yield from (f"{place} : {error}" for error in errors)


def _fault(book: Workbook, number: int, message: str) -> Line:
    return Line(LineKind.FAULT, _address(book, number), messages=[message])


def _address(book: Workbook, number: int, column: int | None = None) -> str:
    if column is None:
        return f"feuille « {layout.ROWS} », ligne {number + 1}"
    return f"feuille « {layout.ROWS} », {book.sheet.address(number, column)}"


def _cell_text(book: Workbook, number: int, column: int) -> str:
    return _text(book.sheet.cell(number, column))


def _text(value: Value) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (int, float)):
        return number_text(value)
    return f"{value:%d/%m/%Y}"


def report_of(book: Workbook, lines: Iterable[Line]) -> dict[str, Any]:
    """The lines as plain data, for a file or another program."""
    counts = dict.fromkeys(LineKind.values, 0)
    told = []
    for line in lines:
        counts[line.kind.value] += 1
        if line.kind == LineKind.SAME:
            continue
        told.append(
            {
                "kind": line.kind.value,
                "address": line.address,
                "action": line.indicator.action.code if line.indicator else None,
                "indicator": line.indicator.name if line.indicator else None,
                "messages": line.messages,
                "changes": [
                    {"field": c.field, "before": c.before, "after": c.after}
                    for c in line.changes
                ],
            }
        )
    return {"plan": book.slug, "year": book.year, "counts": counts, "lines": told}
