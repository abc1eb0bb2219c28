"""From sheets to content: what was recognised, and the records it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pcaet.lib.tables.layout import Section, find_sections
from pcaet.lib.tables.sheet import Sheet, column_letters, text_of

from .budget import BudgetReader, gives_budget, gives_only_budget
from .columns import Column, Named, Recogniser, assign
from .records import ActionRecord, Content, Fault, Level, MeasureRecord
from .rows import SectionReader
from .section import Gathered, Setting

# A table gives actions, indicators or goals: without one of these it is not one.
SUBJECTS = {
    "title",
    "description",
    "code",
    "measure",
    "indicator",
    "goal",
    "engagement",
    "reference_engagement",
}
SAMPLES = 3
LONGEST_SAMPLE = 80
MAX_ACTIONS = 30_000


@dataclass
class Choices:
    """What a person corrected of the recognition of one file."""

    # Sheets to leave out, by number.
    skipped: set[int] = field(default_factory=set)
    header_rows: dict[int, int] = field(default_factory=dict)
    # «sheet:column» → field.
    columns: dict[str, str] = field(default_factory=dict)
    only_sheets: set[str] = field(default_factory=set)


@dataclass
class Recognised:
    """What was found in a file, as a screen shows it."""

    sheets: list[dict[str, Any]] = field(default_factory=list)


def read_content(
    sheets: list[Sheet], recogniser: Recogniser, setting: Setting, choices: Choices
) -> tuple[Content, Recognised]:
    """The records that the sheets give, all faults said, and what was recognised."""
    gathered = Gathered()
    content = gathered.content
    content.sheets = [sheet.name for sheet in sheets]
    content.turned = [False] * len(sheets)
    recognised = Recognised()
    plans: list[tuple[int, Section, list[Column]]] = []
    for number, sheet in enumerate(sheets):
        sections = _sections(number, sheet, recogniser, choices)
        for section in sections:
            content.turned[number] = section.sheet.is_transposed
            plans.append(
                (number, section, _columns(number, section, recogniser, choices))
            )
        used = [(s, c) for n, s, c in plans if n == number]
        recognised.sheets.append(_shown(number, sheet, used, choices))
    plans = _same_pilots(plans)
    # Actions first: the grids of other sheets find them by their numbers.
    for number, section, columns in sorted(plans, key=lambda plan: _is_grid(plan[2])):
        if gives_budget(columns):
            BudgetReader(section, number, columns, content, setting).read()
        if not gives_only_budget(columns):
            SectionReader(section, number, columns, gathered, setting).read()
    _say_uncalculated(sheets, content)
    content.labels |= _labels(plans)
    content.years = _years(content)
    if len(content.actions) > MAX_ACTIONS:
        del content.actions[MAX_ACTIONS:]
        content.faults.append(
            Fault(
                Level.ERROR,
                0,
                0,
                0,
                "",
                f"Un plan compte au plus {MAX_ACTIONS} actions : les suivantes ne sont "
                "pas importées.",
                "Partager le tableau entre plusieurs plans.",
            )
        )
    content.actions.sort(key=lambda action: (action.sheet, action.row))
    return content, recognised


def _sections(
    number: int, sheet: Sheet, recogniser: Recogniser, choices: Choices
) -> list[Section]:
    if number in choices.skipped or not any(sheet.rows):
        return []
    if choices.only_sheets and sheet.name not in choices.only_sheets:
        return []
    if sheet.is_hidden and number not in choices.header_rows:
        return []
    found = find_sections(sheet, recogniser, choices.header_rows.get(number))
    return [s for s in found if _is_table(_columns(number, s, recogniser, choices))]


def _same_pilots(
    plans: list[tuple[int, Section, list[Column]]],
) -> list[tuple[int, Section, list[Column]]]:
    """A column that names services in one sheet names them in the others."""
    services = {
        column.header
        for _number, _section, columns in plans
        for column in columns
        if column.named.field == "pilot_department"
    }
    return [
        (
            number,
            section,
            [
                Column(
                    c.index, c.header, Named("pilot_department", None, c.named.is_sure)
                )
                if c.named.field == "pilot" and c.header in services
                else c
                for c in columns
            ],
        )
        for number, section, columns in plans
    ]


def _is_table(columns: list[Column]) -> bool:
    fields = {column.named.field for column in columns}
    return bool(fields & SUBJECTS) and len(fields - {"", "ignored"}) > 1


def _is_grid(columns: list[Column]) -> bool:
    return any(column.named.field in {"indicator", "measure"} for column in columns)


def _columns(
    number: int, section: Section, recogniser: Recogniser, choices: Choices
) -> list[Column]:
    return [
        Column(c.index, c.header, Named.of_key(key) if key else Named(""))
        if (key := choices.columns.get(f"{number}:{c.index}")) is not None
        else c
        for c in assign(section, recogniser)
    ]


def _shown(
    number: int,
    sheet: Sheet,
    sections: list[tuple[Section, list[Column]]],
    choices: Choices,
) -> dict[str, Any]:
    return {
        "number": number,
        "name": sheet.name,
        "rows": len(sheet.rows),
        "is_hidden": sheet.is_hidden,
        "is_skipped": number in choices.skipped,
        "is_turned": any(section.sheet.is_transposed for section, _ in sections),
        "header_row": sections[0][0].header_row + 1 if sections else None,
        "tables": len(sections),
        "lines": sum(len(section.rows) for section, _ in sections),
        "columns": [_shown_column(number, sections[0][0], c) for c in sections[0][1]]
        if sections
        else [],
    }


def _shown_column(number: int, section: Section, column: Column) -> dict[str, Any]:
    samples: list[str] = []
    for row in section.rows:
        text = text_of(section.sheet.cell(row, column.index))
        if text and text not in samples:
            samples.append(text)
        if len(samples) == SAMPLES:
            break
    turned = section.sheet.is_transposed
    return {
        "id": f"{number}:{column.index}",
        "letter": str(column.index + 1) if turned else column_letters(column.index),
        "header": column.header[:LONGEST_SAMPLE],
        "field": column.named.key,
        "label": column.named.label,
        "is_sure": column.named.is_sure,
        "samples": [sample[:LONGEST_SAMPLE] for sample in samples],
    }


def _say_uncalculated(sheets: list[Sheet], content: Content) -> None:
    for number, sheet in enumerate(sheets):
        for row, col in sheet.uncalculated[:50]:
            content.faults.append(
                Fault(
                    Level.WARNING,
                    number,
                    row,
                    col,
                    "",
                    "Cette formule n’a pas été calculée : sa cellule est lue vide.",
                    "Ouvrir le classeur dans un tableur, l’enregistrer, le renvoyer.",
                )
            )


def _labels(plans: Iterable[tuple[int, Section, list[Column]]]) -> dict[str, str]:
    """How the table's own headers name the levels of a plan."""
    levels = {
        "axis": "axis",
        "engagement": "engagement",
        "reference_engagement": "engagement",
        "title": "action",
        "measure": "measure",
    }
    found: dict[str, str] = {}
    for _number, _section, columns in plans:
        for column in columns:
            level = levels.get(column.named.field)
            if level and column.header and len(column.header) <= 40:
                found.setdefault(level, column.header.strip())
    return found


def _years(content: Content) -> list[int]:
    """The years of the grid that the table gives."""
    years: set[int] = set()
    for action in content.actions:
        holders: list[ActionRecord | MeasureRecord] = [action, *action.measures]
        for indicator in (i for holder in holders for i in holder.indicators):
            years |= indicator.targets.keys() | indicator.results.keys()
    for goal in content.goals:
        years |= goal.targets.keys()
    return sorted(years)


def addresses(content: Content) -> Callable[[int, int, int], str]:
    """A function that writes the address of a cell: «Domaine 1, D14»."""

    def address(sheet: int, row: int, col: int) -> str:
        if sheet >= len(content.sheets):
            return ""
        if content.turned[sheet]:
            row, col = col, row
        return f"{content.sheets[sheet]}, {column_letters(col)}{row + 1}"

    return address
