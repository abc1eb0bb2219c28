"""Import of large tables, against reading the file and writing the same rows at best.

    python -m tests.benchmarks.bench_tables [ROWS]

A table of 10,000 actions, then a grid of 5,000 indicators over 6 years, are read,
previewed, applied and undone. The floor, measured by turns in the same run, reads the
same file and upserts the very rows that the import left, ready-made, without history,
preview nor checks. The whole import must stay within 3 times that floor and 400 MB,
with queries that grow with batches. DATABASE_URL chooses the server; the work is done
in a test base of its own.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

import openpyxl  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Model  # noqa: E402

from actions.models import ImportBatch, Organisation, Plan  # noqa: E402
from actions.tables.work import Journal  # noqa: E402
from pcaet import tables  # noqa: E402
from pcaet.lib.tables.reading import read_file  # noqa: E402

LARGEST_RATIO, LARGEST_MEMORY = 3, 400  # times the floor, MB
ROUNDS = 3
BATCH = 2000
STATUSES = ("À démarrer", "En cours", "Réalisé", "Abandonné")
BUDGETS = ("50 000 €", "17 à 27 M€", "En cours de calcul", "1,5 M€", "12 000 €")
WHENS = ("2024", "été 2025", "mai-26", "01/09/2025", "Début 2026")


def action_table(number: int) -> bytes:
    """Actions as people write them: organisations repeat, texts hardly do."""
    header = ["N° action", "Axe", "Objectif", "Intitulé", "Description", "Pilote",
              "Partenaires", "Début", "Fin", "Budget", "Statut", "Thématique"]  # fmt: skip
    return _workbook([header], (_action(n) for n in range(number)))


def _action(n: int) -> list[str | int]:
    return [
        n + 1,
        f"Axe {n % 6 + 1} : Orientation {n % 6 + 1}",
        f"{n % 6 + 1}.{n % 5 + 1} Objectif {n % 5 + 1}",
        f"Accompagner la rénovation du quartier n° {n}",
        f"- Recenser les bâtiments du secteur {n}\n- Isoler {n % 90 + 2} logements",
        f"Service {n % 40}",
        f"ADEME / Région / Association {n % 200}",
        WHENS[n % 5],
        2027 + n % 4,
        BUDGETS[n % 5],
        STATUSES[n % 4],
        f"Thème {n % 12}",
    ]


def indicator_grid(number: int) -> bytes:
    """Five indicators by measure, two measures by action, a text by year."""
    header = ["N° action", "Action", "N° mesure", "Mesure", "Pilote", "Indicateur",
              *range(2024, 2030)]  # fmt: skip
    return _workbook([header], (_indicator(n) for n in range(number)))


def _indicator(n: int) -> list[str | int]:
    measure, action = n // 5, n // 10
    return [
        action + 1,
        f"Action {action + 1}",
        measure % 2 + 1,
        f"Mesure {measure}",
        f"Service {measure % 40}",
        f"Indicateur {n}",
        *(f"{n + year} réunions et {n % 5 + 1} guides" for year in range(6)),
    ]


def _workbook(
    head: Sequence[Sequence[str | int]], rows: Iterator[list[str | int]]
) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    for row in (*head, *rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def processor() -> float:
    """Seconds of processor, of this process and of those that it waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def timed(work: Callable[[], object]) -> float:
    start = processor()
    work()
    return processor() - start


def received(content: bytes) -> ImportBatch:
    authority = Organisation.objects.get_or_create(name="Grande Agglo")[0]
    Plan.objects.filter(slug="banc").delete()
    plan = Plan.objects.create(
        slug="banc", title="Banc", kind="pcaet", authority=authority
    )
    return tables.receive(
        plan,
        name="banc.xlsx",
        content=content,
        author=None,
        request=tables.Request(is_trusted=True),
    )


def rows_left(batch: ImportBatch) -> list[list[Model]]:
    """The rows that the import created or changed, in the order of writing."""
    found = []
    for step in Journal.unpacked(bytes(batch.journal)).steps:
        model = apps.get_model(step["model"])
        keys = [key for key, *_ in (*step.get("created", []), *step.get("changed", []))]
        rows = model._default_manager.in_bulk(keys) if keys else {}
        found.append(list(rows.values()))
    return [rows for rows in found if rows]


def floor(content: bytes, steps: list[list[Model]]) -> None:
    """Read the file, and upsert the rows as fast as Django does."""
    read_file("banc.xlsx", content)
    with transaction.atomic():
        for rows in steps:
            names = [f.name for f in rows[0]._meta.concrete_fields if not f.primary_key]
            type(rows[0])._default_manager.bulk_create(
                rows,
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=["pk"],
                update_fields=names,
            )
        # The next round finds the base as this one did.
        transaction.set_rollback(True)


@dataclass
class Round:
    """The processor seconds of an import, and of its floor; memory in MB."""

    preview: float
    apply: float
    undo: float
    floor: float
    written: int
    queries: int
    memory: int


def play(content: bytes) -> Round:
    batch = received(content)
    queries = Counter[bool]()

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries[many] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        preview = timed(lambda: tables.prepare(batch))
        apply = timed(lambda: tables.apply(batch))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    steps = rows_left(batch)
    undo = timed(lambda: tables.undo_batch(batch, None))
    # The rows are gone: the floor inserts them where the import did.
    least = timed(lambda: floor(content, steps))
    written = sum(map(len, steps))
    return Round(preview, apply, undo, least, written, queries.total(), memory)


def measure(name: str, content: bytes) -> None:
    """Print how an import fares beside its floor, the best of each by turns."""
    rounds = [play(content) for _ in range(ROUNDS)]
    preview, apply, undo, least = (
        min(getattr(one, part) for one in rounds)
        for part in ("preview", "apply", "undo", "floor")
    )
    ratio = (preview + apply) / least
    first = rounds[0]
    print(f"{name} : {first.written} lignes écrites, {first.queries} requêtes", end="")
    print(f", {first.memory} Mo au plus haut (au plus {LARGEST_MEMORY})")
    print(
        f"  aperçu {preview:.2f} s, écriture {apply:.2f} s, plancher {least:.2f} s : ",
        end="",
    )
    print(f"× {ratio:.2f} (au plus {LARGEST_RATIO}) ; annulation {undo:.2f} s")


def main(number: int) -> None:
    connection.settings_dict["TEST"]["MIGRATE"] = False
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        print(connection.vendor)
        measure(f"{number} actions", action_table(number))
        measure(f"{number // 2} indicateurs sur 6 ans", indicator_grid(number // 2))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
