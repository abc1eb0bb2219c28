"""Runs imports: at once when they are small, else in a process of their own.

A process by import, rather than a queue: nothing to install or to keep running, its
memory goes with it, and killing it leaves the base as it was. What it does stands in
the import's row, so that the page that waits survives a reload.
"""

from __future__ import annotations

import logging
import subprocess
import sys

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from actions.models import ImportBatch, ImportState

from . import tables

logger = logging.getLogger(__name__)

# Bytes of a file that is read and compared while the page waits: some hundred lines.
READ_AT_ONCE = 200 * 1024

PREPARE, APPLY = "prepare", "apply"
INTERRUPTED = (
    "L’import s’est interrompu : rien n’a été écrit. Le relancer ; si cela recommence, "
    "signaler le fichier à l’administrateur du site."
)
STALE = (
    "Le plan a changé depuis l’aperçu : celui-ci vient d’être refait. Le relire, puis "
    "importer."
)


def start(batch: ImportBatch, job: str) -> None:
    """Begin to prepare or to apply an import; a large one goes on by itself."""
    if batch.file.size <= READ_AT_ONCE:
        run(batch, job)
        return
    subprocess.Popen(
        [sys.executable, "manage.py", "run_import", str(batch.pk), job],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def run(batch: ImportBatch, job: str) -> None:
    """Prepare or apply an import, and say in its row how it ended."""
    try:
        if job == PREPARE:
            tables.prepare(batch)
        else:
            _apply(batch)
    except (DatabaseError, MemoryError, RuntimeError, ValueError, ArithmeticError):
        logger.exception("import %s: %s failed", batch.pk, job)
        _say_interrupted(batch)


def _apply(batch: ImportBatch) -> None:
    try:
        tables.apply(batch)
    except tables.Stale:
        tables.prepare(batch)
        ImportBatch.objects.filter(pk=batch.pk).update(message=STALE)


def _say_interrupted(batch: ImportBatch) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.FAILED, message=INTERRUPTED
    )


def claim(batch: ImportBatch, state: ImportState, *allowed: ImportState) -> bool:
    """Take the import to a running state; False where somebody already did."""
    taken = ImportBatch.objects.filter(pk=batch.pk, state__in=allowed)
    claimed = taken.update(
        state=state, percent=0, message="", seen_alive_at=timezone.now()
    )
    batch.refresh_from_db(fields=["state", "percent", "message", "seen_alive_at"])
    return bool(claimed)
