"""Contracts written in bulk: the published columns, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pcaet.lib.batches import batches
from pcaet.lib.rows import insert_rows

from ..enums import ModificationReading, Source
from ..models import (
    Buyer,
    Contract,
    ContractHolder,
    Holder,
    ImportedFile,
    Modification,
    RawRecord,
    Subcontract,
)
from .read import SourceRecord
from .understand import (
    HolderData,
    Refused,
    Understood,
    compact_json,
    current_state,
    end_of,
)

# Under the number of parameters that SQLite takes in one query.
KEYS_AT_ONCE = 5_000
ROWS_AT_ONCE = 2_000

# What a new publication may change. Never a column of ``Additions``.
PUBLISHED_COLUMNS = (
    "kind",
    "number",
    "object",
    "cpv",
    "procedure",
    "is_framework",
    "is_subsequent",
    "framework_number",
    "notified_on",
    "published_on",
    "duration_months",
    "current_duration_months",
    "ends_on",
    "amount",
    "current_amount",
    "bids",
    "advance_granted",
    "advance_rate",
    "is_revisable",
    "social_clause",
    "social_criterion",
    "reserved",
    "environmental_clause",
    "environmental_criterion",
    "is_contradictory",
    "record",
    "anomalies",
    "fingerprint",
    "version",
)


CREATED_COLUMNS = ("key", "buyer_id", "source")
# A new contract says nothing yet in the officer's layer.
NO_ADDITIONS = {"social_kinds": "", "environmental_kinds": "", "officer_note": ""}


@dataclass(slots=True)
class Change:
    """The versions of one contract in the file, the latest last, and what is known."""

    versions: list[Understood]
    existing: Contract | None = None

    @property
    def latest(self) -> Understood:
        return self.versions[-1]

    @property
    def distinct(self) -> int:
        return len({item.fingerprint for item in self.versions})


def write(changes: list[Change], file: ImportedFile, origin: Source) -> None:
    buyers = _buyers(change.latest for change in changes)
    holders = _holders(change.latest for change in changes)
    for some in batches(changes, ROWS_AT_ONCE):
        created = [change for change in some if change.existing is None]
        updated = [change for change in some if change.existing is not None]
        contracts = _create(created, buyers, origin) + _update(updated)
        paired = list(zip(contracts, created + updated, strict=True))
        _write_holders(paired, holders)
        _write_modifications(paired)
        _write_subcontracts(paired, holders)
        _keep_raw(paired, file)


def _create(
    changes: list[Change], buyers: dict[str, Buyer], origin: Source
) -> list[int]:
    """Insert the contracts, and give their identifiers in the base."""
    insert_rows(
        Contract,
        (*CREATED_COLUMNS, *PUBLISHED_COLUMNS, *NO_ADDITIONS),
        (
            (
                change.latest.key,
                buyers[change.latest.buyer].pk,
                origin.value,
                *map(_published(change).__getitem__, PUBLISHED_COLUMNS),
                *NO_ADDITIONS.values(),
            )
            for change in changes
        ),
    )
    keys = [change.latest.key for change in changes]
    found = dict(Contract.objects.filter(key__in=keys).values_list("key", "pk"))
    return [found[key] for key in keys]


def _published(change: Change) -> dict[str, Any]:
    latest = change.latest
    return latest.columns | {
        "anomalies": latest.anomalies,
        "fingerprint": latest.fingerprint,
        "version": change.distinct,
    }


def _update(changes: list[Change]) -> list[int]:
    """Write the published columns only: what the officer added stays."""
    contracts = []
    for change in changes:
        assert change.existing is not None
        contract = change.existing
        for name, value in change.latest.columns.items():
            setattr(contract, name, value)
        contract.fingerprint = change.latest.fingerprint
        contract.anomalies = [list(found) for found in change.latest.anomalies]
        contract.version += 1
        contracts.append(contract)
    if contracts:
        Contract.objects.bulk_update(contracts, PUBLISHED_COLUMNS, batch_size=200)
    return [contract.pk for contract in contracts]


def _buyers(items: Iterable[Understood]) -> dict[str, Buyer]:
    names: dict[str, str] = {}
    for item in items:
        names[item.buyer] = names.get(item.buyer) or item.buyer_name
    known = {buyer.siret: buyer for buyer in _fetch(Buyer, "siret", names)}
    new = [Buyer(siret=s, name=name) for s, name in names.items() if s not in known]
    Buyer.objects.bulk_create(new)
    named = [b for b in known.values() if not b.name and names[b.siret]]
    for buyer in named:
        buyer.name = names[buyer.siret]
    Buyer.objects.bulk_update(named, ["name"])
    return known | {buyer.siret: buyer for buyer in new}


def _holders(items: Iterable[Understood]) -> dict[tuple[str, str], Holder]:
    wanted: dict[tuple[str, str], HolderData] = {}
    for item in items:
        acts = (act.holder for act in item.subcontracts if act.holder)
        for data in (*item.holders, *acts):
            key = (data.identifier, data.kind)
            if key not in wanted or (data.name and not wanted[key].name):
                wanted[key] = data
    identifiers = [identifier for identifier, _ in wanted]
    known = {
        (holder.identifier, holder.identifier_kind): holder
        for holder in _fetch(Holder, "identifier", identifiers)
    }
    new = [
        Holder(identifier=data.identifier, identifier_kind=data.kind, name=data.name)
        for key, data in wanted.items()
        if key not in known
    ]
    Holder.objects.bulk_create(new, batch_size=ROWS_AT_ONCE)
    return known | {(h.identifier, h.identifier_kind): h for h in new}


def _fetch(model: Any, name: str, found: Iterable[str]) -> Iterator[Any]:
    for some in batches(found, KEYS_AT_ONCE):
        yield from model.objects.filter(**{f"{name}__in": some})


# Each contract, by its identifier in the base, with what the file says of it.
Pairs = list[tuple[int, Change]]


def _updated(pairs: Pairs) -> list[int]:
    return [contract for contract, change in pairs if change.existing is not None]


def _write_holders(pairs: Pairs, holders: dict[tuple[str, str], Holder]) -> None:
    before = {
        (link.contract_id, link.holder_id): link.size_class
        for link in ContractHolder.objects.filter(contract__in=_updated(pairs))
    }
    ContractHolder.objects.filter(contract__in=_updated(pairs)).delete()
    insert_rows(
        ContractHolder,
        ("contract_id", "holder_id", "size_class"),
        (
            (contract, holder.pk, before.get((contract, holder.pk), ""))
            for contract, change in pairs
            for data in change.latest.holders
            if (holder := holders[data.identifier, data.kind])
        ),
    )


def _write_modifications(pairs: Pairs) -> None:
    """Replace them, but for what a person said of an amount that is still the same."""
    said = {
        (m.contract_id, m.order, m.amount): m.reading
        for m in Modification.objects.filter(
            contract__in=_updated(pairs), is_confirmed=True
        )
    }
    Modification.objects.filter(contract__in=_updated(pairs)).delete()
    rows = []
    for contract, change in pairs:
        for order, data in enumerate(change.latest.modifications):
            reading = said.get((contract, order, data.amount))
            rows.append(
                Modification(
                    contract_id=contract,
                    order=order,
                    number=data.number,
                    notified_on=data.notified_on,
                    published_on=data.published_on,
                    amount=data.amount,
                    duration_months=data.duration_months,
                    holders=[h.identifier for h in data.holders],
                    reading=reading or data.reading,
                    is_confirmed=reading is not None,
                )
            )
    Modification.objects.bulk_create(rows)
    for pk in {pk for pk, _, _ in said}:
        refresh_current(Contract.objects.get(pk=pk))


def refresh_current(contract: Contract) -> None:
    """Count again the amount and duration in force from the modifications. Queries."""
    contract.current_amount, contract.current_duration_months = current_state(
        contract.amount, contract.duration_months, contract.modifications.all()
    )
    contract.ends_on = end_of(contract.notified_on, contract.current_duration_months)
    contract.save(
        update_fields=["current_amount", "current_duration_months", "ends_on"]
    )


def read_modification(modification: Modification, reading: ModificationReading) -> None:
    """A person says what the amount of a modification means."""
    modification.reading = reading
    modification.is_confirmed = True
    modification.save()
    refresh_current(modification.contract)


def _write_subcontracts(pairs: Pairs, holders: dict[tuple[str, str], Holder]) -> None:
    Subcontract.objects.filter(contract__in=_updated(pairs)).delete()
    Subcontract.objects.bulk_create(
        Subcontract(
            contract_id=contract,
            order=order,
            number=data.number,
            holder=holders[data.holder.identifier, data.holder.kind]
            if data.holder
            else None,
            amount=data.amount,
            duration_months=data.duration_months,
            notified_on=data.notified_on,
        )
        for contract, change in pairs
        for order, data in enumerate(change.latest.subcontracts)
    )


def _keep_raw(pairs: Pairs, file: ImportedFile) -> None:
    names = ("file_id", "position", "path", "content", "contract_id", "fingerprint")
    insert_rows(
        RawRecord,
        (*names, "reason"),
        (
            (
                file.pk,
                item.source.position,
                item.source.path,
                compact_json(item.source.content),
                contract,
                item.fingerprint,
                "",
            )
            for contract, change in pairs
            for item in change.versions
        ),
    )


def keep_refused(
    refused: list[tuple[SourceRecord, Refused]], file: ImportedFile
) -> None:
    RawRecord.objects.bulk_create(
        (
            RawRecord(
                file=file,
                position=record.position,
                path=record.path,
                content=compact_json(record.content),
                reason=error.reason,
            )
            for record, error in refused
        ),
        batch_size=ROWS_AT_ONCE,
    )
