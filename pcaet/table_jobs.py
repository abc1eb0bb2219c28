"""Runs imports: at once when they are small, else in the background."""

from __future__ import annotations

from django.utils import timezone

from actions.models import ImportBatch, ImportState

from . import jobs, tables

# Bytes of a file that is read and compared while the page waits: some hundred lines.
READ_AT_ONCE = 200 * 1024

STALE = (
    "Le plan a changé depuis l’aperçu : celui-ci vient d’être refait. Le relire, puis "
    "importer."
)


def start(batch: ImportBatch) -> None:
    """Begin to prepare or to apply an import; a large one goes on by itself."""
    if batch.file.size <= READ_AT_ONCE:
        jobs.perform(batch, work)
    else:
        jobs.begin()


def work(batch: ImportBatch) -> None:
    """Prepare an import, or apply it where that was asked."""
    if batch.state != ImportState.APPLYING:
        tables.prepare(batch)
        return
    try:
        tables.apply(batch)
    except tables.Stale:
        tables.prepare(batch)
        ImportBatch.objects.filter(pk=batch.pk).update(message=STALE)


def claim(batch: ImportBatch, state: ImportState, *allowed: ImportState) -> bool:
    """Take the import to a running state; False where somebody already did."""
    taken = ImportBatch.objects.filter(pk=batch.pk, state__in=allowed)
    claimed = taken.update(
        state=state,
        percent=0,
        message="",
        seen_alive_at=timezone.now(),
        started_at=None,
        ended_at=None,
    )
    batch.refresh_from_db()
    return bool(claimed)
