"""Small helpers of the tests that import tables."""

from __future__ import annotations

import datetime
import io
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl

from actions.models import ImportBatch, ImportLine, Plan
from pcaet import tables

SAMPLES = Path(__file__).parents[1] / "data" / "tables"

Cell = str | int | float | datetime.date | None


def workbook(rows: Sequence[Sequence[Cell]], title: str = "Actions") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def edited(name: str, edit: Callable[[openpyxl.Workbook], None]) -> bytes:
    """A sample whose cells were changed as a person would."""
    with warnings.catch_warnings():
        # openpyxl says which ornaments of a workbook it leaves out.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(sample(name)))
    edit(book)
    return saved(book)


def preview(
    plan: Plan,
    content: bytes | str,
    name: str = "tableau.xlsx",
    **request: object,
) -> ImportBatch:
    """The preview of a file, or of a pasted text."""
    pasted = isinstance(content, str)
    batch = tables.receive(
        plan,
        name="collage.txt" if pasted else name,
        content=content.encode() if isinstance(content, str) else content,
        author=None,
        is_pasted=pasted,
        request=tables.Request(is_trusted=True, **request),  # type: ignore[arg-type]
    )
    tables.prepare(batch)
    return batch


def load(
    plan: Plan, content: bytes | str, name: str = "tableau.xlsx", **request: object
) -> ImportBatch:
    """Import a file, or a pasted text, from its reading to its writing."""
    batch = preview(plan, content, name, **request)
    assert batch.state == "ready", batch.message
    tables.apply(batch)
    return batch


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def lines(batch: ImportBatch, outcome: str) -> list[ImportLine]:
    return [line for line in batch.lines.all() if line.outcome == outcome]


def faults(batch: ImportBatch) -> list[dict[str, str]]:
    return tables.report(batch)["faults"]  # type: ignore[no-any-return]
