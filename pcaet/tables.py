"""Importing tables into a plan: read, compare, apply, undo.

The apps compare each its own part; this assembles them. Screens and the command call
the same four functions, and nothing is written before :func:`apply`.
"""

from __future__ import annotations

import gc
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

import indicators.tables
import procurement.tables
from actions.directory import Directory
from actions.models import (
    ColumnSynonym,
    ImportBatch,
    ImportLine,
    ImportState,
    Plan,
    SavedMapping,
)
from actions.tables.base import catalogues, known_names
from actions.tables.budget import compare_budget
from actions.tables.columns import Recogniser, built_in_synonyms
from actions.tables.compare import WRITING_ORDER, ActionComparer
from actions.tables.comparison import Comparison, Options
from actions.tables.organisations import OrganisationReader
from actions.tables.preview import Change, Line, Outcome, digest
from actions.tables.reading import Choices, Recognised, addresses, read_content
from actions.tables.records import Content, Fault, Level, content_from_json
from actions.tables.section import Setting
from actions.tables.undo import CannotUndo, undo
from actions.tables.work import Journal, create_rows, write
from pcaet.lib.casing import learn_casing
from pcaet.lib.tables.reading import UnreadableTable, decode, read_file, read_pasted
from pcaet.lib.tables.sheet import Sheet

__all__ = ["CannotUndo", "Stale", "UnreadableTable"]

ORDER = (
    *WRITING_ORDER,
    *indicators.tables.WRITING_ORDER,
    *procurement.tables.WRITING_ORDER,
)
PROSE_READ = 1000
LEVEL_LABELS = {
    "axis": "axis_label",
    "engagement": "engagement_label",
    "action": "action_label",
    "measure": "measure_label",
}

Progress = Callable[[int], None]


class Stale(Exception):
    """The plan changed since the preview: it is to be looked at again."""


@dataclass
class Request:
    """What a person chose for an import, as the base keeps it."""

    skipped: list[int] = field(default_factory=list)
    header_rows: dict[str, int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    decisions: dict[str, str] = field(default_factory=dict)
    erases_empty: bool = False
    is_trusted: bool = False
    action_code: str = ""
    measure_code: str = ""

    def choices(self) -> Choices:
        return Choices(
            skipped=set(self.skipped),
            header_rows={int(key): row for key, row in self.header_rows.items()},
            columns=self.columns,
            only_sheets=set(self.sheets),
        )

    def options(self, user: User | None, *, is_preview: bool = False) -> Options:
        return Options(
            is_preview=is_preview,
            decisions=self.decisions,
            erases_empty=self.erases_empty,
            user=user,
            is_trusted=self.is_trusted,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


# Receiving -----------------------------------------------------------------------


def receive(
    plan: Plan,
    *,
    name: str,
    content: bytes,
    author: User | None,
    is_pasted: bool = False,
    request: Request | None = None,
) -> ImportBatch:
    """Keep what was sent, unread."""
    batch = ImportBatch(
        plan=plan,
        file_name=name[:200],
        file_hash=hashlib.sha256(content).hexdigest(),
        is_pasted=is_pasted,
        author=author,
        options=(request or Request()).to_json(),
    )
    # The name on disk says nothing of what people typed.
    suffix = ".txt" if is_pasted else PurePath(name).suffix.lower()[:6]
    batch.file.save(f"{batch.file_hash[:24]}{suffix}", ContentFile(content), save=False)
    batch.save()
    return batch


# Reading and comparing -----------------------------------------------------------


@contextmanager
def _many_objects() -> Iterator[None]:
    """Suspend the search for cycles, which takes a fifth of a large import's time.

    What an import makes points to itself nowhere, and goes when the import ends.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_many_objects()
def prepare(batch: ImportBatch) -> None:
    """Read the file and keep its preview; an unreadable one keeps its sentence."""
    _say(batch, ImportState.READING, 0)
    request = Request(**batch.options)
    try:
        content, recognised = read(batch.plan, _sheets(batch), request)
    except UnreadableTable as error:
        _say(batch, ImportState.UNREADABLE, 100, str(error))
        return
    _say(batch, ImportState.READING, 40)
    options = request.options(batch.author, is_preview=True)
    comparison = compare(batch.plan, content, options)
    _say(batch, ImportState.READING, 70)
    batch.recognised = recognised.sheets
    batch.content = _packed(content.to_json())
    _keep_preview(batch, content, comparison)
    _say(batch, ImportState.READY, 100)


def _sheets(batch: ImportBatch) -> list[Sheet]:
    with batch.file.open("rb") as file:
        data = file.read()
    return (
        read_pasted(decode(data))
        if batch.is_pasted
        else read_file(batch.file_name, data)
    )


def read(
    plan: Plan, sheets: list[Sheet], request: Request
) -> tuple[Content, Recognised]:
    """What the sheets hold for the plan. Queries the vocabularies; writes nothing.

    Raises:
        UnreadableTable: where no sheet holds a table.
    """
    setting = Setting(
        OrganisationReader(plan.authority.name, known_names(Directory())),
        catalogues(),
        request.action_code,
        request.measure_code,
        request.erases_empty,
    )
    found = read_content(sheets, recogniser(plan), setting, request.choices())
    content = found[0]
    parts = (content.actions, content.goals, content.budget, content.places)
    if not any((*parts, content.faults)):
        raise UnreadableTable(_nothing_found(found[1]))
    return found


def recogniser(plan: Plan) -> Recogniser:
    synonyms = built_in_synonyms()
    synonyms |= {row.key: row.field or "ignored" for row in ColumnSynonym.objects.all()}
    return Recogniser(
        synonyms,
        dict(SavedMapping.objects.filter(plan=plan).values_list("key", "field")),
    )


def _nothing_found(recognised: Recognised) -> str:
    if any(sheet["lines"] for sheet in recognised.sheets):
        return (
            "Ce tableau n’a que son en-tête : compléter ses lignes, puis le renvoyer."
        )
    return (
        "Aucun tableau d’actions n’a été reconnu : une ligne d’en-tête est attendue, "
        "par exemple « N° action », « Intitulé », « Pilote », « Échéance »."
    )


def compare(plan: Plan, content: Content, options: Options) -> Comparison:
    """What the content would change in the plan. A constant number of queries."""
    actions = ActionComparer(plan, content, options, Directory())
    result = actions.run()
    indicators.tables.IndicatorComparer(plan, actions).run()
    procurement.tables.compare_goals(plan, content, actions)
    compare_budget(content, actions)
    actions.settle()
    _complete_plan(plan, content, actions)
    return result


def _complete_plan(plan: Plan, content: Content, actions: ActionComparer) -> None:
    """A plan's first table gives it the names of its levels and its years."""
    values: dict[str, Any] = {}
    if not actions.base.actions:
        values = {
            name: content.labels[level]
            for level, name in LEVEL_LABELS.items()
            if level in content.labels
            and getattr(plan, name) in {"", getattr(Plan(), name)}
        }
        if not actions.work.is_dry:
            values["cased_words"] = "\n".join(learn_casing(_prose(content)))
    years = sorted({*plan.years, *content.years})
    if years != plan.years:
        values["years"] = years
    values = {
        name: value for name, value in values.items() if value != getattr(plan, name)
    }
    if values and not actions.result.work.is_empty:
        actions.work.change(plan, **values)


def _prose(content: Content) -> Iterable[str]:
    """Enough of the texts to learn how the plan writes its proper names."""
    for record in content.actions[:PROSE_READ]:
        yield from (record.text(name) for name in ("title", "context", "description"))


# Applying and undoing ------------------------------------------------------------


@_many_objects()
def apply(batch: ImportBatch) -> None:
    """Write what the preview showed, all of it or nothing.

    Raises:
        Stale: the plan changed since; the preview is made again.
    """
    content = content_from_json(_unpacked(bytes(batch.content)))
    request = Request(**batch.options)
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=batch.plan_id)
        comparison = compare(plan, content, request.options(batch.author))
        if digest(comparison.lines) != batch.digest:
            raise Stale
        journal = write(comparison.work, ORDER, user=batch.author, reason=str(batch))
        batch.journal = journal.packed()
        batch.state = ImportState.APPLIED
        batch.applied_at = timezone.now()
        batch.percent = 100
        batch.message = ""
        batch.save()


def undo_batch(batch: ImportBatch, user: User | None) -> None:
    """Put the plan back as it was before the import, all of it or nothing.

    Raises:
        CannotUndo: with what was changed since.
    """
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state != ImportState.APPLIED:
            return
        undo(
            Journal.unpacked(bytes(batch.journal)),
            user=user,
            reason=f"Annulation de l’import n° {batch.pk}",
        )
        batch.state = ImportState.UNDONE
        batch.undone_at = timezone.now()
        batch.save(update_fields=["state", "undone_at"])


# The preview as the base keeps it ------------------------------------------------


def _keep_preview(batch: ImportBatch, content: Content, comparison: Comparison) -> None:
    address = addresses(content)
    lines = [
        {
            "batch": batch,
            "order": rank,
            "gravity": line.gravity,
            "outcome": line.outcome.value,
            "kind": line.kind[:60],
            "label": line.label,
            "record": line.record,
            "address": address(*line.at)[:120] if line.at else "",
            "data": _shown(line, address),
        }
        for rank, line in enumerate(comparison.lines)
    ]
    batch.digest = digest(comparison.lines)
    batch.summary = summarise(comparison)
    with transaction.atomic():
        batch.lines.all()._raw_delete(batch.lines.db)
        create_rows(ImportLine, lines)
        batch.save()


Address = Callable[[int, int, int], str]


def _shown(line: Line, address: Address) -> dict[str, Any]:
    return {
        "changes": [_shown_change(change, address) for change in line.changes],
        "faults": [shown_fault(fault, address) for fault in line.faults],
        "candidates": line.candidates,
        "decision": line.decision,
    }


def _shown_change(change: Change, address: Address) -> list[str]:
    at = address(*change.at) if change.at else ""
    return [change.label, change.old, change.new, at, change.refused]


def shown_fault(fault: Fault, address: Address) -> dict[str, str]:
    return {
        "level": fault.level,
        "address": address(fault.sheet, fault.row, fault.col),
        "value": fault.value,
        "message": fault.message,
        "remedy": fault.remedy,
    }


def summarise(comparison: Comparison) -> dict[str, Any]:
    """How many actions are created, changed…, and how many faults of each level."""
    outcomes = Counter(line.outcome for line in comparison.lines if line.record)
    missing = sum(line.outcome is Outcome.MISSING for line in comparison.lines)
    levels = Counter(fault.level for line in comparison.lines for fault in line.faults)
    others = Counter(
        (line.outcome, line.kind)
        for line in comparison.lines
        if not line.record and line.outcome in {Outcome.CREATED, Outcome.CHANGED}
    )
    organisations = (
        comparison.vocabularies.new_organisations if comparison.vocabularies else []
    )
    return {
        **{outcome.value: outcomes[outcome] for outcome in Outcome},
        "missing": missing,
        "refused": sum(line.outcome is Outcome.REFUSED for line in comparison.lines),
        "errors": levels[Level.ERROR],
        "warnings": levels[Level.WARNING],
        "notes": levels[Level.NOTE],
        "others": [[outcome, kind, count] for (outcome, kind), count in others.items()],
        "organisations": [str(organisation) for organisation in organisations],
        "writes": not comparison.work.is_empty,
    }


def _say(
    batch: ImportBatch, state: ImportState, percent: int, message: str = ""
) -> None:
    """Tell the page that waits where the import is."""
    batch.state, batch.percent, batch.message = state, percent, message
    batch.seen_alive_at = timezone.now()
    batch.save(update_fields=["state", "percent", "message", "seen_alive_at"])


def _packed(data: Any) -> bytes:
    return zlib.compress(json.dumps(data, ensure_ascii=False).encode(), level=1)


def _unpacked(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))


def report(batch: ImportBatch) -> dict[str, Any]:
    """The whole preview as plain data: counts, faults, then every line."""
    lines = [
        {
            "outcome": line.outcome,
            "kind": line.kind,
            "label": line.label,
            "address": line.address,
            **line.data,
        }
        for line in batch.lines.all()
    ]
    return {
        "file": batch.file_name,
        "hash": batch.file_hash,
        "plan": batch.plan.slug,
        "summary": batch.summary,
        "recognised": batch.recognised,
        "faults": [fault for line in lines for fault in line["faults"]],
        "lines": lines,
    }
