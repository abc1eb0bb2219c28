"""From a file to the register: read, understand, compare, write, report.

One transaction; the officer's additions are columns that nothing here names. Reading
the same file twice changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pcaet.lib.batches import batches

from ..enums import Source
from ..models import Contract, ImportedFile, RawRecord
from .read import SourceFile, SourceRecord, read
from .understand import Refused, Understood, published_days, understand
from .write import KEYS_AT_ONCE, Change, keep_refused, write

# A report that nobody would read to its end is cut, and says so.
MAX_LINES = 1_000


@dataclass(slots=True)
class Report:
    """What a file brought. Each record read is counted once."""

    name: str
    sha256: str
    shape: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejections: list[dict[str, str]] = field(default_factory=list)
    anomalies: list[dict[str, str]] = field(default_factory=list)
    anomaly_count: int = 0
    shared_numbers: list[dict[str, Any]] = field(default_factory=list)
    file_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.name,
            "sha256": self.sha256,
            "format": self.shape,
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "rejections": self.rejections,
            "anomaly_count": self.anomaly_count,
            "anomalies": self.anomalies,
            "shared_numbers": self.shared_numbers,
        }

    def add_anomalies(self, item: Understood) -> None:
        self.anomaly_count += len(item.anomalies)
        for name, sentence in item.anomalies[: MAX_LINES - len(self.anomalies)]:
            path = f"{item.source.path}.{name}"
            self.anomalies.append({"path": path, "reason": sentence})

    def add_rejection(self, source: SourceRecord, refused: Refused) -> None:
        self.rejected += 1
        if len(self.rejections) < MAX_LINES:
            path = ".".join(filter(None, (source.path, refused.field_name)))
            self.rejections.append({"path": path, "reason": refused.reason})


def import_file(
    content: bytes,
    *,
    name: str,
    today: date,
    user: User | None = None,
    dry_run: bool = False,
) -> Report:
    """Bring a file into the register, or only say what it would bring.

    Raises:
        procurement.decp.read.DecpFileError: the file as a whole cannot be read.
    """
    source = read(content)
    digest = hashlib.sha256(content).hexdigest()
    report = Report(name=name[:300], sha256=digest, shape=source.shape)
    with transaction.atomic():
        import_records(source, report, today=today, user=user)
        transaction.set_rollback(dry_run)
    return report


def import_records(
    source: SourceFile,
    report: Report,
    *,
    today: date,
    user: User | None = None,
    origin: Source = Source.DECP,
) -> None:
    """Bring records into the register, and tell it in the report."""
    report.shape = source.shape
    report.read = len(source.records)
    understood, refused = check(source, report, today=today)
    with transaction.atomic():
        changes = compare(understood, report)
        known = ImportedFile.objects.filter(sha256=report.sha256).exists()
        file = ImportedFile.objects.create(
            name=report.name,
            sha256=report.sha256,
            shape=report.shape,
            imported_by=user,
        )
        write(changes, file, origin)
        if not known:
            keep_refused(refused, file)
        report.shared_numbers = _shared_numbers(understood)
        file.report = report.as_json()
        file.save(update_fields=["report"])
        report.file_id = file.pk


def check(
    source: SourceFile, report: Report, *, today: date
) -> tuple[list[Understood], list[tuple[SourceRecord, Refused]]]:
    """Every record understood, or refused with its reason. No query."""
    understood: list[Understood] = []
    refused: list[tuple[SourceRecord, Refused]] = []
    for record in source.records:
        try:
            item = understand(record, today=today)
        except Refused as error:
            refused.append((record, error))
            report.add_rejection(record, error)
        else:
            understood.append(item)
            if item.anomalies:
                report.add_anomalies(item)
    return understood, refused


def compare(understood: Sequence[Understood], report: Report) -> list[Change]:
    """The contracts that are new or changed; what the report counts."""
    groups: dict[str, list[Understood]] = {}
    for item in understood:
        groups.setdefault(item.key, []).append(item)
    known = _known_fingerprints(groups)
    changes = [
        _change(versions) for key, versions in groups.items() if key not in known
    ]
    for change in changes:
        report.created += 1
        report.updated += change.distinct - 1
        report.unchanged += len(change.versions) - change.distinct
    suspects = []
    for key, found in known.items():
        change = _change(groups[key])
        if change.latest.fingerprint == found:
            report.unchanged += len(change.versions)
        else:
            suspects.append(change)
    return changes + list(_newer(suspects, report))


def _change(versions: list[Understood]) -> Change:
    if len(versions) > 1:
        versions.sort(key=lambda item: item.version_on or date.min)
    return Change(versions)


def _known_fingerprints(keys: Iterable[str]) -> dict[str, str]:
    if not Contract.objects.exists():
        return {}
    found: dict[str, str] = {}
    for some in batches(keys, KEYS_AT_ONCE):
        rows = Contract.objects.filter(key__in=some)
        found.update(rows.values_list("key", "fingerprint"))
    return found


def _newer(suspects: list[Change], report: Report) -> Iterator[Change]:
    """Those that say something new: neither older than ours, nor seen before."""
    for some in batches(suspects, KEYS_AT_ONCE):
        keys = [change.latest.key for change in some]
        contracts = {c.key: c for c in Contract.objects.filter(key__in=keys)}
        seen = set(
            RawRecord.objects.filter(contract__in=contracts.values()).values_list(
                "contract__key", "fingerprint"
            )
        )
        for change in some:
            latest = change.latest
            contract = change.existing = contracts[latest.key]
            ours = max(published_days(contract.record), default=date.min)
            older = (latest.version_on or date.min) < ours
            if older or (latest.key, latest.fingerprint) in seen:
                report.unchanged += len(change.versions)
            else:
                report.updated += 1
                report.unchanged += len(change.versions) - 1
                yield change


def _shared_numbers(understood: Sequence[Understood]) -> list[dict[str, Any]]:
    """Numbers that several contracts of the file share, for a person to look at."""
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for item in understood:
        group = groups.setdefault((item.buyer, item.columns["number"]), {})
        group.setdefault(item.key, []).append(item.source.path)
    return [
        {"buyer": buyer, "number": number, "paths": sorted(chain(*group.values()))}
        for (buyer, number), group in groups.items()
        if len(group) > 1
    ][:MAX_LINES]
