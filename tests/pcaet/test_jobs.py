"""Work in the background: its turn, its slots, its death, its second birth."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from actions.models import ImportBatch, ImportState, PrintJob, PrintState
from actions.models.jobs import MOST_ATTEMPTS
from pcaet import jobs
from pcaet.lib.locks import held, is_held
from tests.actions.factories import ImportBatchFactory, PrintJobFactory

pytestmark = pytest.mark.django_db

# Takes a lock and says so, then waits to be killed.
HOLDER = """
import sys, time
from pathlib import Path
from pcaet.lib.locks import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


# Before the tests put it out of action.
BEGIN = jobs.begin


@pytest.fixture(autouse=True)
def own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def finish(job: PrintJob) -> None:
    job.state = PrintState.FAILED
    job.save()


def left_by_a_dead_process(**fields: Any) -> PrintJob:
    """Begun on this machine a minute ago, by a process that is no more."""
    job: PrintJob = PrintJobFactory(state=PrintState.PRINTING)
    job.claim()
    before = timezone.now() - timedelta(minutes=1)
    PrintJob.objects.filter(pk=job.pk).update(seen_alive_at=before, **fields)
    job.refresh_from_db()
    return job


def test_what_waits_is_done_in_the_order_it_was_asked() -> None:
    first, second = PrintJobFactory(), PrintJobFactory()
    done: list[int] = []

    def work(job: PrintJob) -> None:
        done.append(job.pk)
        finish(job)

    assert jobs.do_all({PrintJob: work}) == 2
    assert done == [first.pk, second.pk]


def test_nothing_is_done_while_every_slot_is_taken() -> None:
    PrintJobFactory()
    with held(jobs._slots()[0]), held(jobs._slots()[1]):
        assert jobs.do_all({PrintJob: finish}) == 0
    assert jobs.do_all({PrintJob: finish}) == 1


def test_work_is_claimed_once() -> None:
    job = PrintJobFactory()
    same = PrintJob.objects.get(pk=job.pk)

    assert job.claim()
    assert not same.claim()


def test_work_that_another_process_holds_is_left_to_it() -> None:
    job = PrintJobFactory()
    with held(job.lock):
        assert not jobs.perform(job, finish)
    assert PrintJob.objects.get().is_waiting


def test_failure_is_told_in_french() -> None:
    def fail(job: PrintJob) -> None:
        raise ValueError("broken")

    jobs.perform(PrintJobFactory(), fail)

    job = PrintJob.objects.get()
    assert job.state == PrintState.FAILED
    assert job.message.startswith("L’impression s’est interrompue.")
    assert job.ended_at


def test_killed_process_gives_its_lock_back(tmp_path: Path) -> None:
    path = tmp_path / "verrou"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    assert is_held(path)

    os.kill(process.pid, signal.SIGKILL)
    process.communicate()

    assert not is_held(path)


def test_work_of_a_dead_process_is_stale_and_begins_again() -> None:
    job = left_by_a_dead_process()

    assert job.is_stale
    assert jobs.do_all({PrintJob: finish}) == 1


def test_work_whose_process_lives_is_not_stale() -> None:
    job = left_by_a_dead_process()
    with held(job.lock):
        assert not job.is_stale


def test_work_that_keeps_dying_is_given_up() -> None:
    left_by_a_dead_process(attempts=MOST_ATTEMPTS)

    assert jobs.do_all({PrintJob: finish}) == 0


def test_silence_of_another_machine_tells_of_its_death() -> None:
    job = left_by_a_dead_process(host="ailleurs")
    assert not job.is_stale

    job.seen_alive_at = timezone.now() - timedelta(minutes=3)
    assert job.is_stale


def test_import_cut_short_waits_for_a_person() -> None:
    batch = ImportBatchFactory(state=ImportState.APPLYING)
    batch.claim()
    batch.seen_alive_at = timezone.now() - timedelta(minutes=1)
    batch.save()

    assert batch.is_stale
    assert jobs.do_all({ImportBatch: finish}) == 0


def test_page_starts_what_nobody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(jobs, "begin", lambda: begun.append(True))
    running = PrintJobFactory(state=PrintState.PRINTING)
    running.claim()

    for job in (running, PrintJobFactory()):
        jobs.keep_going(job)
    assert begun == []
    before = timezone.now() - timedelta(minutes=1)
    jobs.keep_going(PrintJobFactory(seen_alive_at=before))
    assert begun == [True]


def test_process_is_started_only_for_a_free_slot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []

    def start(command: list[str], **options: Any) -> None:
        started.append(command[1:])

    monkeypatch.setattr(subprocess, "Popen", start)

    with held(jobs._slots()[0]), held(jobs._slots()[1]):
        BEGIN()
    assert started == []
    BEGIN()
    assert started == [["manage.py", "run_jobs"]]
