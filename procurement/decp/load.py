"""From a file to the register: read, understand, compare, write, report.

One transaction, a few thousand records at a time; the officer's additions are columns
that nothing here names. Reading the same file twice changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from actions.models import Organisation
from pcaet.lib.batches import batches
from pcaet.lib.rows import take_stock

from ..enums import Source
from ..models import Buyer, Contract, ContractHolder, ImportedFile, RawRecord
from .clean import published_days
from .read import read
from .source import DecpFileError, SourceFile, SourceRecord
from .understand import buyer_of, understand
from .understood import Refused, Understood
from .write import Change, Known, keep_refused, write

# The memory of the machine bounds it above; the number of queries, below.
RECORDS_AT_ONCE = 5_000
# Changes after which the base reads its tables better once it has looked at them.
MANY = 1_000
FOREIGN_BUYER = (
    "L’acheteur {} n’est pas rattaché à votre collectivité : un administrateur peut l’y "
    "rattacher."
)
NO_BUYER_OF_OURS = (
    "Aucun acheteur n’est encore rattaché à votre collectivité : en rattacher un dans "
    "l’administration, ou importer le fichier entier."
)
# What to know of a contract before it is changed.
KNOWN_COLUMNS = ("key", "pk", "version", "record")
# A report that nobody would read to its end is cut, and says so.
MAX_LINES = 1_000


@dataclass(slots=True)
class Report:
    """What a file brought. Each record read is counted once.

    Attributes:
        left_aside: records of buyers that nobody asked for.
        columns: the column of the file that holds a field, where it has its own names.
    """

    name: str
    sha256: str
    shape: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    left_aside: int = 0
    rejections: list[dict[str, str]] = field(default_factory=list)
    anomalies: list[dict[str, str]] = field(default_factory=list)
    anomaly_count: int = 0
    shared_numbers: list[dict[str, Any]] = field(default_factory=list)
    file_id: int | None = None
    columns: dict[str, str] = field(default_factory=dict)

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
            "left_aside": self.left_aside,
            "rejections": self.rejections,
            "anomaly_count": self.anomaly_count,
            "anomalies": self.anomalies,
            "shared_numbers": self.shared_numbers,
        }

    def add_anomalies(self, item: Understood) -> None:
        self.anomaly_count += len(item.anomalies)
        for name, sentence in item.anomalies[: MAX_LINES - len(self.anomalies)]:
            path = self._place(item.source, name)
            self.anomalies.append({"path": path, "reason": sentence})

    def add_rejection(self, source: SourceRecord, refused: Refused) -> None:
        self.rejected += 1
        if len(self.rejections) < MAX_LINES:
            path = self._place(source, refused.field_name)
            self.rejections.append({"path": path, "reason": refused.reason})

    def _place(self, source: SourceRecord, name: str) -> str:
        """Where a fault stands, for a person to find it."""
        if name in self.columns:
            return f"{source.path}, colonne « {self.columns[name]} »"
        return f"{source.path}.{name}" if name else source.path


@dataclass(frozen=True)
class Delivery:
    """A file as someone brings it: the day, the account, whose its new buyers are.

    Attributes:
        only_ours: leave aside the buyers that are not linked to the account's
            authorities, or to any organisation where there is no account.
    """

    today: date
    user: User | None = None
    owner: Organisation | None = None
    only_ours: bool = False

    @cached_property
    def ours(self) -> frozenset[str]:
        """SIRETs of the buyers linked to the account's authorities. Two queries.

        Raises:
            DecpFileError: there is none, and the whole file would be left aside.
        """
        buyers = Buyer.objects.managed_by(self.user) if self.user else Buyer.objects
        found = frozenset(buyers.linked().values_list("siret", flat=True))
        if not found:
            raise DecpFileError(NO_BUYER_OF_OURS)
        return found

    def leaves_aside(self, siret: str) -> bool:
        """Whether the buyer is known, and not one of those asked for."""
        return self.only_ours and bool(siret) and siret not in self.ours

    @cached_property
    def foreign(self) -> frozenset[str]:
        """SIRETs of the buyers whose register the account does not keep. One query."""
        if self.user is None:
            return frozenset()
        ours = Buyer.objects.managed_by(self.user).values("pk")
        others = Buyer.objects.exclude(pk__in=ours)
        return frozenset(others.values_list("siret", flat=True))

    def refuse_foreign(self, item: Understood) -> None:
        """Nobody changes the contracts of another authority by a file."""
        if item.buyer in self.foreign:
            raise Refused("acheteur.id", FOREIGN_BUYER.format(item.buyer))


def import_file(
    content: bytes,
    *,
    name: str,
    today: date,
    user: User | None = None,
    owner: Organisation | None = None,
    only_ours: bool = False,
    dry_run: bool = False,
) -> Report:
    """Bring a file into the register, or only say what it would bring.

    Args:
        owner: whose the buyers are that the register does not know yet.
        only_ours: leave aside the buyers not linked to the user's authorities.

    Raises:
        procurement.decp.source.DecpFileError: the file as a whole cannot be read.
    """
    source = read(content)
    digest = hashlib.sha256(content).hexdigest()
    report = Report(name=name[:300], sha256=digest, shape=source.shape)
    with transaction.atomic():
        import_records(source, report, Delivery(today, user, owner, only_ours))
        transaction.set_rollback(dry_run)
    if not dry_run and report.created + report.updated >= MANY:
        take_stock(Contract, ContractHolder)
    return report


def import_records(
    source: SourceFile,
    report: Report,
    delivery: Delivery,
    *,
    origin: Source = Source.DECP,
) -> None:
    """Bring records into the register, and tell it in the report."""
    report.shape = source.shape
    numbers = SharedNumbers()
    with transaction.atomic():
        known = ImportedFile.objects.filter(sha256=report.sha256).exists()
        file = ImportedFile.objects.create(
            name=report.name,
            sha256=report.sha256,
            shape=report.shape,
            imported_by=delivery.user,
        )
        for records in batches(source.records, RECORDS_AT_ONCE):
            understood, refused = check(records, report, delivery)
            write(compare(understood, report), file, origin, delivery.owner)
            if not known:
                keep_refused(refused, file)
            numbers.add(understood)
        report.shared_numbers = numbers.lines()
        file.report = report.as_json()
        file.save(update_fields=["report"])
        report.file_id = file.pk


def check(
    records: list[SourceRecord], report: Report, delivery: Delivery
) -> tuple[list[Understood], list[tuple[SourceRecord, Refused]]]:
    """Every record understood, or refused with its reason. At most one query."""
    understood: list[Understood] = []
    refused: list[tuple[SourceRecord, Refused]] = []
    report.read += len(records)
    for record in records:
        if delivery.only_ours and delivery.leaves_aside(buyer_of(record)):
            report.left_aside += 1
            continue
        try:
            item = understand(record, today=delivery.today)
            delivery.refuse_foreign(item)
        except Refused as error:
            refused.append((record, error))
            report.add_rejection(record, error)
        else:
            understood.append(item)
            if item.anomalies:
                report.add_anomalies(item)
    return understood, refused


def compare(understood: Sequence[Understood], report: Report) -> list[Change]:
    """The contracts that are new or changed; what the report counts. Three queries."""
    groups: dict[str, list[Understood]] = {}
    for item in understood:
        groups.setdefault(item.key, []).append(item)
    fingerprints = dict(
        Contract.objects.filter(key__in=groups).values_list("key", "fingerprint")
    )
    changes = [
        _change(versions) for key, versions in groups.items() if key not in fingerprints
    ]
    for change in changes:
        report.created += 1
        report.updated += change.distinct - 1
        report.unchanged += len(change.versions) - change.distinct
    suspects = []
    for key, found in fingerprints.items():
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


def _newer(suspects: list[Change], report: Report) -> Iterator[Change]:
    """Those that say something new: neither older than ours, nor seen before."""
    if not suspects:
        return
    keys = [change.latest.key for change in suspects]
    rows = Contract.objects.filter(key__in=keys)
    contracts = {row[0]: row[1:] for row in rows.values_list(*KNOWN_COLUMNS)}
    pks = [pk for pk, _, _ in contracts.values()]
    raw = RawRecord.objects.filter(contract__in=pks)
    seen = set(raw.values_list("contract", "fingerprint"))
    for change in suspects:
        latest = change.latest
        pk, version, record = contracts[latest.key]
        ours = max(published_days(record), default=date.min)
        older = (latest.version_on or date.min) < ours
        if older or (pk, latest.fingerprint) in seen:
            report.unchanged += len(change.versions)
        else:
            report.updated += 1
            report.unchanged += len(change.versions) - 1
            change.existing = Known(pk, version)
            yield change


class SharedNumbers:
    """Numbers that several contracts of a file share, for a person to look at."""

    def __init__(self) -> None:
        self.first: dict[tuple[str, str], tuple[str, str]] = {}
        self.paths: dict[tuple[str, str], list[str]] = {}

    def add(self, understood: Iterable[Understood]) -> None:
        for item in understood:
            number, path = (item.buyer, item.columns["number"]), item.source.path
            key, first_path = self.first.setdefault(number, (item.key, path))
            if number in self.paths or key != item.key:
                self.paths.setdefault(number, [first_path]).append(path)

    def lines(self) -> list[dict[str, Any]]:
        return [
            {"buyer": buyer, "number": number, "paths": paths}
            for (buyer, number), paths in self.paths.items()
        ][:MAX_LINES]
