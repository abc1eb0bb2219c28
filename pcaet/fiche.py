"""What the printed sheet of an action shows, gathered from prefetched relations.

The page, the command and the booklet print the same sheet. No query of its own beyond
``actions_to_print()``, no HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import QuerySet

from actions.enums import PlanKind, RoleKind, Status
from actions.models import (
    Action,
    Axis,
    Brand,
    Engagement,
    Measure,
    Milestone,
    Organisation,
    Photo,
    Placement,
    Plan,
    Role,
)
from actions.role_words import says_all
from actions.state import ActionState
from indicators.attainment import Rate
from indicators.models import Cell, Indicator, ProgressNote
from indicators.summaries import Progress
from pcaet.lib.french import french_date, french_euros
from pcaet.lib.numbers import read_number
from pcaet.lib.pdf import render_pdf
from pcaet.lib.pictures import is_picture
from pcaet.lib.text import fold

from .fiche_grid import Grid, grid_of
from .role_lines import RoleLine, role_lines
from .states import state_of

# The years that the database accepts: nothing is left out.
ALL_YEARS = range(1900, 2201)

TEMPLATE = "pcaet/fiche.html"

# Signs of a title set large, then medium; beyond, it is set as running text.
LARGE_TITLE, MEDIUM_TITLE = 100, 240
# Signs of a code set large, then medium.
LARGE_CODE, MEDIUM_CODE = 3, 6

# Signs of a row that stays in one piece; a longer one may run over the page.
LONGEST_ROW = 1500

DESCRIPTION_LABELS = {
    PlanKind.PCAET: "Description et sous-actions",
    PlanKind.SPASER: "Descriptif de l’action",
}
PERIOD = re.compile(r"([0-9]{4})(?:[-–]([0-9]{4}))?")
AMOUNT_ALONE = re.compile(r"^([0-9 .,\u00a0\u202f]+)€?$")


class PeriodError(ValueError):
    """The years asked for cannot be read; the message is for the screen."""


def read_period(text: str) -> range:
    """«2017», «2015-2017», or every year where nothing is said.

    Raises:
        PeriodError: anything else.
    """
    if not text.strip():
        return ALL_YEARS
    found = PERIOD.fullmatch(text.strip())
    if not found or (last := int(found[2] or found[1])) < (first := int(found[1])):
        raise PeriodError(f"« {text[:40]} » ne se lit pas comme 2017 ou 2015-2017.")
    return range(first, last + 1)


def render_fiche(
    action: Action, *, printed_on: date, period: range = ALL_YEARS
) -> bytes:
    """The PDF of an action from ``actions_to_print()``, its grids kept to ``period``.

    Raises:
        pcaet.lib.pdf.PdfUnavailableError: naming the Debian packages to install.
    """
    fiche = Fiche(action, printed_on, period)
    brand = Brand.of(fiche.plan.authority)
    context = {"fiche": fiche, "plan": fiche.plan, "brand": brand}
    return render_pdf(TEMPLATE, context, theme=brand.theme)


def authority_name(plan: Plan) -> str:
    """The authority, with what the document adds to its name."""
    return ", ".join(filter(None, [str(plan.authority), plan.authority_note]))


def title_with_years(plan: Plan) -> str:
    """The title with its years, unless it says them itself."""
    title, period = plan.title, plan.period
    said = all(year in title for year in period.split("–"))
    return title if said else f"{title}, {period}"


def actions_to_print() -> QuerySet[Action]:
    """Actions with all that a sheet shows, whatever their number."""
    return Action.objects.for_sheet().prefetch_related("progress_notes")


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line of the sheet; ``note`` says where it comes from."""

    label: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """Organisations that act for the same purpose, in the order of the document."""

    names: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class PrintedRole:
    """A role as it is printed: those who hold it, by what they do in it."""

    label: str
    groups: list[RoleGroup]
    words: str

    @property
    def is_long(self) -> bool:
        listed = sum(len(name) for group in self.groups for name in group.names)
        return listed + len(self.words) > LONGEST_ROW


@dataclass(frozen=True, slots=True)
class MeasureSheet:
    measure: Measure
    roles: list[PrintedRole]
    grid: Grid | None


@dataclass(frozen=True, slots=True)
class Steps:
    """The milestones of one horizon or date."""

    when: str
    milestones: list[Milestone]

    @property
    def is_long(self) -> bool:
        return sum(len(step.text) for step in self.milestones) > LONGEST_ROW


@dataclass(frozen=True, slots=True)
class Link:
    relation: str
    action: Action


@dataclass(frozen=True)
class Fiche:
    """The sheet of one action, on the day it is printed.

    Attributes:
        with_results: what was done stands beside what was promised.
        with_notes: blank lines follow, for a pen.
    """

    action: Action
    printed_on: date
    period: range = ALL_YEARS
    with_results: bool = True
    with_notes: bool = False

    @property
    def plan(self) -> Plan:
        return self.action.plan

    @property
    def authority(self) -> str:
        return authority_name(self.plan)

    @property
    def plan_title(self) -> str:
        return title_with_years(self.plan)

    @property
    def title_lines(self) -> list[str]:
        lines = (self.action.title or self.action.short_title).splitlines()
        return [line.strip().removeprefix("- ") for line in lines if line.strip()]

    @property
    def title_size(self) -> str:
        length = sum(map(len, self.title_lines))
        return _size(length, LARGE_TITLE, MEDIUM_TITLE)

    @property
    def code_size(self) -> str:
        return _size(len(self.action.code), LARGE_CODE, MEDIUM_CODE)

    @cached_property
    def indicators(self) -> list[Indicator]:
        return list(self.action.indicators.all())

    @cached_property
    def years(self) -> list[int]:
        """The years of the grids: those of the plan and of its targets, as chosen."""
        known = {year for indicator in self.indicators for year in indicator.years}
        return sorted((known | set(self.plan.years)) & set(self.period))

    @cached_property
    def progress(self) -> Progress:
        cells = (i.cell(t.year) for i in self.indicators for t in i.targets.all())
        return _progress(cells)

    @property
    def rate(self) -> Rate:
        """What the targets that have come due make, on the day of printing."""
        return self.progress.due(self.printed_on)

    @cached_property
    def state(self) -> ActionState:
        return state_of(self.action, self.progress, self.printed_on)

    @property
    def state_reason(self) -> str:
        """What the targets or the deadline say; a person's word needs no reason."""
        if self.state.code in ("unknown", self.action.status):
            return ""
        return self.state.reason

    @property
    def status_words(self) -> str:
        """The status as written, where the state does not say it already."""
        status, raw = self.action.status, self.action.status_raw
        label = Status(status).label if status else ""
        if self.state.code == status and fold(raw) in ("", fold(label)):
            return ""
        return raw or label

    @property
    def places(self) -> list[Line]:
        """The axis and the engagement of the action, then where else it stands."""
        action = self.action
        lines = []
        if action.axis:
            lines.append(_place(self.plan.axis_label, action.axis))
        if action.engagement:
            lines.append(_place(self.plan.engagement_label, action.engagement))
        home = (action.axis_id, action.engagement_id)
        for place in action.placements.all():
            if (place.axis_id, place.engagement_id) != home:
                lines.append(self._other_place(place))
        return lines

    def _other_place(self, place: Placement) -> Line:
        if place.engagement:
            found = _place(self.plan.engagement_label, place.engagement)
        else:
            found = _place(self.plan.axis_label, place.axis)
        return Line(f"Aussi : {found.label}", found.text)

    @property
    def facts(self) -> list[Line]:
        """What the head of the sheet says; what the document leaves out is absent."""
        action = self.action
        listed = (
            ("Type d’action", "Types d’action", action.types),
            ("Thème", "Thèmes", action.themes),
            ("Mot-clé", "Mots-clés", action.keywords),
        )
        lines = [
            Line(plural if len(terms) > 1 else single, ", ".join(map(str, terms)))
            for single, plural, terms in listed
        ]
        lines += self._reference_lines()
        lines += [
            Line(
                "Début", _when(action.start_raw, action.start_date, action.start_year)
            ),
            Line("Fin", _when(action.end_raw, action.end_date, action.end_year)),
            Line("Budget", action.budget_raw or _amounts(action), self._budget_note),
        ]
        return [line for line in lines if line.text]

    def _reference_lines(self) -> list[Line]:
        """The measures of a catalogue, unless the engagement is that very measure."""
        home = self.action.engagement.code if self.action.engagement else ""
        cited = [link.reference_measure for link in self.action.action_references.all()]
        return [
            Line("Mesure de référence", f"{m.code} {m.title}".strip(), m.catalogue)
            for m in cited
            if m.code != home
        ]

    @property
    def _budget_note(self) -> str:
        """The amounts read in the cell, where its words do not give them plainly."""
        raw, low = self.action.budget_raw, self.action.budget_min
        alone = AMOUNT_ALONE.match(raw)
        plainly = alone and read_number(alone[1]) == low == self.action.budget_max
        if plainly or not raw or low is None:
            return ""
        return f"soit {_amounts(self.action)}"

    @property
    def description_label(self) -> str:
        return DESCRIPTION_LABELS.get(PlanKind(self.plan.kind), "Description")

    @property
    def description(self) -> str:
        """The description, unless it is the line that serves as title."""
        text = self.action.description.strip()
        return "" if text.removeprefix("- ") == " ".join(self.title_lines) else text

    @property
    def roles(self) -> list[PrintedRole]:
        return _printed_roles(self.action, self.plan.authority)

    @property
    def measures(self) -> list[MeasureSheet]:
        return [
            MeasureSheet(
                measure,
                _printed_roles(measure, self.plan.authority),
                self._grid(i for i in self.indicators if i.measure_id == measure.pk),
            )
            for measure in self.action.measures.all()
        ]

    @property
    def grid(self) -> Grid | None:
        """The indicators of the action itself."""
        return self._grid(i for i in self.indicators if i.measure_id is None)

    def _grid(self, indicators: Iterable[Indicator]) -> Grid | None:
        has_begun = any(tally.filled for tally in self.progress.by_year.values())
        past = self.printed_on.year if has_begun else 0
        return grid_of(
            list(indicators),
            self.years,
            missing_before=past,
            with_results=self.with_results,
        )

    @property
    def steps(self) -> list[Steps]:
        found: dict[str, list[Milestone]] = {}
        for milestone in self.action.milestones.all():
            horizon = f"Dans {milestone.horizon}" if milestone.horizon else ""
            when = french_date(milestone.date) if milestone.date else horizon
            found.setdefault(when, []).append(milestone)
        return [Steps(when, milestones) for when, milestones in found.items()]

    @property
    def progress_notes(self) -> list[ProgressNote]:
        """What was said of the years printed; of the last one, where none is chosen."""
        if not self.with_results:
            return []
        notes = list(self.action.progress_notes.all())
        shown = self.period
        if shown == ALL_YEARS:
            shown = range(max((n.year for n in notes), default=0), ALL_YEARS.stop)
        return [note for note in notes if note.year in shown]

    @property
    def links(self) -> list[Link]:
        """Related actions, whichever of the two says so, each relation once."""
        said = [(k.get_relation_display(), k.target) for k in self.action.links.all()]
        said += [
            (k.label_from_target, k.source) for k in self.action.reverse_links.all()
        ]
        return [Link(label, action) for label, action in dict.fromkeys(said)]

    @property
    def printed_links(self) -> list[Link]:
        """Paper goes anywhere: it names no action of a plan that is not public."""
        own = self.plan.pk
        return [
            link
            for link in self.links
            if link.action.plan_id == own or link.action.plan.is_public
        ]

    @cached_property
    def photos(self) -> list[Photo]:
        """Pictures that can be printed."""
        return [p for p in self.action.photos.all() if p.image and is_picture(p.image)]

    @property
    def captions(self) -> list[Photo]:
        """Captions whose picture we do not hold, or cannot read."""
        return [photo for photo in self.action.photos.all() if photo not in self.photos]


def _progress(cells: Iterable[Cell]) -> Progress:
    """The same tally as the database makes, from cells that carry a target."""
    progress = Progress()
    for cell in cells:
        tally = progress.year(cell.year)
        tally.expected += 1
        if not cell.is_missing:
            tally.states[cell.state] += 1
        if cell.attainment is not None:
            tally.assessed += 1
            tally.attained += cell.attainment
    return progress


def _place(level: str, place: Axis | Engagement) -> Line:
    """«Axe 5», «Gouvernance participative»; a code alone is told by its level."""
    if place.title:
        return Line(f"{level} {place.code}".strip(), place.title)
    return Line(level, place.code)


def _size(length: int, large: int, medium: int) -> str:
    return "large" if length <= large else "medium" if length <= medium else "small"


def _when(raw: str, day: date | None, year: int | None) -> str:
    """The words of the document, and the year where they do not write it in full."""
    if not raw:
        return french_date(day) if day else str(year or "")
    return raw if not year or str(year) in raw else f"{raw} ({year})"


def _amounts(action: Action) -> str:
    low, high = action.budget_min, action.budget_max
    if low is None:
        if high is None:
            return ""
        bound = f"au plus {french_euros(high)}"
    elif high is None:
        bound = f"au moins {french_euros(low)}"
    elif low == high:
        bound = french_euros(low)
    else:
        bound = f"de {french_euros(low)} à {french_euros(high)}"
    return f"{bound}, montant incertain" if action.budget_uncertain else bound


def _printed_roles(
    holder: Action | Measure, authority: Organisation
) -> list[PrintedRole]:
    return [_printed(line, authority) for line in role_lines(holder, authority)]


def _printed(line: RoleLine, authority: Organisation) -> PrintedRole:
    """Words that name everybody stand alone; a pilot is always named."""
    names = [role.organisation.name for role in line.roles]
    named = line.words and line.kind != RoleKind.PILOT and says_all(line.words, names)
    groups = [] if named else _groups(line.roles, authority)
    return PrintedRole(line.label, groups, line.words)


def _groups(roles: Sequence[Role], authority: Organisation) -> list[RoleGroup]:
    """Neighbours with the same purpose stand together."""
    groups: list[RoleGroup] = []
    for role in roles:
        name = own_name(role.organisation, authority)
        if groups and groups[-1].note == role.note:
            groups[-1].names.append(name)
        else:
            groups.append(RoleGroup([name], role.note))
    return groups


def own_name(organisation: Organisation, authority: Organisation) -> str:
    """A department of the plan's own authority goes by its own name."""
    own = organisation.parent_id in (authority.pk, authority.root_id)
    return organisation.name if own else str(organisation)
