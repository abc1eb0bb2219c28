"""A table being read: its cells by field, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaet.lib.tables.layout import Section
from pcaet.lib.tables.sheet import Value, text_of

from .columns import Column
from .organisations import OrganisationReader
from .records import ActionRecord, Content, Fault, Given, Level, MeasureRecord, Place
from .values import Problem, Reading

LEVELS = ("axis", "axis_code", "engagement", "engagement_code", "reference_engagement")
LISTS = {
    "indicators_realisation": "realisation",
    "indicators_effect": "effect",
    "indicators_marker": "marker",
}
# Whatever their columns, a complement ends the description, and effects follow
# realisations.
READ_LAST = {"complement": 1, **{name: rank for rank, name in enumerate(LISTS, 2)}}


@dataclass
class Setting:
    """What the reading of rows knows of the plan and of the base."""

    organisations: OrganisationReader
    # The measures of each catalogue: code → title.
    catalogues: Mapping[str, Mapping[str, str]]
    # Where lone indicators go: the code of an action, that of one of its measures.
    action_code: str = ""
    measure_code: str = ""
    erases_empty: bool = False


@dataclass
class Gathered:
    """The records of all sheets, found again by code and by title."""

    content: Content = field(default_factory=Content)
    by_code: dict[str, ActionRecord] = field(default_factory=dict)
    by_title: dict[str, ActionRecord] = field(default_factory=dict)

    seen: set[tuple[str, ...]] = field(default_factory=set)
    # The action and the measure that the prose of a pasted document described last.
    standing: tuple[ActionRecord | None, MeasureRecord | None] = (None, None)
    has_heard: bool = False

    def see(self, place: Place) -> None:
        """Keep the levels in the order of the document."""
        key = (
            place.axis_code,
            place.axis_title,
            place.engagement_code,
            place.engagement_title,
        )
        if key not in self.seen:
            self.seen.add(key)
            self.content.places.append(place)

    def fault(self, fault: Fault) -> None:
        self.content.faults.append(fault)


class SectionCells:
    """The cells of one table, by the fields that their columns give."""

    def __init__(
        self,
        section: Section,
        number: int,
        columns: list[Column],
        gathered: Gathered,
        setting: Setting,
    ) -> None:
        self.section = section
        self.sheet = section.sheet
        self.number = number
        self.gathered = gathered
        self.setting = setting
        known = [c for c in columns if c.named.field not in {"", "ignored"}]
        self.columns = sorted(known, key=lambda c: READ_LAST.get(c.named.field, 0))
        self.first = {c.named.field: c.index for c in reversed(self.columns)}
        self.fields = {c.named.field for c in self.columns}
        self.has_measures = bool(self.fields & {"measure", "measure_code"})
        self.is_grid = "indicator" in self.fields
        # What the lines above left standing.
        self.place = Place()
        self.action: ActionRecord | None = None
        self.measure: MeasureRecord | None = None
        # The action that the line at hand speaks of.
        self.current: ActionRecord | None = None

    def _value(self, row: int, name: str) -> Value:
        index = self.first.get(name)
        if index is None or (row, index) in self.sheet.spilled:
            return ""
        return self.sheet.cell(row, index)

    def _raw_text(self, row: int, name: str) -> str:
        value = self._value(row, name)
        return text_of(value) if value != "" else ""

    def _first_text(self, row: int) -> str:
        return next((text_of(v)[:20] for v in self.sheet.rows[row] if v != ""), "")

    def _raw_cell(self, row: int, col: int) -> str:
        return text_of(self.sheet.cell(row, col))

    def _given(self, value: Any, row: int, col: int) -> Given:
        return Given(value, self.number, row, col)

    def _put(
        self,
        owner: ActionRecord | MeasureRecord,
        name: str,
        value: Any,
        at: tuple[int, int],
    ) -> None:
        """The first cell rules; another that says otherwise is reported."""
        known = owner.values.get(name)
        if known is None:
            owner.values[name] = self._given(value, *at)
        elif known.value != value and (known.row, known.col) != at:
            sheet = self.gathered.content.sheets[known.sheet]
            self._fault(
                Level.WARNING,
                *at,
                f"Une autre valeur est donnée à la ligne {known.row + 1} ({sheet}) : "
                "c’est la première qui est gardée.",
                "Écrire la même valeur sur toutes les lignes de cette action.",
            )

    def _accept(
        self,
        owner: ActionRecord | MeasureRecord,
        name: str,
        reading: Reading,
        at: tuple[int, int],
    ) -> None:
        if reading.problem:
            self._problem(reading.problem, *at)
        if reading.value is not None:
            self._put(owner, name, reading.value, at)

    def _problem(self, problem: Problem, row: int, col: int) -> None:
        self._fault(problem.level, row, col, problem.message, problem.remedy)

    def _note(self, row: int, col: int, message: str) -> None:
        self._fault(Level.NOTE, row, col, message, "")

    def _fault(
        self, level: Level, row: int, col: int, message: str, remedy: str
    ) -> None:
        value = text_of(self.sheet.cell(row, col))[:300]
        self.gathered.fault(Fault(level, self.number, row, col, value, message, remedy))
