"""The money of a table, compared with a plan's: a year a line, or a year a column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from actions.amounts import AmountError, read_amount
from actions.enums import BudgetNature
from actions.models import Action, BudgetLine, Organisation
from pcaet.lib.french import french_euros
from pcaet.lib.numbers import plain
from pcaet.lib.tables.layout import Section
from pcaet.lib.tables.sheet import text_of

from . import values
from .columns import Column
from .folding import fold
from .preview import Line, Outcome
from .records import BudgetRecord, Content, Fault, Given, Level

if TYPE_CHECKING:
    from .compare import ActionComparer
    from .section import Setting

AMOUNTS = {"planned": "Prévu", "committed": "Engagé", "spent": "Dépensé"}
# «Prévu (k€)»: what its numbers are multiplied by, and how a text would say it.
SCALES = (
    (re.compile(r"\bk ?(?:€|euros?\b|eur\b)|\bmilliers?\b"), 1000, "k€"),
    (re.compile(r"\bm ?(?:€|euros?\b|eur\b)|\bmillions?\b"), 1_000_000, "M€"),
)
BARE_NUMBER = re.compile(r"[0-9\s.,]+")
# What tells a line of money from another; a table of nothing else gives only money.
KEYS = {
    *("code", "title", "budget_nature", "indicator_kind", "funder"),
    *("axis", "axis_code", "engagement", "engagement_code"),
}
YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
TOTAL = re.compile(r"(?:sous-)?total\b")
KIND = "Ligne de budget"

# An action, a year, a nature and a funder: there is one line of each.
Key: TypeAlias = tuple[int, int, str, int]


def gives_budget(columns: Iterable[Column]) -> bool:
    """Whether a table gives the amounts of a year by line, or of a year by column."""
    fields = {column.named.field for column in columns}
    by_line = "budget_year" in fields and bool(fields & AMOUNTS.keys())
    return by_line or any(_is_of_year(column) for column in columns)


def gives_only_budget(columns: list[Column]) -> bool:
    """Whether nothing else is to be read in a table: no pilot, no status."""
    if not gives_budget(columns):
        return False
    fields = {column.named.field for column in columns if not _is_of_year(column)}
    return "budget_year" in fields or fields <= KEYS | {"", "ignored"}


def _is_of_year(column: Column) -> bool:
    return column.named.field in AMOUNTS and column.named.number is not None


class BudgetReader:
    """Reads one table of amounts into the content."""

    def __init__(
        self,
        section: Section,
        number: int,
        columns: list[Column],
        content: Content,
        setting: Setting,
    ) -> None:
        self.section = section
        self.sheet = section.sheet
        self.number = number
        self.content = content
        self.setting = setting
        self.headers = {column.index: column.header for column in columns}
        self.by_year: dict[int, list[Column]] = {}
        for column in filter(_is_of_year, columns):
            self.by_year.setdefault(column.named.number or 0, []).append(column)
        lone = [column for column in columns if not _is_of_year(column)]
        self.first = {c.named.field: c.index for c in reversed(lone)}
        # «Nature» is that of an indicator in other tables.
        self.first.setdefault("budget_nature", self.first.get("indicator_kind", -1))

    def read(self) -> None:
        for row in self.section.rows:
            if any(self._text(row, name) for name in self.first):
                self._row(row)

    def _row(self, row: int) -> None:
        opening = next(filter(None, (self._text(row, n) for n in self.first)), "")
        if TOTAL.match(fold(opening)):
            return
        if self.by_year:
            self._years(row)
            return
        record = BudgetRecord(self.number, row)
        self._key(record)
        self._year(record, "budget_year")
        for name in AMOUNTS:
            if name in self.first:
                self._amount(record, name, self.first[name])
        self.content.budget.append(record)

    def _years(self, row: int) -> None:
        """A record for each year of a row that has an amount, or is to be emptied."""
        cells = [(row, c.index) for cs in self.by_year.values() for c in cs]
        has_amount = any(text_of(self.sheet.cell(*cell)) for cell in cells)
        if not (has_amount or self.setting.erases_empty):
            return
        common = BudgetRecord(self.number, row)
        if self._is_faulted(common, self._key):
            # Said once for the row, with what else is wrong in it.
            for columns in self.by_year.values():
                self._amounts(common, columns)
            self.content.budget.append(common)
            return
        for year, columns in self.by_year.items():
            col = columns[0].index
            record = BudgetRecord(self.number, row, dict(common.values), col)
            self._give(record, "budget_year", year, col)
            is_faulted = self._is_faulted(record, self._amounts, columns)
            if is_faulted or record.values.keys() & AMOUNTS.keys():
                self.content.budget.append(record)

    def _is_faulted(
        self, record: BudgetRecord, read: Callable[..., None], *more: list[Column]
    ) -> bool:
        """Read a part of the record; whether a fault was said of it."""
        before = len(self.content.faults)
        read(record, *more)
        return len(self.content.faults) > before

    def _amounts(self, record: BudgetRecord, columns: list[Column]) -> None:
        for column in columns:
            self._amount(record, column.named.field, column.index)

    def _key(self, record: BudgetRecord) -> None:
        """What tells the line from others, but for its year."""
        self._code(record, "code")
        self._title(record, "title")
        self._nature(record, "budget_nature")
        self._funder(record, "funder")

    def _text(self, row: int, name: str) -> str:
        col = self.first.get(name, -1)
        return text_of(self.sheet.cell(row, col)) if col >= 0 else ""

    def _give(
        self, record: BudgetRecord, name: str, value: object, col: int | None = None
    ) -> None:
        if col is None:
            col = max(self.first.get(name, 0), 0)
        record.values[name] = Given(value, self.number, record.row, col)

    def _code(self, record: BudgetRecord, name: str) -> None:
        if "code" not in self.first:
            return
        reading = values.read_code(self.sheet.cell(record.row, self.first["code"]))
        if reading.problem:
            self._fault(record, name, reading.problem.message, reading.problem.remedy)
        self._give(record, name, reading.value or "")

    def _title(self, record: BudgetRecord, name: str) -> None:
        self._give(record, name, self._text(record.row, name))

    def _year(self, record: BudgetRecord, name: str) -> None:
        text = self._text(record.row, name)
        if YEAR.fullmatch(text):
            self._give(record, name, int(text))
        else:
            said = "L’année manque." if not text else "Cette année n’est pas comprise."
            self._fault(record, name, said, "Écrire l’année, par exemple 2019.")

    def _nature(self, record: BudgetRecord, name: str) -> None:
        text = self._text(record.row, name)
        if nature := values.NATURES.get(fold(text)):
            self._give(record, name, nature)
            return
        said = "La nature manque." if not text else "Cette nature n’est pas connue."
        remedy = "Écrire « Investissement » ou « Fonctionnement »."
        self._fault(record, name, said, remedy)

    def _funder(self, record: BudgetRecord, name: str) -> None:
        text = self._text(record.row, name)
        if not text:
            return
        reader = self.setting.organisations
        if known := reader.exact(text):
            self._give(record, name, list(known))
            return
        found = reader.read(text)
        if len(found.named) == 1 and not found.unread:
            named = found.named[0]
            self._give(record, name, [named.organisation, named.service])
        else:
            said = "Ce financeur ne se lit pas comme le nom d’un seul organisme."
            self._fault(record, name, said, "Écrire une ligne par financeur.")

    def _amount(self, record: BudgetRecord, name: str, col: int) -> None:
        value = self.sheet.cell(record.row, col)
        if isinstance(value, bool) or not isinstance(value, int | float):
            value = text_of(value)
        try:
            amount = read_amount(_scaled(value, self.headers.get(col, "")))
        except AmountError as error:
            self._fault(record, name, str(error), "", col)
            return
        if amount is not None or self.setting.erases_empty:
            self._give(record, name, None if amount is None else plain(amount), col)

    def _fault(
        self,
        record: BudgetRecord,
        name: str,
        message: str,
        remedy: str,
        col: int | None = None,
    ) -> None:
        if col is None:
            col = max(self.first.get(name, 0), 0)
        text = text_of(self.sheet.cell(record.row, col))[:300]
        place = (Level.ERROR, self.number, record.row, col, text)
        self.content.faults.append(Fault(*place, message, remedy, record.key))


def _scaled(value: int | float | str, header: str) -> Decimal | str:
    """The euros that a cell stands for, where its header says «k€» or «millions»."""
    for words, factor, unit in SCALES:
        if words.search(fold(header)):
            if not isinstance(value, str):
                return Decimal(str(value)) * factor
            return f"{value} {unit}" if BARE_NUMBER.fullmatch(value) else value
    return value if isinstance(value, str) else Decimal(str(value))


def compare_budget(content: Content, actions: ActionComparer) -> None:
    """Add to the comparison a line for each line of budget of the content."""
    if content.budget:
        _BudgetComparer(actions).run(content.budget)


@dataclass
class _Found:
    """The actions that a table may speak of, by number and by title."""

    by_code: dict[str, Action] = field(default_factory=dict)
    by_title: dict[str, list[Action]] = field(default_factory=dict)

    def add(self, action: Action) -> None:
        self.by_code[fold(action.code)] = action
        self.by_title.setdefault(fold(action.title), []).append(action)


class _BudgetComparer:
    def __init__(self, actions: ActionComparer) -> None:
        self.actions = actions
        self.found = _Found()
        created = (action for _r, action, _l in actions.result.holders if not action.pk)
        for action in (*actions.base.actions, *created):
            self.found.add(action)
        lines = BudgetLine.objects.filter(action__plan=actions.plan)
        self.known: dict[Key, BudgetLine] = {
            (line.action_id, line.year, line.nature, line.funder_id or 0): line
            for line in lines
        }
        # Where the table said each line first; new actions and funders have no key.
        self.met: dict[tuple[int, int, str, int], BudgetRecord] = {}

    def run(self, records: list[BudgetRecord]) -> None:
        for record in records:
            line = Line(
                Outcome.UNCHANGED,
                KIND,
                _label(record),
                at=(record.sheet, record.row, record.col),
                faults=self.actions.faults.get(record.key, []),
            )
            self.actions.result.lines.append(line)
            self._compare(record, line)

    def _compare(self, record: BudgetRecord, line: Line) -> None:
        action = self._action(record, line)
        if action is None or line.faults:
            line.outcome = Outcome.REFUSED
            return
        funder = self._funder(record)
        year, nature = record.value("budget_year"), record.value("budget_nature")
        key = (id(action), year, nature, id(funder) if funder else 0)
        first = self.met.setdefault(key, record)
        if first is not record:
            self._refuse(
                record,
                line,
                f"Cette ligne est déjà dite ligne {first.row + 1}.",
                "N’en garder qu’une, ou additionner leurs montants.",
            )
            return
        known = self.known.get((action.pk or 0, year, nature, _pk(funder)))
        self._amounts(record, line, known, (action, year, nature, funder))

    def _action(self, record: BudgetRecord, line: Line) -> Action | None:
        code, title = str(record.value("code") or ""), str(record.value("title") or "")
        if code:
            action = self.found.by_code.get(fold(code))
            said = f"Ce plan n’a pas d’action {code}."
        else:
            named = self.found.by_title.get(fold(title), []) if title else []
            action = named[0] if len(named) == 1 else None
            said = "Le numéro de l’action manque."
            if title:
                said = (
                    "Plusieurs actions portent ce titre."
                    if named
                    else "Aucune action ne porte ce titre."
                )
        if action is None:
            remedy = "Écrire le numéro d’une action de ce plan."
            self._refuse(record, line, said, remedy)
        return action

    def _funder(self, record: BudgetRecord) -> Organisation | None:
        named = record.value("funder")
        return self.actions.vocabularies.organisation(*named) if named else None

    def _amounts(
        self,
        record: BudgetRecord,
        line: Line,
        known: BudgetLine | None,
        place: tuple[Action, int, str, Organisation | None],
    ) -> None:
        said: dict[str, Decimal | None] = {}
        for name, label in AMOUNTS.items():
            given = record.values.get(name)
            old = getattr(known, name) if known else None
            new = Decimal(given.value) if given and given.value is not None else None
            if given and new != old:
                said[name] = new
                line.change(label, _euros(old), _euros(new), given)
        if said:
            line.outcome = Outcome.CHANGED if known else Outcome.CREATED
            self._write(known, place, said)

    def _write(
        self,
        known: BudgetLine | None,
        place: tuple[Action, int, str, Organisation | None],
        said: dict[str, Decimal | None],
    ) -> None:
        work = self.actions.work
        action, year, nature, funder = place
        if known is None:
            of_line = {"action": action, "year": year, "nature": nature}
            work.attach(BudgetLine, **of_line, funder=funder, **said)
            return
        after = {name: getattr(known, name) for name in AMOUNTS} | said
        if any(amount is not None for amount in after.values()):
            work.change(known, **said)
        else:
            work.remove(known)

    def _refuse(
        self, record: BudgetRecord, line: Line, message: str, remedy: str
    ) -> None:
        line.outcome = Outcome.REFUSED
        given = record.values.get("code") or record.values["title"]
        fault = Fault(
            Level.ERROR,
            record.sheet,
            record.row,
            given.col,
            str(given.value),
            message,
            remedy,
        )
        line.faults = [*line.faults, fault]


def _label(record: BudgetRecord) -> str:
    """«36, 2019, investissement, ADEME»: what tells the line from the others."""
    nature = record.value("budget_nature")
    said = (
        record.value("code") or record.value("title") or "(sans action)",
        record.value("budget_year"),
        BudgetNature(nature).label.lower() if nature else "",
        " : ".join(filter(None, record.value("funder") or [])),
    )
    return ", ".join(str(part) for part in said if part)


def _pk(funder: Organisation | None) -> int:
    """The key of a funder that the base knows; one to be created has no line yet."""
    return 0 if funder is None else funder.pk or -1


def _euros(amount: Decimal | None) -> str:
    return "" if amount is None else french_euros(amount)
