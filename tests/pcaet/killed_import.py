"""An import in a base of its own, cut short by one process, taken up by another.

    python -m tests.pcaet.killed_import kill|again

PCAET_VAR is the folder of the base. «kill» ends its own process, as a machine that
stops would, after the actions and half of what hangs from them are written.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import timedelta
from typing import Any
from unittest import mock

os.environ["DJANGO_SETTINGS_MODULE"] = "pcaet.settings"

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from actions.models import Action, ImportBatch, ImportState, Organisation, Plan, Role  # noqa: E402
from pcaet import jobs, table_jobs, tables  # noqa: E402
from pcaet.lib.rows import insert_rows  # noqa: E402

from .tables import Cell, workbook  # noqa: E402

ACTIONS = 300


def begin() -> None:
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    authority = Organisation.objects.create(name="CC des Sources", kind="authority")
    plan = Plan.objects.create(
        slug="plan", title="Plan", kind="pcaet", authority=authority
    )
    rows: list[list[Cell]] = [["N°", "Intitulé", "Pilote"]]
    for number in range(1, ACTIONS + 1):
        rows.append([number, f"Action {number}", f"Service {number % 9}"])
    batch = tables.receive(
        plan,
        name="plan.xlsx",
        content=workbook(rows),
        author=None,
        request=tables.Request(is_trusted=True),
    )
    tables.prepare(batch)
    table_jobs.claim(batch, ImportState.APPLYING, ImportState.READY)


def kill() -> None:
    def stop_at_roles(model: type[Any], *args: Any) -> None:
        insert_rows(model, *args)
        if model is Role:
            assert Action.objects.count() == ACTIONS
            os.kill(os.getpid(), signal.SIGKILL)

    with mock.patch("actions.tables.work.insert_rows", stop_at_roles):
        jobs.perform(ImportBatch.objects.get(), table_jobs.work)


def again() -> None:
    """What the button «Reprendre» does a minute later, then «Importer»."""
    ago = timezone.now() - timedelta(minutes=1)
    ImportBatch.objects.update(seen_alive_at=ago)
    batch = ImportBatch.objects.get()
    before = found(batch)
    table_jobs.claim(batch, ImportState.READING, ImportState.APPLYING)
    jobs.perform(batch, table_jobs.work)
    table_jobs.claim(batch, ImportState.APPLYING, ImportState.READY)
    jobs.perform(batch, table_jobs.work)
    sys.stdout.write(json.dumps([before, found(batch)]))


def found(batch: ImportBatch) -> dict[str, Any]:
    """What the base holds."""
    batch.refresh_from_db()
    return {
        "actions": Action.objects.count(),
        "history": Action.history.count(),
        "organisations": Organisation.objects.count(),
        "state": batch.state,
        "stale": batch.is_stale,
    }


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        begin()
        kill()
    else:
        again()
