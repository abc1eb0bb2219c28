"""Documents printed in the background, from the row of what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

from actions.models import Document, Plan, PrintJob, PrintState
from indicators.models import Review

from . import jobs
from .annex import Annex, render_annex
from .booklet import Booklet, Options, Tell, render_booklet
from .review_print import render_review

# Seconds between two signs of life in the base.
TELL_EVERY = 0.5
# Signs of a title that the base keeps.
LONGEST_TITLE = 300

# Draws the document of a row.
Printer = Callable[[PrintJob, Tell], bytes]


def ask_booklet(plan: Plan, options: Options, author: User) -> list[PrintJob]:
    """Have a booklet printed: a file, or one by axis where there is too much.

    Nothing is asked where the filters keep no action.
    """
    today = timezone.localdate()
    whole = Booklet(plan, options, today)
    if not whole.selection.rows:
        return []
    count = len(whole.volumes)
    volumes = range(1, count + 1) if count > 1 else (0,)
    return [
        ask(
            plan,
            Document.BOOKLET,
            title=Booklet(plan, each, today).name,
            options=each.to_json(),
            author=author,
        )
        for each in (replace(options, volume=volume) for volume in volumes)
    ]


def ask_annex(plan: Plan, author: User) -> PrintJob:
    title = f"{Annex(plan, timezone.localdate()).kind} – {plan.title}"
    return ask(plan, document=Document.ANNEX, title=title, options={}, author=author)


def ask_review(review: Review, edition: int | None, author: User) -> PrintJob:
    """Have a review printed as it stands, or one of its closed editions."""
    options = {"review": review.pk, "edition": edition}
    return ask(
        review.plan,
        document=Document.REVIEW,
        title=f"{review} – {review.plan.title}",
        options=options,
        author=author,
    )


def ask(
    plan: Plan,
    document: Document,
    *,
    title: str,
    options: dict[str, Any],
    author: User,
) -> PrintJob:
    """Have a document printed, unless the very same is waited for already.

    The oldest documents of the plan are let go.
    """
    running = plan.prints.filter(document=document, state__in=PrintJob.RUNNING)
    for job in running:
        if job.is_given_up:
            job.fail(job.INTERRUPTED)
        elif job.options == options:
            return job
    PrintJob.objects.drop_oldest(plan)
    job = PrintJob.objects.create(
        plan=plan,
        document=document,
        title=title[:LONGEST_TITLE],
        options=options,
        author=author,
    )
    jobs.begin()
    return job


def work(job: PrintJob) -> None:
    """Print what a row asks for, and keep the file with it."""
    job.state = PrintState.PRINTING
    job.save(update_fields=["state"])
    content = PRINTERS[Document(job.document)](job, _teller(job))
    job.keep(ContentFile(content))


def _print_booklet(job: PrintJob, tell: Tell) -> bytes:
    options = Options(**job.options)
    today = timezone.localdate()
    return render_booklet(job.plan, options, printed_on=today, tell=tell)


def _print_annex(job: PrintJob, tell: Tell) -> bytes:
    return render_annex(job.plan, printed_on=timezone.localdate(), tell=tell)


def _print_review(job: PrintJob, tell: Tell) -> bytes:
    reviews = Review.objects.select_related("plan__authority__parent")
    review = reviews.get(pk=job.options["review"])
    return render_review(review, job.options["edition"], tell=tell)


PRINTERS: dict[Document, Printer] = {
    Document.ANNEX: _print_annex,
    Document.BOOKLET: _print_booklet,
    Document.REVIEW: _print_review,
}


def _teller(job: PrintJob) -> Tell:
    """Writes how far the work is in its row, not too often."""
    last = 0.0

    def tell(percent: int, words: str) -> None:
        nonlocal last
        if monotonic() - last >= TELL_EVERY:
            job.tell(percent, words)
            last = monotonic()

    return tell
