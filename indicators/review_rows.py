"""What a review says, row by row: as things stand now, or as they stood at closing.

A row is plain data, and the only source of the page and of the paper: they read
nothing else, so that a closed review says the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Prefetch
from django.utils import timezone

from actions.models import Action, Axis, BudgetLine, Measure, Placement, Plan, Role
from actions.state import ActionState, action_state
from pcaet.lib.casing import unshout
from pcaet.lib.numbers import plain

from .completeness import Part
from .enums import MISSING, STATE_LABELS, RowKind, Validation
from .method import METHOD
from .models import (
    Cell,
    Indicator,
    ProgressNote,
    QuantityLine,
    Review,
    ReviewComment,
    ReviewSheet,
)
from .summaries import Tally

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Content: TypeAlias = dict[str, Any]

# What the rows of an edition hold. 1: neither axes, nor grids, nor money.
FORMAT = 2
# Rows that are printed while one waits, in some ten seconds; more go to the background.
MOST_AT_ONCE = 300
AMOUNTS = ("planned", "committed", "spent")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the review, in plain data: all that a page or a paper needs."""

    kind: RowKind
    content: Content


def rows_of(review: Review, edition: int | None = None) -> list[Row]:
    """The rows to show: those of a closed edition, else those of this moment.

    Without an ``edition``, a closed review gives its last one.
    """
    if edition is None and not review.is_closed:
        return list(live_rows(review))
    wanted = review.edition if edition is None else edition
    stored = review.rows.filter(edition=wanted).order_by("order")
    return [Row(RowKind(row.kind), row.content) for row in stored]


def live_rows(review: Review) -> Iterator[Row]:
    """The review as the base says it now. About twenty queries."""
    snapshot = _Snapshot.of(review)
    body = list(snapshot.body())
    yield Row(RowKind.PLAN, snapshot.plan_content(body))
    yield from body


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """All that the rows are made of, loaded at once."""

    review: Review
    actions: Sequence[Action]
    axes: Sequence[Axis]
    sheets: Mapping[int, ReviewSheet]
    notes: Sequence[ProgressNote]
    comments: Mapping[int | None, str]

    @classmethod
    def of(cls, review: Review) -> _Snapshot:
        # By its key: a review that nobody has opened yet has neither.
        sheets = ReviewSheet.objects.filter(review=review.pk)
        comments = ReviewComment.objects.filter(review=review.pk)
        return cls(
            review,
            _actions(review.plan),
            list(review.plan.axes.all()),
            {s.action_id: s for s in sheets.select_related("completed_by")},
            _notes(review),
            dict(comments.values_list("axis", "text")),
        )

    @property
    def plan(self) -> Plan:
        return self.review.plan

    @property
    def years(self) -> range:
        return range(self.review.first_year, self.review.year + 1)

    def body(self) -> Iterator[Row]:
        """Each axis, then its actions, each with its figures."""
        for axis in (*self.axes, None):
            own = [a for a in self.actions if a.axis_id == (axis.pk if axis else None)]
            if axis or (own and self.axes):
                yield Row(RowKind.AXIS, self._axis_content(axis))
            for action in own:
                yield from self._rows_of_action(action)

    def _rows_of_action(self, action: Action) -> Iterator[Row]:
        cells = [cell for i in action.indicators.all() for cell in self._cells(i)]
        yield Row(RowKind.SHEET, self._sheet_content(action, _tally(cells)))
        for cell in cells:
            yield Row(RowKind.FIGURE, _figure_content(action, cell))
        for indicator in action.indicators.all():
            yield Row(RowKind.GRID, _grid_content(action, indicator))

    def _cells(self, indicator: Indicator) -> Iterator[Cell]:
        """What was promised or done in the years of the review."""
        return (cell for cell in map(indicator.cell, self.years) if _says(cell))

    def plan_content(self, body: Sequence[Row]) -> Content:
        plan = self.plan
        figures = [row.content for row in body if row.kind == RowKind.FIGURE]
        sheets = [row.content for row in body if row.kind == RowKind.SHEET]
        return {
            "format": FORMAT,
            "title": _calm(plan.title, plan),
            "authority": str(plan.authority),
            "kind": plan.kind,
            "kind_label": plan.get_kind_display(),
            "plan_period": plan.period,
            "years": list(self.years),
            "period": self.review.period,
            "introduction": self.comments.get(None, ""),
            "axis_label": plan.axis_label or "Axe",
            "action_label": plan.action_label,
            "measure_label": plan.measure_label or "Mesure",
            "sheets": len(sheets),
            "complete": sum(sheet["complete"] for sheet in sheets),
            "validated": sum(figure["validated"] for figure in figures),
            "as_of": timezone.localdate().isoformat(),
            "evolution": list(self._evolution()),
            "method": list(METHOD),
            **_counts(self._tally_of(self.years)),
        }

    def _evolution(self) -> Iterator[Content]:
        """What was promised each year up to the review, and what became of it."""
        targets = (t for i in self._indicators for t in i.targets.all())
        for year in sorted({t.year for t in targets if t.year <= self.review.year}):
            yield {"year": year, **_counts(self._tally_of([year]))}

    def _tally_of(self, years: Iterable[int]) -> Tally:
        return _tally(i.cell(year) for year in years for i in self._indicators)

    @property
    def _indicators(self) -> Iterator[Indicator]:
        return (i for action in self.actions for i in action.indicators.all())

    def _axis_content(self, axis: Axis | None) -> Content:
        return {
            "code": axis.code if axis else "",
            "title": _calm(axis.title, self.plan) if axis else "",
            "comment": self.comments.get(axis.pk, "") if axis else "",
        }

    def _sheet_content(self, action: Action, tally: Tally) -> Content:
        sheet = self.sheets.get(action.pk)
        notes = [note for note in self.notes if note.action_id == action.pk]
        state = _state(action, tally)
        return {
            "code": action.code,
            "title": _calm(action.short_title, self.plan),
            "places": list(_places(action)),
            "pilots": [_name(role, self.plan) for role in action.all_pilots],
            "status": action.get_status_display() if action.status else "",
            "state": state.label,
            "standing": _standing_content(state),
            "answer": sheet.answer if sheet else "",
            "complete": sheet is not None and sheet.is_complete,
            "completed_by": _person(sheet.completed_by) if sheet else "",
            "completed_at": _moment(sheet.completed_at) if sheet else "",
            "milestones": [
                {"text": m.text, "done": m.done, "done_on": _day(m.done_on)}
                for m in action.milestones.all()
            ],
            "notes": [_note_content(note) for note in notes],
            "has_indicator": bool(action.indicators.all()),
            "money": _money_content(action, self.years),
            "lacks": [part.label for part in _lacks(action, notes)],
            **_counts(tally),
        }


# Reading the base ------------------------------------------------------------------


def _actions(plan: Plan) -> Sequence[Action]:
    indicators = Indicator.objects.for_grid().in_document_order()
    places = Placement.objects.select_related("axis", "engagement")
    found = Action.objects.filter(plan=plan).for_list()
    return list(
        found.prefetch_related(
            "milestones",
            "budget_lines",
            Prefetch("indicators", indicators),
            Prefetch("placements", places),
        ).order_by("order", "pk")
    )


def _notes(review: Review) -> Sequence[ProgressNote]:
    notes = ProgressNote.objects.filter(
        action__plan=review.plan, year__gte=review.first_year, year__lte=review.year
    )
    return list(notes.select_related("author").order_by("written_at", "pk"))


def _says(cell: Cell) -> bool:
    return cell.is_expected or cell.is_filled


def _tally(cells: Iterable[Cell]) -> Tally:
    tally = Tally()
    for cell in cells:
        if cell.target is None:
            continue
        tally.expected += 1
        if cell.is_filled:
            tally.states[cell.state] += 1
        if cell.attainment is not None:
            tally.assessed += 1
            tally.attained += cell.attainment
    return tally


def _state(action: Action, tally: Tally) -> ActionState:
    rate = tally.rate
    return action_state(
        status=action.status,
        end_year=action.end_year,
        end_date=action.end_date,
        today=timezone.localdate(),
        expected=rate.expected,
        assessed=rate.assessed,
        attainment=rate.attainment,
    )


def _lacks(action: Action, notes: Sequence[ProgressNote]) -> Iterator[Part]:
    """The parts of the sheet that nobody filled; results are counted elsewhere."""
    if not action.all_pilots:
        yield Part.PILOT
    dates = (action.start_year, action.start_date, action.end_year, action.end_date)
    if not any(dates):
        yield Part.DATE
    if not action.indicators.all():
        yield Part.INDICATOR
    if not notes:
        yield Part.NOTE


# Writing plain data ----------------------------------------------------------------


def _places(action: Action) -> Iterator[str]:
    for place in action.placements.all():
        parts = (str(part) for part in (place.axis, place.engagement) if part)
        yield " › ".join(_calm(part, action.plan) for part in parts)


def _standing_content(state: ActionState) -> Content:
    names = ("code", "label", "sign", "tone", "order", "reason")
    return {name: getattr(state, name) for name in names}


def _note_content(note: ProgressNote) -> Content:
    at = _moment(note.written_at)
    return {"text": note.text, "author": _person(note.author), "at": at}


def _money_content(action: Action, years: Iterable[int]) -> Content:
    """The estimate of the document, and the sums entered for the years, in euros."""
    lines = [line for line in action.budget_lines.all() if line.year in years]
    return {
        "words": action.budget_raw,
        "low": _figure(action.budget_min),
        "high": _figure(action.budget_max),
        "uncertain": action.budget_uncertain,
        **{name: _figure(_sum(lines, name)) for name in AMOUNTS},
    }


def _sum(lines: Iterable[BudgetLine], name: str) -> Decimal | None:
    """The sum of what was entered; nothing entered is not zero."""
    known = [amount for line in lines if (amount := getattr(line, name)) is not None]
    return sum(known, Decimal(0)) if known else None


def _figure_content(action: Action, cell: Cell) -> Content:
    return _indicator_content(action, cell.indicator) | _cell_content(cell)


def _grid_content(action: Action, indicator: Indicator) -> Content:
    cells = (indicator.cell(year) for year in sorted(_known_years(indicator)))
    return {
        **_indicator_content(action, indicator),
        "source": indicator.source,
        "cells": [_cell_content(cell) for cell in cells],
    }


def _known_years(indicator: Indicator) -> set[int]:
    said = {result.year for result in indicator.results.all()}
    return said | {target.year for target in indicator.targets.all()}


def _indicator_content(action: Action, indicator: Indicator) -> Content:
    measures = {measure.pk: measure for measure in action.measures.all()}
    measure = measures.get(indicator.measure_id or 0)
    pilots: list[Role] = measure.pilots if measure else []
    return {
        "action": action.code,
        "measure": _calm_name(measure, action.plan) if measure else "",
        "group": indicator.group,
        "indicator": indicator.name,
        "unit": indicator.unit,
        "pilots": [_name(role, action.plan) for role in pilots or action.all_pilots],
    }


def _cell_content(cell: Cell) -> Content:
    result = cell.result
    known = "Renseigné" if cell.is_filled else ""
    return {
        "year": cell.year,
        "target": cell.target.text if cell.target else "",
        "quantities": [_quantity_content(line) for line in cell.lines],
        "result": result.text if result else "",
        "comment": result.comment if result else "",
        "state": cell.state,
        "state_label": STATE_LABELS.get(cell.state, known),
        "attainment": _figure(cell.attainment),
        "validated": result is not None and result.validation == Validation.ACCEPTED,
    }


def _quantity_content(line: QuantityLine) -> Content:
    quantity = line.quantity
    return {
        "unit": line.unit,
        "comparator": quantity.comparator if quantity else "",
        "promised": _figure(quantity.value) if quantity else None,
        "value": _figure(line.value),
    }


def _counts(tally: Tally) -> Content:
    return {
        "expected": tally.expected,
        "filled": tally.filled,
        "assessed": tally.assessed,
        "attainment": _figure(tally.attainment),
        "states": {state: count for state, count in tally.shares if state != MISSING},
    }


def _figure(value: Decimal | None) -> str | None:
    """An exact figure as text: no float ever stands between."""
    return None if value is None else plain(value)


def _calm_name(measure: Measure, plan: Plan) -> str:
    """«1 Sensibiliser les acteurs»: the code opens no sentence."""
    return f"{measure.code} {_calm(measure.title, plan)}".strip()


def _calm(title: str, plan: Plan) -> str:
    return unshout(title, plan.known_casing) if title.isupper() else title


def _name(role: Role, plan: Plan) -> str:
    """A department of the plan's own authority goes by its own name."""
    body, authority = role.organisation, plan.authority
    own = body.parent_id in (authority.pk, authority.root_id)
    return body.name if own else str(body)


def _person(user: User | None) -> str:
    return (user.get_full_name() or user.username) if user else ""


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes") if at else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
