"""What a published record says, once it is understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ..enums import ModificationReading
from .source import SourceRecord


class Refused(Exception):
    """The record cannot be kept as a contract."""

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(reason)
        self.field_name = field_name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HolderData:
    identifier: str
    kind: str
    name: str = ""


@dataclass(slots=True)
class ModificationData:
    number: str
    notified_on: date | None
    published_on: date | None
    amount: Decimal | None
    duration_months: int | None
    holders: list[HolderData]
    reading: str = ModificationReading.TOTAL


@dataclass(slots=True)
class SubcontractData:
    number: str
    holder: HolderData | None
    amount: Decimal | None
    duration_months: int | None
    notified_on: date | None


@dataclass(slots=True)
class Understood:
    """A record made plain.

    Attributes:
        key: what makes it the same contract from one publication to the next.
        columns: values of the columns of ``Contract``, the buyer and key apart.
        record: the cleaned record, as a JSON text; ``fingerprint`` is its digest.
        anomalies: (field, sentence) for each doubtful value.
        version_on: the latest day on which anything of it was published.
    """

    source: SourceRecord
    key: str
    buyer: str
    buyer_name: str
    columns: dict[str, Any]
    holders: list[HolderData]
    modifications: list[ModificationData]
    subcontracts: list[SubcontractData]
    record: str
    fingerprint: str
    version_on: date | None
    anomalies: list[tuple[str, str]] = field(default_factory=list)
