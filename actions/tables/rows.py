"""From the rows of tables to records: each value with its cell, each fault said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaet.lib.numbers import plain, read_number
from pcaet.lib.tables.layout import Section
from pcaet.lib.tables.sheet import Value, text_of

from . import values
from .columns import Column
from .folding import fold
from .organisations import OrganisationReader
from .prose import Described, described
from .realign import realigned
from .records import (
    ActionRecord,
    Content,
    Fault,
    Given,
    GoalRecord,
    IndicatorRecord,
    Level,
    MeasureRecord,
    Place,
)
from .values import Problem, Reading

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
LEVELS = ("axis", "axis_code", "engagement", "engagement_code", "reference_engagement")
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
# Says that there is no such level; an empty cell carries the one above.
NO_LEVEL = {"-", "–", "—"}
LISTS = {
    "indicators_realisation": "realisation",
    "indicators_effect": "effect",
    "indicators_marker": "marker",
}
# Whatever their columns, a complement ends the description, and effects follow
# realisations.
READ_LAST = {"complement": 1, **{name: rank for rank, name in enumerate(LISTS, 2)}}
TEXTS = {"title", "context", "description", "consultation", "impact_objective"}
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

# The lines by which the template of Territoires en Transitions explains itself.
GUIDANCE = re.compile(
    r"^(?:champ (?:texte|liste|num[ée]rique|date|binaire)|texte court de 300 caract"
    r"|action 1 - assurer la coordination de la transition [ée]cologique\s*\(ou\)"
    r"|si vos axes sont num[ée]rot[ée]s)",
    re.IGNORECASE,
)
TOTAL = re.compile(r"^(?:sous-)?total(?:\s|$|x)")
SHEET_OF_LEVEL = re.compile(
    r"^(?P<label>[A-Za-zÀ-ÿ]{3,20})\s+(?P<code>[0-9]{1,2}|[A-Z])$"
)
BANNER = re.compile(
    r"^(?P<level>axe|domaine|volet|orientation|engagement|objectif)s?\b", re.IGNORECASE
)
TITLE_CODE = re.compile(
    r"^(?:(?:fiche[- ])?(?:action|levier|fiche)\s*(?:n[°º]\s*)?)?"
    r"(?P<code>[A-Z]{0,3}[0-9]{1,3}(?:[.-][0-9]{1,3})*)\.?"
    r"(?:\s*[:–—|-]\s*|\s+|(?<=\.)\s*)(?P<title>\D.*)$",
    re.IGNORECASE | re.DOTALL,
)
LABELLED = re.compile(r"^(?:fiche[- ])?(?:action|levier|fiche)\b", re.IGNORECASE)


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


class SectionReader:
    """Reads one table into the records gathered so far."""

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
        self.catalogue = self._catalogue() if self._cites_references else ""
        self.titles_give_codes = self._titles_give_codes()
        self.readers = self._readers()
        self.of_measure = self._columns_of_measures()
        # What the lines above left standing.
        self.place = self._place_of_sheet()
        self.place_from_sheet = self.place
        self.action: ActionRecord | None = None
        self.measure: MeasureRecord | None = None
        # The action that the line at hand speaks of.
        self.current: ActionRecord | None = None
        self.listed: set[tuple[int, str, str]] = set()

    # Rows -------------------------------------------------------------------------

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

    def _is_banner(self, row: int, cells: list[Value]) -> bool:
        """«AXE 2 : MOBILITÉ» alone on its line opens what follows."""
        if len({value for value in cells if value != ""}) != 1:
            return False
        filled = {text_of(v): col for col, v in enumerate(cells) if v != ""}
        (text, col), *_ = filled.items()
        match = BANNER.match(text)
        spread = len([value for value in cells if value != ""]) > 1
        in_level = any(c.index == col and c.named.field in LEVELS for c in self.columns)
        if not match or (in_level and not spread) or len(text) > values.LONGEST_LEVEL:
            return False
        code, words = values.split_level(text)
        if (
            fold(match["level"]) in {"engagement", "objectif"}
            and "axis" not in self.fields
        ):
            self.place = Place(self.place.axis_code, self.place.axis_title, code, words)
        elif self.fields & {"axis", "reference_engagement"}:
            return False
        else:
            self.place = Place(code, words)
        self.place_from_sheet = self.place
        self.action = self.measure = None
        return True

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

    # Actions ----------------------------------------------------------------------

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

    # Places -----------------------------------------------------------------------

    def _place_of_sheet(self) -> Place:
        """A sheet named «Domaine 3» is that level, where no column gives it."""
        match = SHEET_OF_LEVEL.match(self.sheet.name.strip())
        if not match or "axis" in self.fields:
            return Place()
        label = fold(match["label"])
        if label not in {"axe", "domaine", "volet", "orientation", "enjeu", "ambition"}:
            return Place()
        self.gathered.content.labels.setdefault("axis", match["label"])
        return Place(match["code"])

    def _read_place(self, row: int) -> None:
        if self._is_template and not self._raw_text(row, "axis"):
            self.place = Place()
            return
        axis = self._level(row, "axis", "axis_code")
        engagement = self._level(row, "engagement", "engagement_code")
        reference = self._raw_text(row, "reference_engagement")
        if axis[1] in NO_LEVEL:
            self.place = Place()
            return
        if not (any(axis) or any(engagement) or reference):
            return
        above = self.place
        if not any(axis):
            axis = (above.axis_code, above.axis_title)
        changed = axis != (above.axis_code, above.axis_title)
        if reference and not any(engagement):
            code, title = values.split_level(reference)
            if not any(axis) and code:
                axis = (code.partition(".")[0], "")
            self.place = Place(*axis, code, title, is_reference=True)
        elif engagement[1] in NO_LEVEL:
            self.place = Place(*axis)
        elif any(engagement):
            self.place = Place(*axis, *engagement)
        elif changed or not self.fields & {"engagement", "engagement_code"}:
            self.place = Place(*axis)
        if self.place != above and self._starts_anew(row):
            self.action = self.measure = None

    def _starts_anew(self, row: int) -> bool:
        return not self._raw_text(row, "title") and not self._raw_text(row, "code")

    @property
    def _is_template(self) -> bool:
        """In the template of Territoires en Transitions, an empty axis is the root."""
        return any(fold(c.header) == "axe (x)" for c in self.columns)

    def _level(self, row: int, words: str, number: str) -> tuple[str, str]:
        text = self._raw_text(row, words)
        given = " ".join(self._raw_text(row, number).split())
        if given and given not in NO_LEVEL:
            code = values.split_level(given)[0] or given
            return code[: values.LONGEST_CODE], text[: values.LONGEST_LEVEL]
        return values.split_level(text)

    def _keep_place_alone(self, row: int) -> None:
        """A level that no action follows stands in the plan all the same."""
        if self.place.has_engagement:
            self.gathered.see(self.place)

    # Cells ------------------------------------------------------------------------

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

    def _given(self, value: Any, row: int, col: int) -> Given:
        return Given(value, self.number, row, col)

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
        found |= dict.fromkeys(ROLE_COLUMNS, self._role)
        found |= dict.fromkeys(LISTS, self._indicator_list)
        return found

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

    # Roles ------------------------------------------------------------------------

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

    def _raw_cell(self, row: int, col: int) -> str:
        return text_of(self.sheet.cell(row, col))

    @staticmethod
    def _names(cell: str, organisation: str) -> bool:
        return fold(organisation) in fold(cell)

    # References -------------------------------------------------------------------

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

    # Indicators -------------------------------------------------------------------

    def _indicator_list(
        self, owner: Any, column: Column, row: int, value: Value
    ) -> None:
        """«Evolution du nombre :» opens a group; each line is an indicator."""
        text = values.tidy_text(value)
        group = ""
        holder = self.measure if self.measure is not None else owner
        # A merged cell is met once a line.
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

    # Goals ------------------------------------------------------------------------

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

    # Faults -----------------------------------------------------------------------

    def _problem(self, problem: Problem, row: int, col: int) -> None:
        self._fault(problem.level, row, col, problem.message, problem.remedy)

    def _note(self, row: int, col: int, message: str) -> None:
        self._fault(Level.NOTE, row, col, message, "")

    def _fault(
        self, level: Level, row: int, col: int, message: str, remedy: str
    ) -> None:
        value = text_of(self.sheet.cell(row, col))[:300]
        self.gathered.fault(Fault(level, self.number, row, col, value, message, remedy))


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
