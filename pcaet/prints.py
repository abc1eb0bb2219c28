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

from . import jobs
from .booklet import Booklet, Options, Tell, render_booklet

# Seconds between two signs of life in the base.
TELL_EVERY = 0.5

# Draws the document of a row.
Printer = Callable[[PrintJob, Tell], bytes]


def ask_booklet(plan: Plan, options: Options, author: User) -> list[PrintJob]:
    """Have a booklet printed: a file, or one by axis where there is too much."""
    today = timezone.localdate()
    count = len(Booklet(plan, options, today).volumes)
    volumes = range(1, count + 1) if count > 1 else (0,)
    asked = [replace(options, volume=volume) for volume in volumes]
    return [
        ask(
            plan,
            Document.BOOKLET,
            Booklet(plan, each, today).name,
            each.to_json(),
            author,
        )
        for each in asked
    ]


def ask(
    plan: Plan, document: Document, title: str, options: dict[str, Any], author: User
) -> PrintJob:
    """Have a document printed, and let go of the oldest of the plan."""
    PrintJob.objects.drop_oldest(plan)
    job = PrintJob.objects.create(
        plan=plan, document=document, title=title[:300], options=options, author=author
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


PRINTERS: dict[Document, Printer] = {Document.BOOKLET: _print_booklet}


def _teller(job: PrintJob) -> Tell:
    """Writes how far the work is in its row, not too often."""
    last = 0.0

    def tell(percent: int, words: str) -> None:
        nonlocal last
        if monotonic() - last >= TELL_EVERY:
            job.tell(percent, words)
            last = monotonic()

    return tell
