"""When the actions of a plan run, and when their steps fall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.safestring import SafeString

from actions.models import Action, Brand, Milestone, Plan
from pcaet.lib import charts
from pcaet.lib.french import counted, french_date
from pcaet.lib.pdf import render_pdf
from pcaet.lib.text import fold

from .outline import Outline, Row, Section
from .templatetags.french import title_lines, unshout

# Lines of one drawing: a page of paper holds them, and so does the eye.
LONGEST_DRAWING = 30


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone and the day on which it falls, where it can be told."""

    milestone: Milestone
    day: date | None

    @property
    def when(self) -> str:
        milestone = self.milestone
        if milestone.date:
            return french_date(milestone.date)
        told = f"À {milestone.horizon}" if milestone.horizon else ""
        return f"{told}, soit en {self.day.year}" if told and self.day else told


@dataclass(frozen=True, slots=True)
class Term:
    """A line of the timeline: an action, its dates and its steps."""

    row: Row
    start: date | None
    end: date | None
    steps: list[Step]

    @property
    def action(self) -> Action:
        return self.row.action

    @property
    def is_dated(self) -> bool:
        return bool(self.start or self.end or any(step.day for step in self.steps))

    @property
    def days(self) -> list[date]:
        """Every day that the line shows."""
        known = (self.start, self.end, *(step.day for step in self.steps))
        return [day for day in known if day]

    @property
    def start_text(self) -> str:
        return _as_known(self.action.start_date, self.action.start_year)

    @property
    def end_text(self) -> str:
        return _as_known(self.action.end_date, self.action.end_year)


@dataclass(frozen=True, slots=True)
class Part:
    """An axis: its dated actions, and how many have no date."""

    section: Section
    terms: list[Term]
    undated: int
    charts: list[SafeString]


class Timeline:
    """The actions that the filters keep, axis by axis. Two queries more than a list.

    The steps that a plan sets at so many years are counted from its vote.
    """

    def __init__(self, plan: Plan, outline: Outline, today: date) -> None:
        self.plan = plan
        self.outline = outline
        self.today = today
        self.vote = _vote_of(plan)
        self._steps: dict[int, list[Step]] = defaultdict(list)
        for milestone in Milestone.objects.filter(action__plan=plan):
            self._steps[milestone.action_id].append(self._step(milestone))

    @property
    def has_bars(self) -> bool:
        return any(term.start and term.end for term in self.terms)

    @property
    def has_trails(self) -> bool:
        """Some action begins and nobody said when it ends, or the reverse."""
        return any(bool(term.start) != bool(term.end) for term in self.terms)

    @property
    def has_steps(self) -> bool:
        return any(step.day for term in self.terms for step in term.steps)

    @property
    def shows_today(self) -> bool:
        first, last = self.years
        return bool(self.dated) and first <= self.today.year <= last

    @property
    def counts_from_vote(self) -> bool:
        """Some step shown has no other date than its distance from the vote."""
        shown = (step for term in self.terms for step in term.steps)
        return any(step.day and not step.milestone.date for step in shown)

    @cached_property
    def terms(self) -> list[Term]:
        """Each action shown, once."""
        return [self._term(row) for row in self.outline.rows]

    @property
    def dated(self) -> list[Term]:
        return [term for term in self.terms if term.is_dated]

    @cached_property
    def years(self) -> tuple[int, int]:
        """The first and the last year of what is shown; this one if nothing is."""
        days = [day for term in self.dated for day in term.days] or [self.today]
        return min(days).year, max(days).year

    @cached_property
    def parts(self) -> list[Part]:
        sections = self.outline.sections if self.dated else []
        found = [self._part(rank, s) for rank, s in enumerate(sections)]
        return [part for part in found if part.section.count]

    def _part(self, rank: int, section: Section) -> Part:
        rows = {row.action.pk: row for group in section.groups for row in group.rows}
        terms = [self._term(row) for row in rows.values()]
        dated = [term for term in terms if term.is_dated]
        pieces = [
            dated[start : start + LONGEST_DRAWING]
            for start in range(0, len(dated), LONGEST_DRAWING)
        ]
        drawn = [
            self._drawing(f"frise-{rank}-{number}", section, piece)
            for number, piece in enumerate(pieces)
        ]
        return Part(section, dated, len(terms) - len(dated), drawn)

    def _term(self, row: Row) -> Term:
        action = row.action
        start = action.start_date or _day(action.start_year, 1, 1)
        end = action.end_date or _day(action.end_year, 12, 31)
        return Term(row, start, end, self._steps[action.pk])

    def _step(self, milestone: Milestone) -> Step:
        day = milestone.date
        if day is None and milestone.horizon_years is not None and self.vote:
            day = _years_after(self.vote, milestone.horizon_years)
        return Step(milestone, day)

    def _drawing(self, name: str, section: Section, terms: list[Term]) -> SafeString:
        first, last = self.years
        axis = section.axis
        where = f"{self.plan.axis_label or 'Axe'} {axis.code}, " if axis else ""
        title = (
            f"Frise. {where}{counted(len(terms), 'action datée', 'actions datées')} "
            f"entre {first} et {last}. {_states(terms)}."
        )
        spans = [self._span(term) for term in terms]
        return charts.timeline(
            name, title, spans, years=self.years, today=_moment(self.today)
        )

    def _span(self, term: Term) -> charts.Span:
        state, action = term.row.state, term.action
        words = " ; ".join(title_lines(unshout(action.short_title, self.plan)))
        return charts.Span(
            f"{action.code} {words}",
            state.sign,
            state.tone,
            _moment(term.start) if term.start else None,
            _moment(term.end, is_end=True) if term.end else None,
            [
                charts.Mark(_moment(step.day), step.milestone.done)
                for step in term.steps
                if step.day
            ],
        )


def render_timeline(timeline: Timeline) -> bytes:
    """The same drawings and tables on paper, in landscape.

    Raises:
        pcaet.lib.pdf.PdfUnavailableError: naming the Debian packages to install.
    """
    brand = Brand.of(timeline.plan.authority)
    context = {"timeline": timeline, "plan": timeline.plan, "brand": brand}
    return render_pdf("pcaet/timeline_print.html", context, theme=brand.theme)


def _vote_of(plan: Plan) -> date | None:
    """The day of the vote that adopted the plan, where the plan knows only one."""
    days = [vote.date for vote in plan.deliberations.all() if vote.date]
    return days[0] if len(days) == 1 else None


def _states(terms: Iterable[Term]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for term in terms:
        counts[term.row.state.label] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], fold(item[0])))
    return ", ".join(f"{label} : {count}" for label, count in ordered)


def _as_known(day: date | None, year: int | None) -> str:
    return french_date(day) if day else str(year or "")


def _day(year: int | None, month: int, day: int) -> date | None:
    return date(year, month, day) if year else None


def _years_after(day: date, years: int) -> date:
    """The same day, so many years later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _moment(day: date, *, is_end: bool = False) -> float:
    """A day as a number of years, its end being that of the day."""
    passed = (day - date(day.year, 1, 1)).days + is_end
    return day.year + passed / (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
