"""Contracts written in bulk: the published columns, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from actions.models import Organisation
from pcaet.lib.rows import insert_rows, update_rows

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
from .amounts import current_state, end_of
from .clean import compact_json
from .source import SourceRecord
from .understood import HolderData, ModificationData, Refused, Understood

# What a new publication may change. Never a column of ``Additions``.
UNDERSTOOD_COLUMNS = (
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
)
PUBLISHED_COLUMNS = (
    *UNDERSTOOD_COLUMNS,
    "record",
    "anomalies",
    "fingerprint",
    "version",
)
CREATED_COLUMNS = ("key", "buyer_id", "source")
HOLDER_COLUMNS = ("contract_id", "holder_id", "size_class")
# A new contract says nothing yet in the officer's layer.
NO_ADDITIONS = {"social_kinds": "", "environmental_kinds": "", "officer_note": ""}


@dataclass(frozen=True, slots=True)
class Known:
    """A contract of the register that a new publication changes."""

    pk: int
    version: int


@dataclass(slots=True)
class Change:
    """The versions of one contract in the file, the latest last, and what is known."""

    versions: list[Understood]
    existing: Known | None = None

    @property
    def latest(self) -> Understood:
        return self.versions[-1]

    @property
    def distinct(self) -> int:
        return len({item.fingerprint for item in self.versions})

    @property
    def version(self) -> int:
        return self.existing.version + 1 if self.existing else self.distinct


# Each contract, by its identifier in the base, with what the file says of it.
Pairs = list[tuple[int, Change]]


def write(
    changes: list[Change],
    file: ImportedFile,
    origin: Source,
    owner: Organisation | None,
) -> None:
    """Write what changes; buyers that are new belong to ``owner``."""
    if not changes:
        return
    buyers = _buyers((change.latest for change in changes), owner)
    holders = _holders(change.latest for change in changes)
    created = [change for change in changes if change.existing is None]
    updated = [(c.existing.pk, c) for c in changes if c.existing is not None]
    _update(updated)
    pairs = _create(created, buyers, origin) + updated
    known = [pk for pk, _ in updated]
    _write_holders(pairs, known, holders)
    _write_modifications(pairs, known)
    _write_subcontracts(pairs, known, holders)
    _keep_raw(pairs, file)


def _create(changes: list[Change], buyers: dict[str, Buyer], origin: Source) -> Pairs:
    """Insert the contracts, and give their identifiers in the base."""
    insert_rows(
        Contract,
        (*CREATED_COLUMNS, *PUBLISHED_COLUMNS, *NO_ADDITIONS),
        (
            (
                change.latest.key,
                buyers[change.latest.buyer].pk,
                origin.value,
                *_published(change),
                *NO_ADDITIONS.values(),
            )
            for change in changes
        ),
    )
    by_key = {change.latest.key: change for change in changes}
    found = Contract.objects.filter(key__in=by_key).order_by()
    return [(pk, by_key[key]) for key, pk in found.values_list("key", "pk")]


def _update(pairs: Pairs) -> None:
    """Write the published columns only: what the officer added stays."""
    update_rows(
        Contract,
        PUBLISHED_COLUMNS,
        ((*_published(change), pk) for pk, change in pairs),
    )


def _published(change: Change) -> list[Any]:
    """The values of ``PUBLISHED_COLUMNS``."""
    latest = change.latest
    return [
        *map(latest.columns.__getitem__, UNDERSTOOD_COLUMNS),
        latest.record,
        compact_json(latest.anomalies) if latest.anomalies else "[]",
        latest.fingerprint,
        change.version,
    ]


def _buyers(
    items: Iterable[Understood], owner: Organisation | None
) -> dict[str, Buyer]:
    names: dict[str, str] = {}
    for item in items:
        names[item.buyer] = names.get(item.buyer) or item.buyer_name
    known = Buyer.objects.in_bulk(names, field_name="siret")
    new = [
        Buyer(siret=siret, name=name, organisation=owner)
        for siret, name in names.items()
        if siret not in known
    ]
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
    identifiers = {identifier for identifier, _ in wanted}
    known = {
        (holder.identifier, holder.identifier_kind): holder
        for holder in Holder.objects.filter(identifier__in=identifiers)
    }
    new = [
        Holder(identifier=data.identifier, identifier_kind=data.kind, name=data.name)
        for key, data in wanted.items()
        if key not in known
    ]
    Holder.objects.bulk_create(new)
    return known | {(h.identifier, h.identifier_kind): h for h in new}


def _write_holders(
    pairs: Pairs, known: list[int], holders: dict[tuple[str, str], Holder]
) -> None:
    """Add the holders that are new, take off those gone: the others keep their size."""
    wanted = dict.fromkeys(
        (contract, holders[data.identifier, data.kind].pk)
        for contract, change in pairs
        for data in change.latest.holders
    )
    links = ContractHolder.objects.filter(contract__in=known)
    before = {(c, h): pk for c, h, pk in links.values_list(*HOLDER_COLUMNS[:2], "pk")}
    gone = [pk for link, pk in before.items() if link not in wanted]
    links.filter(pk__in=gone).delete()
    insert_rows(
        ContractHolder,
        HOLDER_COLUMNS,
        ((*link, "") for link in wanted if link not in before),
    )


# What a publication says of a modification; the reading of its amount is ours.
_said = attrgetter("number", "notified_on", "published_on", "amount", "duration_months")


def _write_modifications(pairs: Pairs, known: list[int]) -> None:
    """Replace those that changed, but for what a person said of the same amount."""
    before: dict[int, list[Modification]] = {}
    for modification in Modification.objects.filter(contract__in=known):
        before.setdefault(modification.contract_id, []).append(modification)
    changed = [
        (contract, change)
        for contract, change in pairs
        if not _are_same(before.get(contract, []), change.latest.modifications)
    ]
    said = {
        (m.contract_id, m.order, m.amount): m.reading
        for modifications in before.values()
        for m in modifications
        if m.is_confirmed
    }
    gone = [contract for contract, _ in changed if contract in before]
    Modification.objects.filter(contract__in=gone).delete()
    Modification.objects.bulk_create(
        _modification(contract, order, data, said.get((contract, order, data.amount)))
        for contract, change in changed
        for order, data in enumerate(change.latest.modifications)
    )
    for pk in {pk for pk, _, _ in said}:
        refresh_current(Contract.objects.get(pk=pk))


def _are_same(before: list[Modification], after: list[ModificationData]) -> bool:
    return [(*_said(m), m.holders) for m in before] == [
        (*_said(data), [h.identifier for h in data.holders]) for data in after
    ]


def _modification(
    contract: int, order: int, data: ModificationData, confirmed: str | None
) -> Modification:
    return Modification(
        contract_id=contract,
        order=order,
        number=data.number,
        notified_on=data.notified_on,
        published_on=data.published_on,
        amount=data.amount,
        duration_months=data.duration_months,
        holders=[holder.identifier for holder in data.holders],
        reading=confirmed or data.reading,
        is_confirmed=confirmed is not None,
    )


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


def _write_subcontracts(
    pairs: Pairs, known: list[int], holders: dict[tuple[str, str], Holder]
) -> None:
    Subcontract.objects.filter(contract__in=known).delete()
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
        )
    )
