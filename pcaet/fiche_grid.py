"""The year grid of indicators as paper shows it: bands of years, cells, notes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from indicators.enums import MISSING, Comparator, IndicatorKind
from indicators.models import Cell, Indicator, QuantityLine, Target
from indicators.templatetags.results import LABELS, SIGNS
from pcaet.lib.french import NARROW, french_number

# Year columns that hold 10-point text side by side on A4.
MOST_YEARS = 6
# Signs of a narrow cell; what is longer stands under the grid, in full width.
LONGEST_CELL = 320
# Signs by which a note names its indicator.
LONGEST_MENTION = 90

# Signs of a unit beside its figures: the target above says it whole.
LONGEST_UNIT = 26

KIND_LABELS = {
    IndicatorKind.REALISATION: "Indicateurs de réalisation",
    IndicatorKind.EFFECT: "Indicateurs d’effets",
    IndicatorKind.MARKER: "Repères chiffrés",
}


@dataclass(frozen=True, slots=True)
class Note:
    number: int
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class GridCell:
    """A year of an indicator, ready to print.

    Attributes:
        state: what names the hatch in the style sheet; nothing where no state is due.
        result: a line per quantity, then the text.
        notes: the numbers of the notes that go with the result.
    """

    target: str
    state: str
    result: list[str]
    attainment: object
    notes: list[int]

    @property
    def sign(self) -> str:
        return SIGNS[self.state] if self.state else ""

    @property
    def label(self) -> str:
        return LABELS[self.state] if self.state else ""


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator over the years of a band; ``headings`` stand above it."""

    headings: list[str]
    is_grouped: bool
    name: str
    details: str
    is_promised: bool
    cells: list[GridCell]


@dataclass(frozen=True, slots=True)
class Band:
    years: list[int]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Grid:
    """Indicators by kind, then in the order of the document.

    ``bands`` hold them all again for each run of years; a plan without years has one
    band without columns.
    """

    kinds: list[IndicatorKind]
    bands: list[Band]
    notes: list[Note]
    with_results: bool = True

    @property
    def title(self) -> str:
        return KIND_LABELS[self.kinds[0]] if len(self.kinds) == 1 else "Indicateurs"

    @property
    def is_promised(self) -> bool:
        return any(row.is_promised for band in self.bands for row in band.rows)


def grid_of(
    indicators: Sequence[Indicator],
    years: Sequence[int],
    *,
    missing_before: int,
    with_results: bool = True,
) -> Grid | None:
    """The grid of these indicators, if there are any.

    Args:
        missing_before: an empty result is called missing in the years before; it is
            left blank, to be filled by hand, from that year on.
        with_results: what was done stands under what was promised.
    """
    if not indicators:
        return None
    kinds = [kind for kind in IndicatorKind if any(i.kind == kind for i in indicators)]
    ordered = sorted(indicators, key=lambda i: kinds.index(IndicatorKind(i.kind)))
    if not (with_results or any(i.targets.all() for i in indicators)):
        years = []  # nothing stands in the cells: a list says it all
    builder = _Builder(missing_before, len(kinds) > 1, with_results)
    bands = builder.bands(ordered, years)
    return Grid(kinds, bands, builder.notes, with_results)


def runs_of_years(years: Sequence[int]) -> list[list[int]]:
    """Runs of at most ``MOST_YEARS``, as even as can be; one empty run for no year."""
    count = max(1, ceil(len(years) / MOST_YEARS))
    length = ceil(len(years) / count)
    return [list(years[i * length : (i + 1) * length]) for i in range(count)]


@dataclass(slots=True)
class _Builder:
    missing_before: int
    has_kinds: bool
    with_results: bool
    notes: list[Note] = field(default_factory=list)

    def bands(
        self, indicators: Sequence[Indicator], years: Sequence[int]
    ) -> list[Band]:
        names = [self._fit(indicator.name, "Indicateur") for indicator in indicators]
        headings = self._headings(indicators)
        return [
            Band(
                run,
                [
                    self._row(indicator, name, above, run, set(years))
                    for indicator, name, above in zip(
                        indicators, names, headings, strict=True
                    )
                ],
            )
            for run in runs_of_years(years)
        ]

    def _headings(self, indicators: Sequence[Indicator]) -> list[list[str]]:
        """What opens a kind or a group, above the first indicator of each."""
        found, kind, group = [], "", ""
        for indicator in indicators:
            above = []
            if self.has_kinds and indicator.kind != kind:
                above.append(KIND_LABELS[IndicatorKind(indicator.kind)])
                group = ""
            if indicator.group and indicator.group != group:
                above.append(indicator.group)
            kind, group = indicator.kind, indicator.group
            found.append(above)
        return found

    def _row(
        self,
        indicator: Indicator,
        name: str,
        headings: list[str],
        run: Sequence[int],
        years: set[int],
    ) -> Row:
        is_promised = any(target.year in years for target in indicator.targets.all())
        cells = [self._cell(cell) for cell in indicator.cells(run)]
        return Row(
            headings,
            bool(indicator.group),
            name,
            _details(indicator),
            is_promised,
            cells,
        )

    def _cell(self, cell: Cell) -> GridCell:
        about = f"{textwrap.shorten(cell.indicator.name, LONGEST_MENTION)}, {cell.year}"
        target = _stacked(cell.target) if cell.target else ""
        target = self._fit(target, f"{about}, cible")
        if not self.with_results:
            return GridCell(target, "", [], None, [])
        state = cell.state
        if state == MISSING and cell.year >= self.missing_before:
            state = ""
        result = [self._fit(text, f"{about}, résultat") for text in _result(cell)]
        comment = cell.result.comment if cell.result else ""
        notes = [self._note(about, comment)] if comment else []
        return GridCell(target, state, result, cell.attainment, notes)

    def _fit(self, text: str, about: str) -> str:
        """The text, or a reference to the note that holds it."""
        if len(text) <= LONGEST_CELL:
            return text
        start = textwrap.shorten(text, LONGEST_MENTION, placeholder="…")
        return f"{start} (note {self._note(about, text)})"

    def _note(self, about: str, text: str) -> int:
        self.notes.append(Note(len(self.notes) + 1, about, text))
        return len(self.notes)


def _details(indicator: Indicator) -> str:
    """The unit and the source of the figure, where the name does not say them."""
    unit = indicator.unit if indicator.unit not in indicator.name else ""
    parts = [("Unité", unit), ("Source", indicator.source)]
    return " ; ".join(f"{name} : {text}" for name, text in parts if text)


def _stacked(target: Target) -> str:
    """The text adopted, on a new line where only a space parts two quantities."""
    text = target.text
    for quantity in list(target.quantities.all())[:-1]:
        parted = re.compile(rf"({re.escape(quantity.unit)}) (?=[0-9])")
        text = parted.sub(r"\1\n", text, count=1) if quantity.unit else text
    return text


def _result(cell: Cell) -> list[str]:
    lines = [_quantity(line) for line in cell.lines] if cell.has_values else []
    text = cell.result.text if cell.result else ""
    return [*lines, text] if text else lines


def _quantity(line: QuantityLine) -> str:
    """«2 / 3 matinales»: what was done, then what was promised."""
    done = "–" if line.value is None else french_number(line.value)
    unit = textwrap.shorten(line.unit, LONGEST_UNIT, placeholder="…")
    if unit:
        unit = f"{NARROW if unit.startswith('%') else ' '}{unit}"
    if line.quantity is None:
        return done + unit
    comparator = Comparator(line.quantity.comparator)
    words = "" if comparator == Comparator.EQUAL else f"{comparator.label} "
    return f"{done} / {words}{french_number(line.quantity.value)}{unit}"
