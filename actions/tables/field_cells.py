"""Gives actions and measures what the cells of each field say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from pcaet.lib.tables.sheet import Value, text_of

from . import values
from .columns import Column
from .folding import fold
from .records import ActionRecord, Level, MeasureRecord
from .section import SectionCells

ROLES = ("pilot", "partner", "funder", "internal", "external")
ROLE_COLUMNS = {
    "pilot": "pilot",
    "pilot_department": "pilot",
    "measure_pilot": "pilot",
    "measure_partner": "partner",
    **{kind: kind for kind in ROLES},
}
# What stands on a measure's line is the measure's, where its column follows.
OF_MEASURE = {*ROLE_COLUMNS, "description", "status"}
ALWAYS_OF_MEASURE = {"measure_pilot", "measure_partner"}
UNDATED = {"year": None, "date": None, "raw": ""}
# What an empty cell gives where empty cells erase.
ERASED: dict[str, Any] = {
    **dict.fromkeys(("context", "description", "consultation", "impact_objective"), ""),
    **{name: [] for name in ("expected_results", "types", "themes", "keywords")},
    **dict.fromkeys(("start", "end"), UNDATED),
    **{name: {"raw": "", "named": []} for name in ROLES},
    "budget": {"min": None, "max": None, "uncertain": False, "raw": ""},
    "status": {"status": "", "raw": ""},
}


class FieldCells(SectionCells):
    """Reads the cell of each field into the action or the measure of its line."""

    def __init__(self, *table: Any) -> None:
        super().__init__(*table)
        self.catalogue = self._catalogue() if self._cites_references else ""
        self.readers = self._readers()
        self.of_measure = self._columns_of_measures()

    def _fill(
        self, action: ActionRecord, measure: MeasureRecord | None, row: int
    ) -> None:
        """Give the action and its measure what the cells of the line say."""
        self.current = action
        cells = self.sheet.rows[row]
        for column in self.columns:
            reader = self.readers.get(column.named.field)
            if reader is None:
                continue
            value = cells[column.index] if column.index < len(cells) else ""
            if (row, column.index) in self.sheet.spilled:
                continue
            if value == "":
                self._erase(action, column, row)
                continue
            of_measure = measure is not None and column.index in self.of_measure
            reader(measure if of_measure else action, column, row, value)

    def _columns_of_measures(self) -> set[int]:
        """The columns that speak of the measure of their line, not of its action."""
        return {
            c.index
            for c in self.columns
            if c.named.field in ALWAYS_OF_MEASURE
            or (c.named.field in OF_MEASURE and self._is_beyond_measure(c.index))
            or (c.named.field in ROLE_COLUMNS and self._varies_within_actions(c.index))
        }

    def _is_beyond_measure(self, index: int) -> bool:
        """The column stands on the other side of the measure than the action."""
        own = [self.first[n] for n in ("measure", "measure_code") if n in self.first]
        above = [self.first[n] for n in ("title", "code") if n in self.first]
        if above and own and min(above) > max(own):
            return index < min(own)
        return index > min(own, default=0)

    def _varies_within_actions(self, index: int) -> bool:
        """The measures of one action have others there: it is not the action's."""
        found: dict[str, set[str]] = defaultdict(set)
        action = ""
        for row in self.section.rows if self.has_measures else ():
            action = (
                self._raw_text(row, "code") or self._raw_text(row, "title") or action
            )
            if text := fold(text_of(self.sheet.cell(row, index))):
                found[action].add(text)
        return any(len(texts) > 1 for texts in found.values())

    def _erase(self, action: ActionRecord, column: Column, row: int) -> None:
        """An empty cell says nothing, unless the person made it say «nothing»."""
        name = ROLE_COLUMNS.get(column.named.field, column.named.field)
        if not self.setting.erases_empty or self.is_grid or self.has_measures:
            return
        if name in ERASED and name not in action.values:
            action.values[name] = self._given(ERASED[name], row, column.index)

    def _readers(self) -> dict[str, Callable[..., None]]:
        """How each field's cell is read and where its value goes."""
        found: dict[str, Callable[..., None]] = {
            "context": self._text,
            "description": self._text,
            "consultation": self._text,
            "impact_objective": self._text,
            "measure_description": self._measure_text,
            "complement": self._complement,
            "expected_results": self._list,
            "status": self._status,
            "flags": self._flags,
            "types": self._types,
            "themes": self._terms,
            "keywords": self._terms,
            "sub_engagement": self._theme,
            "priority": self._priority,
            "reference_engagement": self._references,
            "references": self._references,
            "start": self._when,
            "end": self._when,
            "period": self._period,
            "budget": self._budget,
            "impact_horizon": self._horizon,
            "milestone": self._milestones,
            "related": self._related,
            "pilot_person": self._person,
            "elected": self._person,
            "next_funder": self._more_funders,
            "funder_amount": self._funder_amount,
        }
        return found | dict.fromkeys(ROLE_COLUMNS, self._role)

    def _text(self, owner: Any, column: Column, row: int, value: Value) -> None:
        if text := values.tidy_text(value):
            self._put(owner, column.named.field, text, (row, column.index))

    def _measure_text(self, owner: Any, column: Column, row: int, value: Value) -> None:
        if self.measure is not None and (text := values.tidy_text(value)):
            self._put(self.measure, "description", text, (row, column.index))

    def _complement(self, owner: Any, column: Column, row: int, value: Value) -> None:
        """A text without a field of its own ends the description, under its title."""
        text = values.tidy_text(value)
        if not text or not isinstance(owner, ActionRecord):
            return
        addition = f"{column.header.strip()} : {text}"
        known = owner.values.get("description")
        if known is None:
            self._put(owner, "description", addition, (row, column.index))
        elif addition not in known.value:
            joined = f"{known.value}\n\n{addition}"
            owner.values["description"] = known._replace(value=joined)

    def _list(self, owner: Any, column: Column, row: int, value: Value) -> None:
        if items := values.items_of(value):
            self._put(owner, column.named.field, items, (row, column.index))

    def _status(self, owner: Any, column: Column, row: int, value: Value) -> None:
        self._accept(
            owner, "status", values.read_status_cell(value), (row, column.index)
        )

    def _flags(self, owner: Any, column: Column, row: int, value: Value) -> None:
        types, status, unknown = values.read_flags(value)
        at = (row, column.index)
        if types:
            self._put(owner, "types", types, at)
        if status:
            self._accept(owner, "status", status, at)
        if unknown:
            self._fault(
                Level.WARNING,
                *at,
                f"« {unknown[0][:60]} » n’est ni un statut ni un type connu.",
                "Écrire atténuation, adaptation, citoyenne, ou l’un des statuts.",
            )

    def _types(self, owner: Any, column: Column, row: int, value: Value) -> None:
        if found := values.read_types(value):
            self._put(owner, "types", found, (row, column.index))

    def _terms(self, owner: Any, column: Column, row: int, value: Value) -> None:
        if found := values.terms_of(value):
            self._add_terms(owner, column.named.field, found, (row, column.index))

    def _add_terms(
        self, owner: Any, name: str, found: list[str], at: tuple[int, int]
    ) -> None:
        """Themes may come from several columns: they add up."""
        known = owner.values.get(name)
        if known is None:
            self._put(owner, name, found, at)
        elif known.row == at[0] and known.col != at[1]:
            merged = list(dict.fromkeys([*known.value, *found]))
            owner.values[name] = known._replace(value=merged)
        else:
            self._put(owner, name, found, at)

    def _theme(self, owner: Any, column: Column, row: int, value: Value) -> None:
        text = " ".join(text_of(value).split())[: values.LONGEST_TERM]
        if text:
            self._add_terms(owner, "themes", [text], (row, column.index))

    def _priority(self, owner: Any, column: Column, row: int, value: Value) -> None:
        text = " ".join(text_of(value).split())[: values.LONGEST_TERM - 12]
        if text:
            self._add_terms(
                owner, "keywords", [f"Priorité : {text}"], (row, column.index)
            )

    def _references(self, owner: Any, column: Column, row: int, value: Value) -> None:
        titles = self.setting.catalogues.get(self.catalogue, {})
        found, unknown = values.read_references(value, self.catalogue, titles)
        at = (row, column.index)
        if found:
            self._put(owner, "references", found, at)
        if unknown:
            self._fault(
                Level.WARNING,
                *at,
                f"La mesure {unknown[0]} ne figure pas dans « {self.catalogue} » : "
                "elle est gardée sans son intitulé.",
                "Vérifier le code, ou compléter le catalogue.",
            )

    def _when(self, owner: Any, column: Column, row: int, value: Value) -> None:
        reading = values.read_when_cell(value)
        self._accept(owner, column.named.field, reading, (row, column.index))
        self._check_order(owner, (row, column.index))

    def _check_order(self, owner: Any, at: tuple[int, int]) -> None:
        start, end = owner.values.get("start"), owner.values.get("end")
        if start and end and ends_before(start.value, end.value):
            self._fault(
                Level.ERROR,
                *at,
                f"La fin ({end.value['raw']}) précède le début ({start.value['raw']}).",
                "Corriger l’une des deux dates ; la fin n’est gardée que comme texte.",
            )
            undated = {**end.value, "year": None, "date": None}
            owner.values["end"] = end._replace(value=undated)

    def _period(self, owner: Any, column: Column, row: int, value: Value) -> None:
        at = (row, column.index)
        found = values.read_period(value)
        if found is None:
            reading = values.read_when_cell(value)
            self._accept(owner, "start", reading, at)
            return
        for name, reading in zip(("start", "end"), found, strict=True):
            if reading.value["raw"]:
                self._accept(owner, name, reading, at)
        self._check_order(owner, at)

    def _budget(self, owner: Any, column: Column, row: int, value: Value) -> None:
        self._accept(
            owner, "budget", values.read_budget_cell(value), (row, column.index)
        )

    def _horizon(self, owner: Any, column: Column, row: int, value: Value) -> None:
        digits = re.search(r"[0-9]{1,2}", text_of(value))
        if digits:
            years = int(digits[0])
            self._put(owner, "impact_horizon_years", years, (row, column.index))

    def _milestones(self, owner: Any, column: Column, row: int, value: Value) -> None:
        if items := values.items_of(value):
            self._put(owner, column.named.key, items, (row, column.index))

    def _related(self, owner: Any, column: Column, row: int, value: Value) -> None:
        if found := values.terms_of(value):
            self._put(owner, "related", found, (row, column.index))

    def _role(self, owner: Any, column: Column, row: int, value: Value) -> None:
        kind = ROLE_COLUMNS[column.named.field]
        departments = column.named.field in {"pilot_department", "internal"}
        reading = values.read_role(
            value, self.setting.organisations, departments=departments
        )
        if not reading.value["raw"]:
            return
        at = (row, column.index)
        known = owner.values.get(kind)
        if known and known.row == row and known.col != column.index:
            # «Structure pilote» and «Service pilote» stand side by side.
            self._join_role(owner, kind, reading.value)
            if reading.problem:
                self._problem(reading.problem, *at)
            return
        self._accept(owner, kind, reading, at)

    def _join_role(self, owner: Any, kind: str, other: dict[str, Any]) -> None:
        known = owner.values[kind]
        raw = "\n".join(dict.fromkeys([known.value["raw"], other["raw"]]))
        named = list(known.value["named"])
        named += [item for item in other["named"] if item not in named]
        owner.values[kind] = known._replace(value={"raw": raw, "named": named})

    def _person(self, owner: Any, column: Column, row: int, value: Value) -> None:
        """A person is no organisation: the name stays among the pilot's words."""
        text = " ".join(text_of(value).split())
        if not text:
            return
        words = {"raw": f"{column.header.strip()} : {text}", "named": []}
        if "pilot" in owner.values and owner.values["pilot"].row == row:
            self._join_role(owner, "pilot", words)
        else:
            self._put(owner, "pilot", words, (row, column.index))

    def _more_funders(self, owner: Any, column: Column, row: int, value: Value) -> None:
        reading = values.read_role(value, self.setting.organisations)
        if "funder" in owner.values and owner.values["funder"].row == row:
            self._join_role(owner, "funder", reading.value)
        else:
            self._accept(owner, "funder", reading, (row, column.index))

    def _funder_amount(
        self, owner: Any, column: Column, row: int, value: Value
    ) -> None:
        """An amount stands for the funder on its left, as the note of its role."""
        known = owner.values.get("funder")
        text = text_of(value)
        if not text or known is None or known.row != row or not known.value["named"]:
            return
        amount = f"{text} € HT" if text.replace(",", "").isdigit() else text
        last = self._raw_cell(row, column.index - 1)
        named = [
            [org, service, amount]
            if last and not note and self._names(last, org)
            else [org, service, note]
            for org, service, note in known.value["named"]
        ]
        raw = f"{known.value['raw']} ({amount})"
        owner.values["funder"] = known._replace(value={"raw": raw, "named": named})

    @staticmethod
    def _names(cell: str, organisation: str) -> bool:
        return fold(organisation) in fold(cell)

    @property
    def _cites_references(self) -> bool:
        return bool(self.fields & {"reference_engagement", "references"})

    def _catalogue(self) -> str:
        """The catalogue that the header names and that best knows the table's codes."""
        column = next(
            c
            for c in self.columns
            if c.named.field in {"reference_engagement", "references"}
        )
        cited = {
            code: fold(text_of(self.sheet.cell(row, column.index)))
            for row in self.section.rows
            for code in values.REFERENCE_CODE.findall(
                text_of(self.sheet.cell(row, column.index))
            )
        }
        named = self._named_catalogues(column)
        return max(
            sorted(named),
            key=lambda name: _fit(self.setting.catalogues[name], cited),
            default="",
        )

    def _named_catalogues(self, column: Column) -> list[str]:
        header = fold(column.header)
        names = list(self.setting.catalogues)
        if "cae" in header.split():
            return [name for name in names if name == "CAE"] or names
        if "eci" in header.split():
            return [name for name in names if name == "ECI"] or names
        return [name for name in names if fold(name).startswith("cit'ergie")] or names


def ends_before(start: Mapping[str, Any], end: Mapping[str, Any]) -> bool:
    """The end is before the start, as far as years and dates say."""
    if start["year"] and end["year"] and end["year"] < start["year"]:
        return True
    return bool(start["date"] and end["date"] and end["date"] < start["date"])


def _fit(titles: Mapping[str, str], cited: Mapping[str, str]) -> tuple[int, int]:
    """How many codes the catalogue knows, then how many under these very words."""
    known = [code for code in cited if code in titles]
    same = sum(fold(titles[code]) in cited[code] for code in known)
    return len(known), same
