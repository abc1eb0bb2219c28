"""The printed review, made of its rows alone: a closed one prints the same for ever.

No query of its own but those of ``rows_of()`` and of the authority's brand, no HTTP.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.text import slugify

from actions.enums import PlanKind
from actions.models import Brand
from actions.state import ALL_STATES, BLOCKED, LATE, NOT_REACHED, PAUSED, ActionState
from indicators.enums import MISSING, Comparator, RowKind
from indicators.models import Review
from indicators.review_rows import AMOUNTS, Content, Row, rows_of
from indicators.summaries import Tally
from indicators.templatetags.results import SIGNS, exact, iso_day, told

from .booklet import Tell, keep_quiet, lay_out
from .budget import Money
from .fiche import LONGEST_ROW
from .fiche_grid import (
    LONGEST_CELL,
    LONGEST_MENTION,
    Band,
    Grid,
    GridCell,
    Note,
    runs_of_years,
)
from .fiche_grid import Row as GridRow
from .lib.documents import Cover, Entry
from .lib.french import NARROW, french_euros, french_number, plural_of
from .templatetags.french import title_lines

TEMPLATE = "print/review.html"

# Code de l’environnement, article R. 229-51: a PCAET reports after three years.
YEARS_OF_PCAET_REPORT = 3
# The states of which a review owes an explanation.
PRESSING = {state.code for state in (LATE, BLOCKED, PAUSED, NOT_REACHED)}
# Editions of format 1 keep the label alone.
STATES_BY_LABEL = {state.label: state for state in ALL_STATES}
# What a sheet of format 1 does not say.
NO_MONEY: Content = {"words": "", "low": None, "high": None, "uncertain": False}
# Lines of a row that stays in one piece.
MOST_GAPS = 15
# What is said of a result that the officer has not accepted.
UNREAD = "Non validé"
PLACE_SEPARATOR = " › "


def render_review(
    review: Review, edition: int | None = None, *, tell: Tell | None = None
) -> bytes:
    """The PDF of a review as it stands, or of one of its closed editions.

    Args:
        tell: called as the pages are laid out, with their share of the work.

    Raises:
        pcaet.lib.pdf.PdfUnavailableError: naming the Debian packages to install.
    """
    document = ReviewDocument.of(review, edition)
    brand = Brand.of(review.plan.authority)
    context = {"document": document, "brand": brand, "cover": document.cover(brand)}
    return lay_out(render_to_string(TEMPLATE, context), brand.theme, tell or keep_quiet)


@dataclass(frozen=True, slots=True)
class Figure:
    """What was promised for a year, and what was done."""

    content: Content

    @property
    def is_told(self) -> bool:
        """Somebody promised or did something; else it is only expected."""
        return bool(self.content["target"]) or self.is_filled

    @property
    def is_filled(self) -> bool:
        return bool(self.result) or self.state not in ("", MISSING)

    @property
    def state(self) -> str:
        return str(self.content["state"])

    @property
    def sign(self) -> str:
        return SIGNS.get(self.state, "")

    @property
    def result(self) -> list[str]:
        """A line per quantity, where one has a value, then the text."""
        lines = map(_quantity, told(self.content["quantities"]))
        return [*lines, *filter(None, [self.content["result"]])]

    @property
    def is_long(self) -> bool:
        texts = (self.content["target"], self.content["comment"], *self.result)
        return sum(map(len, texts)) > LONGEST_ROW


@dataclass(frozen=True, slots=True)
class Run:
    """Figures under the same measure and lead-in."""

    heading: str
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Sheet:
    """An action in the review, with its figures of the years and of all years."""

    content: Content
    figures: list[Figure] = field(default_factory=list)
    grids: list[Content] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"action-{slugify(self.code)}"

    @property
    def code(self) -> str:
        return str(self.content["code"])

    @property
    def title(self) -> str:
        """On one line, even where the document gives a list as title."""
        return " ; ".join(title_lines(self.content["title"]))

    @property
    def pilots(self) -> str:
        return ", ".join(self.content["pilots"])

    @property
    def state(self) -> ActionState:
        standing = self.content.get("standing")
        if standing:
            return ActionState(**standing)
        return STATES_BY_LABEL[self.content["state"]]

    @property
    def told(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.is_told]

    @property
    def runs(self) -> list[Run]:
        """What is told, under the measure and the lead-in that it stands under."""
        runs = groupby(self.told, key=lambda figure: _heading(figure.content))
        return [Run(heading, list(figures)) for heading, figures in runs]

    @property
    def grid(self) -> Grid:
        """What is told of several years, a column for each."""
        runs = groupby(self.told, key=lambda figure: _name_of(figure.content))
        rows = [[figure.content for figure in figures] for _name, figures in runs]
        return _grid([{**cells[0], "cells": cells} for cells in rows])

    @property
    def is_long(self) -> bool:
        return len(self.content["answer"]) > LONGEST_ROW

    @property
    def missing(self) -> list[Figure]:
        return [figure for figure in self.figures if not figure.is_filled]

    @property
    def gaps(self) -> list[tuple[str, str]]:
        """The indicators without a result, each with the years that want one."""
        runs = groupby(self.missing, key=lambda figure: _name_of(figure.content))
        return [
            (name, ", ".join(str(figure.content["year"]) for figure in figures))
            for (_heading, name), figures in runs
        ]

    @property
    def owed_by(self) -> str:
        """Those who lead what has no result."""
        known = self.content["pilots"]
        named = (figure.content.get("pilots") or known for figure in self.missing)
        return ", ".join(dict.fromkeys(name for names in named for name in names))

    @property
    def has_many_gaps(self) -> bool:
        return len(self.gaps) > MOST_GAPS

    @property
    def is_pressing(self) -> bool:
        return self.state.code in PRESSING

    @property
    def is_detailed(self) -> bool:
        """Whether it has more to say than a line of the list."""
        words = self.content["answer"] and not self.is_pressing
        return bool(self.told or words or self.steps or self.content["notes"])

    @property
    def steps(self) -> list[Content]:
        return [step for step in self.content["milestones"] if step["done"]]

    @property
    def money(self) -> Content:
        return {**NO_MONEY, **self.content.get("money", {})}

    @property
    def estimate(self) -> str:
        """The budget in the words of the plan, else the amounts that it gives."""
        money = self.money
        bounds = [exact(money[name]) for name in ("low", "high")]
        known = dict.fromkeys(french_euros(b) for b in bounds if b is not None)
        amounts = " à ".join(known)
        if amounts and money["uncertain"]:
            amounts += ", montant incertain"
        return money["words"] or amounts

    @property
    def amounts(self) -> Money:
        return Money(**{name: exact(self.money.get(name)) for name in AMOUNTS})

    @property
    def has_money(self) -> bool:
        return bool(self.estimate) or self.amounts.is_known

    @property
    def tally(self) -> Tally:
        return _tally(self.figures)


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of the plan, with what is said of it.

    ``level`` and ``name`` are its heading: «Axe 5», «Gouvernance participative».
    """

    rank: int
    level: str
    name: str
    comment: str = ""
    sheets: list[Sheet] = field(default_factory=list)

    @property
    def heading(self) -> str:
        return " – ".join(filter(None, [self.level, self.name]))

    @property
    def anchor(self) -> str:
        return f"axe-{self.rank}"

    @property
    def chart(self) -> str:
        """The name of its own drawing; its anchor names that of the summary."""
        return f"part-{self.rank}"

    @property
    def tally(self) -> Tally:
        return _tally(figure for sheet in self.sheets for figure in sheet.figures)

    @property
    def states(self) -> list[tuple[ActionState, int]]:
        """How many of its actions are in each state, the most pressing first."""
        codes = [sheet.state.code for sheet in self.sheets]
        counts = ((state, codes.count(state.code)) for state in ALL_STATES)
        return [(state, count) for state, count in counts if count]

    @property
    def late(self) -> int:
        return sum(sheet.state.code == LATE.code for sheet in self.sheets)

    @property
    def detailed(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.is_detailed]

    @property
    def listed(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if not sheet.is_detailed]

    @property
    def pressing(self) -> list[Sheet]:
        found = [sheet for sheet in self.sheets if sheet.is_pressing]
        return sorted(found, key=lambda sheet: sheet.state.order)

    @property
    def is_led(self) -> bool:
        """Somebody pilots one of the actions that are only listed."""
        return any(sheet.pilots for sheet in self.listed)

    @property
    def is_explained(self) -> bool:
        return any(sheet.content["answer"] for sheet in self.pressing)

    @property
    def funded(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.has_money]

    @property
    def is_estimated(self) -> bool:
        """The plan gives some of its actions a budget."""
        return any(sheet.estimate for sheet in self.sheets)

    @property
    def money(self) -> Money:
        return _added(sheet.amounts for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Year:
    """What was promised for a year of the plan, and what became of it."""

    label: str
    tally: Tally


@dataclass(frozen=True)
class ReviewDocument:
    """A review ready to print.

    Attributes:
        plan: the row that speaks of the whole plan.
        edition: the closed edition that is printed; 0 while it is being written.
    """

    plan: Content
    axes: list[Axis]
    edition: int

    @classmethod
    def of(cls, review: Review, edition: int | None = None) -> ReviewDocument:
        rows = rows_of(review, edition)
        closed = review.edition if review.is_closed else 0
        return cls(rows[0].content, _axes(rows), edition or closed)

    @property
    def title(self) -> str:
        """«Bilan annuel 2017», «Bilan à mi-parcours 2015–2017»."""
        period = self.plan["period"]
        if "–" not in period:
            return f"Bilan annuel {period}"
        name = "Bilan à mi-parcours" if self.is_pcaet_report else "Bilan"
        return f"{name} {period}"

    @property
    def is_pcaet_report(self) -> bool:
        """The report that the law asks of a PCAET."""
        years = len(self.plan.get("years", ()))
        is_pcaet = self.plan.get("kind") == PlanKind.PCAET
        return is_pcaet and years == YEARS_OF_PCAET_REPORT

    @property
    def printed(self) -> str:
        day = iso_day(self.plan["as_of"])
        if self.edition:
            again = f", édition {self.edition}" if self.edition > 1 else ""
            return f"{self.title} · arrêté le {day}{again}"
        return f"{self.title} · document provisoire, situation au {day}"

    def cover(self, brand: Brand) -> Cover:
        day = iso_day(self.plan["as_of"])
        facts = [
            ("Période du plan", self.plan.get("plan_period", "")),
            ("Arrêté le", day if self.edition else ""),
            ("Édition", str(self.edition) if self.edition > 1 else ""),
            ("Document provisoire", "" if self.edition else f"situation au {day}"),
        ]
        return Cover(
            brand, self.plan["authority"], self.title, self.plan["title"], "", facts
        )

    @property
    def entries(self) -> list[Entry]:
        """The contents, in the order of the pages."""
        entries = [Entry("essentiel", "L’essentiel")]
        if self.plan["introduction"]:
            entries.insert(0, Entry("introduction", "Introduction"))
        for axis in self.axes:
            entries.append(Entry(axis.anchor, axis.heading))
            entries += [Entry(s.anchor, s.title, 3, s.code) for s in axis.detailed]
        entries.append(Entry("manquant", "Données manquantes"))
        if self.grids:
            entries.append(Entry("grille", "Annexe 1 : grille des indicateurs"))
        if self.method:
            entries.append(Entry("methode", f"{self.method_title} : méthode de calcul"))
        return entries

    @property
    def method_title(self) -> str:
        return "Annexe 2" if self.grids else "Annexe 1"

    @property
    def method(self) -> list[tuple[str, str]]:
        return list(self.plan.get("method", ()))

    @cached_property
    def sheets(self) -> list[Sheet]:
        return [sheet for axis in self.axes for sheet in axis.sheets]

    @property
    def has_axes(self) -> bool:
        return len(self.axes) > 1

    @cached_property
    def whole(self) -> Axis:
        """The plan as one part."""
        return Axis(0, "", self.plan["title"], sheets=self.sheets)

    @property
    def evolution(self) -> list[Year]:
        """The years of the plan up to the review, where there are several."""
        years = [
            Year(str(year["year"]), _kept_tally(year))
            for year in self.plan.get("evolution", ())
        ]
        return years if len(years) > 1 else []

    @property
    def has_several_years(self) -> bool:
        return len({f.content["year"] for s in self.sheets for f in s.figures}) > 1

    @property
    def lacks(self) -> list[tuple[str, list[Sheet]]]:
        """What sheets lack, with the actions that lack it."""
        labels = [label for s in self.sheets for label in s.content.get("lacks", ())]
        return [
            (label, [s for s in self.sheets if label in s.content.get("lacks", ())])
            for label in dict.fromkeys(labels)
        ]

    @property
    def unfilled(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.missing]

    @cached_property
    def grids(self) -> list[tuple[Sheet, Grid]]:
        """The indicators of each action over all the years that say something."""
        told = ((s, [g for g in s.grids if g["cells"]]) for s in self.sheets)
        last = int(self.plan["period"].split("–")[-1])
        return [(sheet, _grid(grids, last)) for sheet, grids in told if grids]


# From rows to parts ------------------------------------------------------------------


def _axes(rows: Sequence[Row]) -> list[Axis]:
    """Each axis with its sheets; a plan without axes has one, named by its actions."""
    plan = rows[0].content
    axes: list[Axis] = []
    for row in rows[1:]:
        content = row.content
        if row.kind == RowKind.AXIS:
            axes.append(_axis(len(axes), content, plan))
        elif row.kind == RowKind.SHEET:
            if "format" not in plan:
                _open_axis(axes, content)
            elif not axes:
                axes.append(Axis(0, "", plural_of(plan["action_label"])))
            axes[-1].sheets.append(Sheet(content))
        elif row.kind == RowKind.FIGURE:
            axes[-1].sheets[-1].figures.append(Figure(content))
        elif row.kind == RowKind.GRID:
            axes[-1].sheets[-1].grids.append(content)
    return axes


def _axis(rank: int, content: Content, plan: Content) -> Axis:
    """A code alone is told by its level: «Domaine 1»."""
    if not content["code"]:
        return Axis(rank, "", "Hors axe", content["comment"])
    level = f"{plan['axis_label']} {content['code']}"
    if content["title"]:
        return Axis(rank, level, content["title"], content["comment"])
    return Axis(rank, "", level, content["comment"])


def _open_axis(axes: list[Axis], sheet: Content) -> None:
    """An edition of format 1 tells the axis in the places of its sheets alone."""
    places = sheet["places"]
    name = places[0].split(PLACE_SEPARATOR)[0] if places else "Hors axe"
    if not axes or axes[-1].name != name:
        axes.append(Axis(len(axes), "", name))


def _tally(figures: Iterable[Figure]) -> Tally:
    tally = Tally()
    for figure in figures:
        content = figure.content
        if not content["target"]:
            continue
        tally.expected += 1
        if figure.is_filled:
            tally.states[figure.state] += 1
        if content["attainment"] is not None:
            tally.assessed += 1
            tally.attained += Decimal(content["attainment"])
    return tally


def _kept_tally(counts: Content) -> Tally:
    attainment = exact(counts["attainment"]) or Decimal(0)
    tally = Tally(counts["expected"], assessed=counts["assessed"])
    tally.attained = attainment * tally.assessed
    for state, count in counts["states"].items():
        tally.states["" if state == "unsaid" else state] += count
    return tally


def _added(moneys: Iterable[Money]) -> Money:
    total = Money()
    for money in moneys:
        total.add(money)
    return total


def _quantity(line: Content) -> str:
    """«2 / 3 matinales»: what was done, or that nobody said it, then the promise."""
    value = line["value"]
    done = "non saisi" if value is None else french_number(Decimal(value))
    unit = str(line["unit"])
    if unit:
        unit = f"{NARROW if unit.startswith('%') else ' '}{unit}"
    if line["promised"] is None:
        return done + unit
    comparator = Comparator(line["comparator"])
    words = "" if comparator == Comparator.EQUAL else f"{comparator.label} "
    return f"{done} / {words}{french_number(Decimal(line['promised']))}{unit}"


# Years side by side -------------------------------------------------------------------


def _grid(contents: Sequence[Content], last: int | None = None) -> Grid:
    """Indicators by years. A result after ``last`` is not missing: it is to come."""
    notes: list[Note] = []
    years = sorted({cell["year"] for c in contents for cell in c["cells"]})
    bands = [
        Band(run, [*_rows(contents, run, notes, last)]) for run in runs_of_years(years)
    ]
    return Grid([], bands, notes)


def _rows(
    contents: Sequence[Content],
    run: Sequence[int],
    notes: list[Note],
    last: int | None,
) -> Iterator[GridRow]:
    for heading, group in groupby(contents, key=_heading):
        for rank, content in enumerate(group):
            cells = {cell["year"]: Figure(cell) for cell in content["cells"]}
            name = content["indicator"]
            yield GridRow(
                headings=[heading] if heading and not rank else [],
                is_grouped=bool(heading),
                name=name,
                details=_details(content),
                is_promised=any(cell["target"] for cell in content["cells"]),
                cells=[
                    _grid_cell(name, cells[year], notes, last)
                    if year in cells
                    else GridCell("", "", [], None, [])
                    for year in run
                ],
            )


def _heading(content: Content) -> str:
    return " – ".join(filter(None, [content["measure"], content["group"]]))


def _name_of(content: Content) -> tuple[str, str]:
    return _heading(content), content["indicator"]


def _details(content: Content) -> str:
    """The unit and the source of the figure, where the name does not say them."""
    unit = content.get("unit", "")
    parts = [
        ("Unité", "" if unit in content["indicator"] else unit),
        ("Source", content.get("source", "")),
    ]
    return " ; ".join(f"{name} : {text}" for name, text in parts if text)


def _grid_cell(
    name: str, figure: Figure, notes: list[Note], last: int | None
) -> GridCell:
    content = figure.content
    is_to_come = last is not None and content["year"] > last
    about = f"{textwrap.shorten(name, LONGEST_MENTION)}, {content['year']}"
    result = [_fit(line, f"{about}, résultat", notes) for line in figure.result]
    if figure.is_filled and not content["validated"]:
        result.append(UNREAD)
    target = _fit(content["target"], f"{about}, cible", notes)
    if content["comment"]:
        notes.append(Note(len(notes) + 1, about, content["comment"]))
    return GridCell(
        target,
        "" if is_to_come and figure.state == MISSING else figure.state,
        result,
        exact(content["attainment"]),
        [len(notes)] if content["comment"] else [],
    )


def _fit(text: str, about: str, notes: list[Note]) -> str:
    """The text, or its first words and the number of the note that holds it."""
    if len(text) <= LONGEST_CELL:
        return text
    notes.append(Note(len(notes) + 1, about, text))
    start = textwrap.shorten(text, LONGEST_MENTION, placeholder="…")
    return f"{start} (note {len(notes)})"
