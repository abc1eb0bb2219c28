"""The review of a year: written by several people, closed, reopened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from actions.models import Action, Axis

from .models import Review, ReviewComment, ReviewRow, ReviewSheet
from .review_rows import live_rows

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ReviewClosed(Exception):
    """What is closed does not change before it is reopened."""


class SheetChanged(Exception):
    """Somebody wrote on this sheet since: ``current`` is what it says now."""

    def __init__(self, current: ReviewSheet) -> None:
        super().__init__("sheet saved meanwhile")
        self.current = current


class CommentChanged(Exception):
    """Somebody wrote this comment since: ``current`` is what it says now."""

    def __init__(self, current: ReviewComment) -> None:
        super().__init__("comment saved meanwhile")
        self.current = current


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


@transaction.atomic
def save_comment(
    *, review: Review, axis: Axis | None, text: str, version: int
) -> ReviewComment:
    """Write what opens the review, or an axis, over the version that was read.

    Raises:
        ReviewClosed: the review was closed meanwhile.
        CommentChanged: somebody else wrote meanwhile.
    """
    if Review.objects.select_for_update().get(pk=review.pk).is_closed:
        raise ReviewClosed
    comment = ReviewComment.objects.filter(review=review, axis=axis).first()
    comment = comment or ReviewComment(review=review, axis=axis)
    if comment.text == text:
        return comment
    if comment.version != version:
        raise CommentChanged(comment)
    comment.text = text
    comment.version += 1
    comment.save()
    return comment
