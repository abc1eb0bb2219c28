"""The review of a year: its rows as they stand now, or as they stood when it closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from actions.models import Action, Placement, Plan
from actions.state import action_state
from pcaet.lib.casing import unshout
from pcaet.lib.numbers import plain

from .enums import STATE_LABELS, RowKind, Validation
from .models import (
    Cell,
    Indicator,
    ProgressNote,
    QuantityLine,
    Review,
    ReviewRow,
    ReviewSheet,
)
from .summaries import Tally

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Content: TypeAlias = dict[str, Any]


class ReviewClosed(Exception):
    """What is closed does not change before it is reopened."""


class SheetChanged(Exception):
    """Somebody wrote on this sheet since: ``current`` is what it says now."""

    def __init__(self, current: ReviewSheet) -> None:
        super().__init__("sheet saved meanwhile")
        self.current = current


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
    sheets = {sheet.action_id: sheet for sheet in _sheets(review)}
    notes = _notes(review)
    total = Tally()
    body: list[Row] = []
    for action in _actions(review.plan):
        cells = list(_cells(action, review))
        tally = _tally(cells)
        total.add(tally)
        sheet = sheets.get(action.pk)
        own = [note for note in notes if note.action_id == action.pk]
        body.append(Row(RowKind.SHEET, _sheet_content(action, sheet, own, tally)))
        body += [Row(RowKind.FIGURE, _figure_content(cell)) for cell in cells]
    yield Row(RowKind.PLAN, _plan_content(review, total, body))
    yield from body


def _sheets(review: Review) -> Iterable[ReviewSheet]:
    return review.sheets.select_related("completed_by")


def _notes(review: Review) -> Sequence[ProgressNote]:
    notes = ProgressNote.objects.filter(
        action__plan=review.plan, year__gte=review.first_year, year__lte=review.year
    )
    return list(notes.select_related("author").order_by("written_at", "pk"))


def _actions(plan: Plan) -> Iterable[Action]:
    indicators = Indicator.objects.for_grid().in_document_order()
    return (
        Action.objects.filter(plan=plan)
        .for_list()
        .prefetch_related(
            "milestones",
            Prefetch("indicators", indicators),
            Prefetch(
                "placements", Placement.objects.select_related("axis", "engagement")
            ),
        )
        .order_by("order", "pk")
    )


def _cells(action: Action, review: Review) -> Iterator[Cell]:
    """What was promised or done in the years of the review."""
    for indicator in action.indicators.all():
        for year in range(review.first_year, review.year + 1):
            cell = indicator.cell(year)
            if cell.is_expected or cell.is_filled:
                yield cell


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


def _plan_content(review: Review, total: Tally, body: Sequence[Row]) -> Content:
    plan = review.plan
    figures = [row.content for row in body if row.kind == RowKind.FIGURE]
    sheets = [row.content for row in body if row.kind == RowKind.SHEET]
    return {
        "title": _calm(plan.title, plan),
        "authority": str(plan.authority),
        "period": review.period,
        "introduction": review.introduction,
        "action_label": plan.action_label,
        "sheets": len(sheets),
        "complete": sum(sheet["complete"] for sheet in sheets),
        "validated": sum(figure["validated"] for figure in figures),
        "as_of": timezone.localdate().isoformat(),
        **_counts(total),
    }


def _sheet_content(
    action: Action,
    sheet: ReviewSheet | None,
    notes: Sequence[ProgressNote],
    tally: Tally,
) -> Content:
    plan = action.plan
    places = [
        " › ".join(_calm(str(part), plan) for part in (p.axis, p.engagement) if part)
        for p in action.placements.all()
    ]
    return {
        "code": action.code,
        "title": _calm(action.short_title, plan),
        "places": places,
        "pilots": [str(role.organisation) for role in action.all_pilots],
        "status": action.get_status_display() if action.status else "",
        "state": _state(action, tally),
        "answer": sheet.answer if sheet else "",
        "complete": sheet is not None and sheet.is_complete,
        "completed_by": _person(sheet.completed_by) if sheet else "",
        "completed_at": _moment(sheet.completed_at) if sheet else "",
        "milestones": [
            {"text": m.text, "done": m.done, "done_on": _day(m.done_on)}
            for m in action.milestones.all()
        ],
        "notes": [
            {
                "text": note.text,
                "author": _person(note.author),
                "at": _moment(note.written_at),
            }
            for note in notes
        ],
        "has_indicator": bool(action.indicators.all()),
        **_counts(tally),
    }


def _state(action: Action, tally: Tally) -> str:
    rate = tally.rate
    return action_state(
        status=action.status,
        end_year=action.end_year,
        end_date=action.end_date,
        today=timezone.localdate(),
        expected=rate.expected,
        assessed=rate.assessed,
        attainment=rate.attainment,
    ).label


def _figure_content(cell: Cell) -> Content:
    indicator, result = cell.indicator, cell.result
    measure = indicator.measure
    return {
        "action": indicator.action.code,
        "measure": _calm(str(measure), indicator.action.plan) if measure else "",
        "group": indicator.group,
        "indicator": indicator.name,
        "year": cell.year,
        "target": cell.target.text if cell.target else "",
        "quantities": [_quantity_content(line) for line in cell.lines],
        "result": result.text if result else "",
        "comment": result.comment if result else "",
        "state": cell.state,
        "state_label": STATE_LABELS.get(
            cell.state, "Renseigné" if cell.is_filled else ""
        ),
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
    }


def _figure(value: Decimal | None) -> str | None:
    """An exact figure as text: no float ever stands between."""
    return None if value is None else plain(value)


def _calm(title: str, plan: Plan) -> str:
    return unshout(title, plan.known_casing) if title.isupper() else title


def _person(user: User | None) -> str:
    return (user.get_full_name() or user.username) if user else ""


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes") if at else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


@transaction.atomic
def close(review: Review, user: User) -> None:
    """Copy every row as it stands, as a new edition that nothing changes."""
    review = Review.objects.select_for_update().get(pk=review.pk)
    if review.is_closed:
        return
    review.edition += 1
    ReviewRow.objects.bulk_create(
        ReviewRow(
            review=review,
            edition=review.edition,
            kind=row.kind,
            order=order,
            content=row.content,
        )
        for order, row in enumerate(live_rows(review))
    )
    review.closed_at, review.closed_by = timezone.now(), user
    review.save_because(f"Clôture du bilan, édition {review.edition}")


@transaction.atomic
def reopen(review: Review) -> None:
    """Let the review be written again; the editions that were closed stay."""
    review = Review.objects.select_for_update().get(pk=review.pk)
    if not review.is_closed:
        return
    review.closed_at = review.closed_by = None
    review.save_because(f"Réouverture du bilan, après l’édition {review.edition}")


def previous_answer(review: Review, action: Action) -> str:
    """What the last review before this one said of the action."""
    sheets = ReviewSheet.objects.filter(
        action=action, review__plan=review.plan, review__year__lt=review.year
    )
    last = sheets.exclude(answer="").order_by("-review__year").first()
    return last.answer if last else ""


@transaction.atomic
def save_sheet(
    *,
    review: Review,
    action: Action,
    answer: str,
    complete: bool,
    version: int,
    user: User,
) -> ReviewSheet:
    """Write what the review says of an action, over the version that was read.

    Raises:
        ReviewClosed: the review was closed meanwhile.
        SheetChanged: somebody else wrote meanwhile.
    """
    if Review.objects.select_for_update().get(pk=review.pk).is_closed:
        raise ReviewClosed
    found, _ = ReviewSheet.objects.get_or_create(review=review, action=action)
    sheet = ReviewSheet.objects.select_for_update().get(pk=found.pk)
    if (sheet.answer, sheet.is_complete) == (answer, complete):
        return sheet
    if sheet.version != version:
        raise SheetChanged(sheet)
    sheet.answer = answer
    sheet.version += 1
    if complete != sheet.is_complete:
        sheet.completed_at = timezone.now() if complete else None
        sheet.completed_by = user if complete else None
    sheet.save()
    return sheet
