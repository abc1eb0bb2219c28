"""The axis and the engagement under which each line stands."""

from __future__ import annotations

import re

from pcaet.lib.tables.sheet import Value, text_of

from . import values
from .folding import fold
from .records import Place
from .section import LEVELS, SectionCells

# Says that there is no such level; an empty cell carries the one above.
NO_LEVEL = {"-", "–", "—"}
SHEET_OF_LEVEL = re.compile(
    r"^(?P<label>[A-Za-zÀ-ÿ]{3,20})\s+(?P<code>[0-9]{1,2}|[A-Z])$"
)
BANNER = re.compile(
    r"^(?P<level>axe|domaine|volet|orientation|engagement|objectif)s?\b", re.IGNORECASE
)


class PlaceCells(SectionCells):
    """Keeps the levels that the lines above left standing."""

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
        self.action = self.measure = None
        return True

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
