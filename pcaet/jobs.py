"""Work in the background: imports, booklets, whatever is too long for a page.

A process by work rather than a service: nothing to install or to keep running, its
memory goes with it, and it outlives a restart of the site. Each machine does two
works at a time; the others wait their turn, and the process that ends one takes the
next. What a process does is written in the row of the work, so that a page can be
left and opened again; a work whose process was ended begins again, or says so.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from actions.models import Job
from pcaet.lib.locks import held, is_held

logger = logging.getLogger(__name__)

# Works done at a time on a machine: an import or a booklet fills a core.
SLOTS = 2

# What does a work of some kind, from its row.
Work = Callable[[Any], None]


def begin() -> None:
    """Start a process that does what waits, if a slot is free for it."""
    if all(map(is_held, _slots())):
        return
    with _journal().open("ab") as journal:
        subprocess.Popen(
            [sys.executable, "manage.py", "run_jobs"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=journal,
            stderr=journal,
            start_new_session=True,
        )


def _journal() -> Path:
    """Where processes that nobody watches say what went wrong."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "journal.txt"


def keep_going(job: Job) -> None:
    """Begin again a work that nobody does; a page calls this when it is opened.

    Nothing is written here, and a process too many finds nothing to do.
    """
    if job.is_forgotten:
        begin()


def progress_of(job: Job) -> dict[str, Any]:
    """How far a work is, for the script that follows it."""
    return {
        "running": job.is_running,
        "stale": job.is_given_up,
        "percent": job.percent,
        "label": job.words,
    }


def do_all(works: Mapping[type[Job], Work]) -> int:
    """Do what waits, the oldest first, while a slot is free: how many were done."""
    done = 0
    while job := _next(works):
        with _slot() as is_free:
            if not is_free:
                return done
            done += perform(job, works[type(job)])
    return done


def perform(job: Job, work: Work) -> bool:
    """Do a work in this process, unless another one does; a failure is told."""
    with held(job.lock) as is_alone:
        if not is_alone or not job.claim():
            return False
        try:
            work(job)
        except (
            DatabaseError,
            MemoryError,
            OSError,
            RuntimeError,
            ValueError,
            ArithmeticError,
        ):
            logger.exception("%s: failed", job.lock.name)
            job.fail(job.INTERRUPTED)
        type(job)._base_manager.filter(pk=job.pk).update(ended_at=timezone.now())
    job.lock.unlink(missing_ok=True)
    return True


def _next(works: Mapping[type[Job], Work]) -> Job | None:
    asked = [
        job
        for kind in works
        for job in kind._base_manager.filter(state__in=kind.RUNNING)
    ]
    to_do = (job for job in asked if job.is_to_do)
    return min(to_do, key=lambda job: job.created_at, default=None)


@contextmanager
def _slot() -> Iterator[bool]:
    """Hold one of the slots of this machine; False where all are taken."""
    with ExitStack() as stack:
        yield any(stack.enter_context(held(path)) for path in _slots())


def _slots() -> list[Path]:
    return [_folder() / f"slot-{number}" for number in range(SLOTS)]


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "jobs"
