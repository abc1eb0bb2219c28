"""A booklet of sheets: cover, contents, parts with their figures, index, glossary."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from math import ceil
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from actions.models import Brand, Organisation, Plan
from pcaet.lib.documents import Cover, Entry
from pcaet.lib.french import counted, french_date, plural_of
from pcaet.lib.pdf import Step, Theme, pdf_of
from pcaet.lib.text import fold

from .fiche import (
    Fiche,
    actions_to_print,
    authority_name,
    own_name,
    read_period,
    title_with_years,
)
from .glossary import Term, glossary_of
from .outline import Row
from .selection import Part, Selection
from .templatetags.french import unshout

TEMPLATE = "pcaet/booklet.html"
SHEET_TEMPLATE = "pcaet/_fiche.html"

# Sheets of one file: some 700 MB of memory and a minute of work.
MOST_SHEETS = 200
# Actions read at a time: enough for few queries, few enough for the memory.
READ_AT_ONCE = 50
# Signs of a title in the contents; the sheet has it whole.
LONGEST_ENTRY = 150

# When the sheets are written, in percent of the time of the work, then when each step
# begins and ends: measured on the five plans.
WRITTEN = 5
STEPS = {
    Step.STYLING: (10, 20, "Mise en forme"),
    Step.BOXING: (20, 30, "Mise en forme"),
    Step.LAYING_OUT: (30, 60, "Mise en page"),
    Step.WRITING: (75, 100, "Écriture du fichier"),
}
# A sheet makes a page, and one more for so many signs of HTML: what the pages of the
# five plans are within a tenth.
SHEET_OPENING = '<article class="fiche"'
SIGNS_BY_PAGE = 8000

# Takes the share done, in percent, and what is being done.
Tell = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chose to print.

    Attributes:
        query: the filters, as the address of the plan's page writes them.
        years: «2017» or «2015-2017»; every year where nothing is said.
        results: whether results stand beside the targets.
        notes: whether each sheet ends on blank lines.
        session: the meeting for which it is printed, as the cover says it.
        volume: the rank of the file, where there are several; 0 for a single one.
    """

    query: str = ""
    years: str = ""
    results: bool = True
    notes: bool = False
    session: str = ""
    volume: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def period(self) -> range:
        """Raises pcaet.fiche.PeriodError where the years cannot be read."""
        return read_period(self.years)


@dataclass(frozen=True, slots=True)
class IndexLine:
    """A pilot and what it leads, in the order of the pages."""

    name: str
    rows: Sequence[Row]


def render_booklet(
    plan: Plan, options: Options, *, printed_on: date, tell: Tell | None = None
) -> bytes:
    """The PDF of what the options choose in the plan.

    Args:
        tell: called as the work goes on, with its share in percent and its words.

    Raises:
        pcaet.fiche.PeriodError: the years cannot be read.
        pcaet.lib.pdf.PdfUnavailableError: naming the Debian packages to install.
    """
    return draw(Booklet(plan, options, printed_on), TEMPLATE, tell or keep_quiet)


def draw(booklet: Booklet, template: str, tell: Tell) -> bytes:
    """Write the sheets of a booklet, lay them out and make its file."""
    booklet.write(tell)
    html = render_to_string(template, {"booklet": booklet, "plan": booklet.plan})
    return lay_out(html, booklet.brand.theme, tell)


def lay_out(html: str, theme: Theme, tell: Tell) -> bytes:
    """The file of a long document, told step by step."""
    expected = html.count(SHEET_OPENING) + ceil(len(html) / SIGNS_BY_PAGE)
    return pdf_of(
        html,
        theme=theme,
        on_step=lambda step, page: _tell_step(tell, step, page, expected),
    )


class Booklet:
    """What a booklet prints, on the day it is printed."""

    def __init__(self, plan: Plan, options: Options, printed_on: date) -> None:
        self.plan = plan
        self.options = options
        self.printed_on = printed_on
        self.brand = Brand.of(plan.authority)
        whole = Selection.of(plan, options.query, printed_on)
        self.volumes = whole.volumes(MOST_SHEETS)
        self.selection = self.volumes[options.volume - 1] if options.volume else whole
        # The sheets as HTML, by action.
        self.sheets: dict[int, SafeString] = {}

    def write(self, tell: Tell) -> None:
        """Write the HTML of every sheet. The queries grow with batches of actions."""
        total = len(self.selection.rows)
        period = self.options.period
        for done, action in enumerate(self._actions(), start=1):
            fiche = Fiche(
                action,
                self.printed_on,
                period,
                with_results=self.options.results,
                with_notes=self.options.notes,
            )
            context = {"fiche": fiche, "plan": self.plan}
            self.sheets[action.pk] = render_to_string(SHEET_TEMPLATE, context)
            tell(WRITTEN * done // total, f"Fiches préparées : {done} sur {total}")

    def _actions(self) -> Iterator[Any]:
        keys = [row.action.pk for row in self.selection.rows]
        for at in range(0, len(keys), READ_AT_ONCE):
            batch = keys[at : at + READ_AT_ONCE]
            yield from actions_to_print().filter(pk__in=batch)

    @property
    def parts(self) -> list[tuple[Part, list[SafeString]]]:
        """Each part with its sheets, in the order of the pages."""
        return [
            (part, [self.sheets[row.action.pk] for row in part.rows])
            for part in self.selection.parts
        ]

    @property
    def authority(self) -> str:
        return authority_name(self.plan)

    @property
    def plan_title(self) -> str:
        return title_with_years(self.plan)

    @property
    def kind(self) -> str:
        return f"Livret des {plural_of(self._label)}"

    @property
    def name(self) -> str:
        """What tells it from the other documents of the plan."""
        return " – ".join(filter(None, [self.kind, self.subtitle]))

    @property
    def _label(self) -> str:
        label = self.plan.action_label
        return label[:1].lower() + label[1:]

    @property
    def cover(self) -> Cover:
        return Cover(
            brand=self.brand,
            authority=self.authority,
            kind=self.kind,
            title=unshout(self.plan.title, self.plan),
            subtitle=self.subtitle,
            facts=[
                ("Période", self.plan.period),
                ("Contenu", self._content),
                ("Années", self.options.years.replace("-", "–")),
                ("Séance", self.options.session),
                ("Imprimé le", french_date(self.printed_on)),
            ],
        )

    @property
    def _content(self) -> str:
        count = counted(len(self.selection.rows), self._label, plural_of(self._label))
        return count if self.options.results else f"{count}, sans les résultats"

    @property
    def subtitle(self) -> str:
        """The filters, and the volume with its part where there are several."""
        said = [self.selection.scope]
        if self.options.volume:
            rank = f"Volume {self.options.volume} sur {len(self.volumes)}"
            name = self.selection.parts[0].full_name
            said.append(" – ".join(filter(None, [rank, name])))
        return " · ".join(filter(None, said))

    @cached_property
    def contents(self) -> list[Entry]:
        entries = [e for part in self.selection.parts for e in self._entries(part)]
        if self.index:
            entries.append(Entry("index", "Index des pilotes"))
        if self.glossary:
            entries.append(Entry("sigles", "Sigles"))
        return entries

    def _entries(self, part: Part) -> Iterator[Entry]:
        if part.axis:
            yield Entry(part.anchor, self._place(part.name, part.title))
        for group in part.groups:
            if group.engagement:
                label = f"{self.plan.engagement_label} {group.engagement.code}".strip()
                place = self._place(label, group.engagement.title)
                yield Entry(_anchor(group.rows[0]), place, level=2)
            for row in group.rows:
                title = unshout(row.action.short_title, self.plan)
                title = textwrap.shorten(title, LONGEST_ENTRY, placeholder="…")
                yield Entry(_anchor(row), title, level=3, code=row.action.code)

    def _place(self, label: str, title: str) -> str:
        title = unshout(title, self.plan)
        return " – ".join(filter(None, [label, textwrap.shorten(title, LONGEST_ENTRY)]))

    @cached_property
    def index(self) -> list[IndexLine]:
        """Those who lead, by name, with what each leads."""
        led: dict[Organisation, list[Row]] = defaultdict(list)
        for row in self.selection.rows:
            for role in row.action.all_pilots:
                led[role.organisation].append(row)
        names = {found: own_name(found, self.plan.authority) for found in led}
        return [
            IndexLine(names[found], led[found])
            for found in sorted(led, key=lambda found: fold(names[found]))
        ]

    @cached_property
    def glossary(self) -> list[Term]:
        """The acronyms of the sheets, once these are written."""
        return glossary_of("\n".join(map(strip_tags, self.sheets.values())))


def _anchor(row: Row) -> str:
    return f"fiche-{row.action.pk}"


def keep_quiet(percent: int, words: str) -> None:
    """Nobody waits for it."""


def _tell_step(tell: Tell, step: Step, page: int, expected: int) -> None:
    """How far the layout is, as far as the number of pages can be foreseen."""
    begins, ends, words = STEPS[step]
    if page and step == Step.LAYING_OUT:
        share = min(page / expected, 1)
        words = f"{words} : page {page} sur {max(page, expected)} environ"
        tell(begins + int((ends - begins) * share), words)
    else:
        tell(begins, words)
