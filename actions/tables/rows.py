"""From the rows of tables to records: each value with its cell, each fault said."""

from __future__ import annotations

import re
from typing import Any

from pcaet.lib.tables.sheet import Value, text_of

from . import values
from .folding import fold
from .indicator_cells import IndicatorCells
from .place_cells import PlaceCells
from .prose import Described, described
from .realign import realigned
from .records import ActionRecord, Given, Level, MeasureRecord
from .section import LEVELS

# The lines by which the template of Territoires en Transitions explains itself.
GUIDANCE = re.compile(
    r"^(?:champ (?:texte|liste|num[ée]rique|date|binaire)|texte court de 300 caract"
    r"|action 1 - assurer la coordination de la transition [ée]cologique\s*\(ou\)"
    r"|si vos axes sont num[ée]rot[ée]s)",
    re.IGNORECASE,
)
TOTAL = re.compile(r"^(?:sous-)?total(?:\s|$|x)")
TITLE_CODE = re.compile(
    r"^(?:(?:fiche[- ])?(?:action|levier|fiche)\s*(?:n[°º]\s*)?)?"
    r"(?P<code>[A-Z]{0,3}[0-9]{1,3}(?:[.-][0-9]{1,3})*)\.?"
    r"(?:\s*[:–—|-]\s*|\s+|(?<=\.)\s*)(?P<title>\D.*)$",
    re.IGNORECASE | re.DOTALL,
)
LABELLED = re.compile(r"^(?:fiche[- ])?(?:action|levier|fiche)\b", re.IGNORECASE)


class SectionReader(IndicatorCells, PlaceCells):
    """Reads one table into the records gathered so far."""

    def __init__(self, *table: Any) -> None:
        super().__init__(*table)
        self.titles_give_codes = self._titles_give_codes()
        self.place = self._place_of_sheet()

    def read(self) -> None:
        hears_prose = self._hears_prose
        if hears_prose:
            above = self.section.header_row if self.gathered.has_heard else 0
            self._hear(above, self.section.header_row)
        last = self.section.header_row
        for row in self.section.rows:
            if fold(self._first_text(row)) in {"legende", "legendes"}:
                return
            before = len(self.gathered.content.faults)
            last = last if len(self.sheet.rows[row]) <= 1 else row
            self.current = None
            self._row(row)
            if self.current is not None:
                for fault in self.gathered.content.faults[before:]:
                    fault.record = self.current.key
        if hears_prose:
            self._hear(last + 1, max(self.section.rows, default=last) + 1)

    @property
    def _hears_prose(self) -> bool:
        """A pasted grid that names no action: the lines above it may."""
        named = self.fields & {"title", "code", "measure", "measure_code"}
        return (
            self.sheet.is_pasted
            and self.is_grid
            and not (named or self.setting.action_code)
        )

    def _hear(self, above: int, until: int) -> None:
        """Stand on the action and the measure that some lines of prose describe."""
        gathered = self.gathered
        if gathered.has_heard:
            self.action, self.measure = gathered.standing
        for said in described(self.sheet, above, until):
            self.action = self._action_said(said)
            if self.action is None:
                continue
            self.current = self.action
            self._stand_on_measure(said.code.row, said.code.text, said.title.text)
            for kind, words in said.roles.items():
                reading = values.read_role(words.text, self.setting.organisations)
                if self.measure is not None:
                    self._accept(self.measure, kind, reading, (words.row, 0))
        gathered.has_heard, gathered.standing = True, (self.action, self.measure)

    def _action_said(self, said: Described) -> ActionRecord | None:
        code, title = said.action_code, said.action_title
        if not code.text:
            return self.action
        known = self.gathered.by_code.get(code.text)
        if known is None:
            known = ActionRecord(self.number, code.row)
            known.values["code"] = self._given(code.text, code.row, 0)
            known.values["title"] = self._given(title.text, title.row, 0)
            self._add(known)
        return known

    def _row(self, row: int) -> None:
        cells = self.sheet.rows[row]
        if self._is_prose(row, cells) or self._is_banner(row, cells):
            return
        if self.sheet.is_pasted and (moved := realigned(cells, self.columns)):
            self.sheet.rows[row] = moved
            self._fault(
                Level.WARNING,
                row,
                0,
                "Cette ligne a une cellule de moins que son en-tête : ses dates, son "
                "budget et son statut sont lus une colonne plus à droite.",
                "Vérifier les partenaires et la concertation de cette ligne.",
            )
        title = self._raw_text(row, "title")
        if GUIDANCE.match(title) or GUIDANCE.match(self._raw_text(row, "axis")):
            return
        if TOTAL.match(fold(self._first_text(row))):
            self._note(row, 0, "Cette ligne de total n’est pas reprise.")
            return
        self._read_place(row)
        if not self._has_content(row):
            self._keep_place_alone(row)
        elif self.is_grid or self.has_measures:
            self._grid_row(row, title)
        elif "goal" in self.fields:
            self._goal_row(row)
        else:
            self._action_row(row, title)

    def _is_prose(self, row: int, cells: list[Value]) -> bool:
        """In a pasted text, a line of one cell beside a table of several is prose."""
        if not self.sheet.is_pasted or len(cells) > 1:
            return False
        return len(self.section.headers) > 2

    def _has_content(self, row: int) -> bool:
        """The line says something beyond its place in the plan."""
        return any(
            self.sheet.cell(row, c.index) != ""
            and (row, c.index) not in self.sheet.spilled
            and c.named.field not in LEVELS
            and text_of(self.sheet.cell(row, c.index))
            for c in self.columns
        )

    def _action_row(self, row: int, title: str) -> None:
        code, title = self._identity(row, title)
        content = self._raw_text(row, "description") or self._raw_text(row, "context")
        if not (code or title or content):
            self._fault(
                Level.ERROR,
                row,
                self.first.get("title", 0),
                "Cette ligne n’a ni numéro, ni intitulé, ni description.",
                "Compléter l’intitulé de l’action ; la ligne n’est pas importée.",
            )
            return
        known = self.gathered.by_code.get(code) if code else None
        if known:
            if self._same_action(known, row, title):
                self._fill(known, None, row)
                self._stand(known)
            return
        record = self._new_action(row, code, title)
        self._fill(record, None, row)

    def _same_action(self, known: ActionRecord, row: int, title: str) -> bool:
        """A number met again is the same action elsewhere, or a fault."""
        if not title or not known.text("title"):
            return True
        if fold(title) == fold(known.text("title")):
            return True
        first = self.gathered.content.sheets[known.sheet]
        self._fault(
            Level.ERROR,
            row,
            self.first.get("code", 0),
            f"Le numéro {known.text('code')} est déjà celui de « "
            f"{known.text('title')[:80]} » ({first}, ligne {known.row + 1}).",
            "Donner un autre numéro à l’une des deux ; cette ligne n’est pas importée.",
        )
        return False

    def _grid_row(self, row: int, title: str) -> None:
        code, title = self._identity(row, title)
        self._stand_on_action(row, code, title)
        measure_code, measure = self._measure_identity(row)
        if self.action is None:
            self._fault(
                Level.ERROR,
                row,
                self.first.get("indicator", self.first.get("measure", 0)),
                "L’action de cette ligne n’est pas dite.",
                "Ajouter une colonne « N° action », ou choisir l’action de destination.",
            )
            return
        if measure or measure_code:
            self._stand_on_measure(row, measure_code, measure)
        elif code or title:
            self.measure = None
        self._fill(self.action, self.measure, row)
        self._read_indicator(row)

    def _stand_on_action(self, row: int, code: str, title: str) -> None:
        if not code and not title:
            if self.action is None and self.setting.action_code:
                self.action = self._destination(row)
            return
        found = None
        if code:
            found = self.gathered.by_code.get(code)
        elif self.action and fold(self.action.text("title")) == fold(title):
            found = self.action
        else:
            found = self.gathered.by_title.get(fold(title))
        if found is None:
            found = self._new_action(row, code, title)
        if found is not self.action:
            self.action, self.measure = found, None
        self._stand(found)

    def _destination(self, row: int) -> ActionRecord:
        """The action that the person named for a grid without any."""
        code = self.setting.action_code
        record = self.gathered.by_code.get(code)
        if record is None:
            record = ActionRecord(self.number, row, {"code": self._given(code, row, 0)})
            self._add(record)
        if self.setting.measure_code:
            given = self._given(self.setting.measure_code, row, 0)
            self.measure = MeasureRecord(self.number, row, {"code": given})
            record.measures.append(self.measure)
        return record

    def _measure_identity(self, row: int) -> tuple[str, str]:
        code = values.read_code(self._value(row, "measure_code")).value or ""
        return code, values.tidy_title(self._value(row, "measure"))

    def _stand_on_measure(self, row: int, code: str, title: str) -> None:
        assert self.action is not None
        for known in self.action.measures:
            same_code = code and known.text("code") == code
            same_title = title and fold(known.text("title")) == fold(title)
            if same_code or (same_title and not (code and known.text("code"))):
                self.measure = known
                return
        given: dict[str, Given] = {}
        if code:
            given["code"] = self._given(code, row, self.first.get("measure_code", 0))
        if title:
            given["title"] = self._given(title, row, self.first.get("measure", 0))
        self.measure = MeasureRecord(self.number, row, given)
        self.action.measures.append(self.measure)

    def _identity(self, row: int, title: str) -> tuple[str, str]:
        """Number and title of the line's action, each possibly empty."""
        title = values.tidy_title(self._value(row, "title"))
        if "code" not in self.fields:
            if self.titles_give_codes and (match := TITLE_CODE.match(title)):
                return match["code"], match["title"].strip()
            return "", title
        reading = values.read_code(self._value(row, "code"))
        if reading.problem:
            self._problem(reading.problem, row, self.first["code"])
        return reading.value or "", title

    def _titles_give_codes(self) -> bool:
        """Titles such as «Action 36 : …» all carry a number, each its own."""
        if "code" in self.fields or "title" not in self.fields:
            return False
        index = self.first["title"]
        texts = [
            text
            for row in self.section.rows
            if (text := values.tidy_title(self.sheet.cell(row, index)))
            and not GUIDANCE.match(text)
        ]
        found = [match for text in texts if (match := TITLE_CODE.match(text))]
        labelled = sum(bool(LABELLED.match(text)) for text in texts)
        titles = {
            fold(text): match["code"] for text, match in zip(texts, found, strict=False)
        }
        distinct = len(set(titles.values())) == len(titles)
        return (
            bool(texts)
            and len(found) == len(texts)
            and distinct
            and (labelled > 0 or len(texts) > 1)
        )

    def _new_action(self, row: int, code: str, title: str) -> ActionRecord:
        record = ActionRecord(self.number, row)
        if code:
            index = self.first.get("code", self.first.get("title", 0))
            record.values["code"] = self._given(code, row, index)
        if title or "title" in self.fields:
            record.values["title"] = self._given(title, row, self.first.get("title", 0))
        self._add(record)
        self._stand(record)
        return record

    def _add(self, record: ActionRecord) -> None:
        self.gathered.content.actions.append(record)
        if code := record.text("code"):
            self.gathered.by_code.setdefault(code, record)
        if title := record.text("title"):
            self.gathered.by_title.setdefault(fold(title), record)

    def _stand(self, record: ActionRecord) -> None:
        place = self.place
        if not place.has_axis and not place.has_engagement:
            return
        self.gathered.see(place)
        if place not in record.places:
            record.places.append(place)
