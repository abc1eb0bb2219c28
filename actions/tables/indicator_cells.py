"""Indicators, their years, and goals: lines of grids and lists in a cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pcaet.lib.numbers import plain, read_number
from pcaet.lib.tables.sheet import Value, text_of

from . import values
from .columns import Column
from .field_cells import FieldCells
from .folding import fold
from .records import GoalRecord, IndicatorRecord, Level
from .section import LISTS

INDICATOR_TEXTS = {
    "indicator_unit": ("unit", 200),
    "indicator_source": ("source", 500),
    "indicator_group": ("group", 300),
}
KINDS = {
    "realisation": "realisation",
    "indicateur de realisation": "realisation",
    "moyen": "realisation",
    "suivi": "realisation",
    "effet": "effect",
    "resultat": "effect",
    "impact": "effect",
    "indicateur d'effet": "effect",
    "indicateur de resultat": "effect",
    "repere": "marker",
    "repere chiffre": "marker",
}
STATES = {
    "atteint": "reached",
    "partiellement atteint": "partial",
    "partiel": "partial",
    "non atteint": "not_reached",
    "sans objet": "not_applicable",
    "non applicable": "not_applicable",
}


class IndicatorCells(FieldCells):
    """Reads indicators, targets, results and goals."""

    def __init__(self, *table: Any) -> None:
        super().__init__(*table)
        # The lists already read, by holder: a merged cell is met once a line.
        self.listed: set[tuple[int, str, str]] = set()

    def _readers(self) -> dict[str, Callable[..., None]]:
        return super()._readers() | dict.fromkeys(LISTS, self._indicator_list)

    def _indicator_list(
        self, owner: Any, column: Column, row: int, value: Value
    ) -> None:
        """«Evolution du nombre :» opens a group; each line is an indicator."""
        text = values.tidy_text(value)
        group = ""
        holder = self.measure if self.measure is not None else owner
        met = (id(holder), column.named.field, text)
        if met in self.listed:
            return
        self.listed.add(met)
        for line in text.split("\n"):
            bare = values.ITEM.sub("", line).strip()
            if not bare:
                continue
            is_item = bare != line.strip()
            if bare.endswith(":") and not is_item:
                group = bare
                continue
            self._add_indicator(
                holder, row, column.index, bare, LISTS[column.named.field], group
            )

    def _add_indicator(
        self, holder: Any, row: int, col: int, name: str, kind: str, group: str
    ) -> IndicatorRecord:
        given = {
            "name": self._given(name, row, col),
            "kind": self._given(kind, row, col),
            "group": self._given(group[:300], row, col),
        }
        if name.startswith("%"):
            given["unit"] = self._given("%", row, col)
        record = IndicatorRecord(self.number, row, given)
        holder.indicators.append(record)
        return record

    def _read_indicator(self, row: int) -> None:
        name = " ".join(values.tidy_title(self._value(row, "indicator")).split())
        # The word that stands once, on its side, before the grid of a printed sheet.
        name = name.removeprefix("INDICATEURS ")
        yearly = [
            c
            for c in self.columns
            if c.named.number is not None
            and c.named.field != "milestone"
            and self.sheet.cell(row, c.index) != ""
        ]
        if not name:
            if yearly:
                self._fault(
                    Level.ERROR,
                    row,
                    self.first.get("indicator", 0),
                    "Des cibles ou des résultats n’ont pas d’indicateur.",
                    "Écrire l’intitulé de l’indicateur ; la ligne n’est pas importée.",
                )
            return
        holder = self.measure if self.measure is not None else self.action
        record = self._known_indicator(holder, row, name)
        for column in yearly:
            self._read_year(record, row, column)

    def _known_indicator(self, holder: Any, row: int, name: str) -> IndicatorRecord:
        col = self.first["indicator"]
        record = IndicatorRecord(
            self.number, row, {"name": self._given(name, row, col)}
        )
        for field_name, (attribute, longest) in INDICATOR_TEXTS.items():
            if field_name in self.fields and (text := self._raw_text(row, field_name)):
                cell = self._given(text[:longest], row, self.first[field_name])
                record.values[attribute] = cell
        if "indicator_kind" in self.fields:
            self._read_kind(record, row)
        group = record.values.get("group")
        for known in holder.indicators:
            other = known.values.get("group")
            if (
                fold(known.name) == fold(name)
                and (group and group.value) == (other and other.value)
                and known.sheet != self.number
            ):
                known.values = record.values | known.values
                return known  # type: ignore[no-any-return]
        holder.indicators.append(record)
        return record

    def _read_kind(self, record: IndicatorRecord, row: int) -> None:
        text = self._raw_text(row, "indicator_kind")
        col = self.first["indicator_kind"]
        if kind := KINDS.get(fold(text)):
            record.values["kind"] = self._given(kind, row, col)
        elif text:
            self._fault(
                Level.WARNING,
                row,
                col,
                "Cette nature d’indicateur n’est pas connue.",
                "Écrire « réalisation », « effet » ou « repère ».",
            )

    def _read_year(self, record: IndicatorRecord, row: int, column: Column) -> None:
        year = column.named.number
        assert year is not None
        text = values.tidy_text(self.sheet.cell(row, column.index))
        if not text or text in {"-", "/", "–"}:
            return
        given = self._given(text, row, column.index)
        if column.named.field == "target":
            record.targets[year] = given
            return
        parts = record.results.setdefault(year, {})
        if column.named.field == "result":
            parts["text"] = given
        elif column.named.field == "result_comment":
            parts["comment"] = given
        elif state := STATES.get(fold(text)):
            parts["state"] = given._replace(value=state)
        else:
            self._fault(
                Level.WARNING,
                row,
                column.index,
                "Cet état de résultat n’est pas connu.",
                "Écrire « atteint », « partiel », « non atteint » ou « sans objet ».",
            )

    def _goal_row(self, row: int) -> None:
        label = " ".join(values.tidy_title(self._value(row, "goal")).split())
        if not label:
            return
        unit = self._raw_text(row, "indicator_unit") or ("%" if "%" in label else "")
        record = GoalRecord(
            self.number, row, self._given(label, row, self.first["goal"]), unit[:60]
        )
        for column in self.columns:
            text = text_of(self.sheet.cell(row, column.index))
            if column.named.field != "target" or not text:
                continue
            number = read_number(text.removesuffix("%").strip())
            if number is None:
                self._fault(
                    Level.WARNING,
                    row,
                    column.index,
                    "Cette valeur visée n’est pas un nombre : elle reste vide.",
                    "Écrire un nombre, par exemple 30 %.",
                )
                continue
            record.unit = record.unit or ("%" if text.endswith("%") else "")
            given = self._given(plain(number), row, column.index)
            record.targets[column.named.number or 0] = given
        self.gathered.content.goals.append(record)
