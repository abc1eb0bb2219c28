"""What an import writes, written in bulk with its history, and kept to be undone.

Nothing here knows a table: rows to create, change and remove come in, a journal of
what was done goes out.
"""

from __future__ import annotations

import datetime
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection
from django.db.models import Model

from pcaet.lib.keys import reserve_keys
from pcaet.lib.rows import insert_rows

from .stored import (
    LOOKED_UP,
    Row,
    as_new_row,
    as_row,
    attributes,
    fingerprints,
    for_base,
    picked,
    stored,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

M = TypeVar("M", bound=Model)

BATCH = 2000


@dataclass
class Work:
    """Rows to write, by model; a row to create may point to another to create.

    A dry work counts the rows that nothing points to without making them.
    """

    is_dry: bool = False
    uncounted: int = 0
    created: dict[type[Model], list[Model]] = field(
        default_factory=lambda: defaultdict(list)
    )
    # Rows that nothing points to: values by field, which cost less than objects.
    attached: dict[type[Model], list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    changed: dict[type[Model], dict[int, Model]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    before: dict[type[Model], dict[int, dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    removed: dict[type[Model], list[Model]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def create(self, row: M) -> M:
        self.created[type(row)].append(row)
        return row

    def attach(self, model: type[Model], **values: Any) -> None:
        """Create a row that nothing else will point to."""
        if self.is_dry:
            self.uncounted += 1
        else:
            self.attached[model].append(values)

    def change(self, row: Model, **values: Any) -> None:
        """Set fields of a row; what it held before is kept."""
        if row.pk is not None:
            kept = self.before[type(row)].setdefault(row.pk, {})
            for name in values:
                attname = row._meta.get_field(name).attname  # type: ignore[union-attr]
                kept.setdefault(attname, stored(row, attname))
            self.changed[type(row)][row.pk] = row
        for name, value in values.items():
            setattr(row, name, value)

    def remove(self, row: Model) -> None:
        if row.pk is None:
            self.created[type(row)].remove(row)
        else:
            self.removed[type(row)].append(row)

    @property
    def is_empty(self) -> bool:
        return not self.uncounted and not any(
            any(rows.values())
            for rows in (self.created, self.attached, self.changed, self.removed)
        )


@dataclass
class Journal:
    """What an import did, model by model, in the order of writing."""

    steps: list[dict[str, Any]] = field(default_factory=list)

    def packed(self) -> bytes:
        return zlib.compress(json.dumps(self.steps, ensure_ascii=False).encode())

    @classmethod
    def unpacked(cls, data: bytes) -> Journal:
        return cls(json.loads(zlib.decompress(data)))


def write(
    work: Work, order: Sequence[type[Model]], *, user: User | None, reason: str
) -> Journal:
    """Write everything, models in the order given. Within a transaction.

    The number of queries grows with batches, not with rows.
    """
    journal = Journal()
    unknown = {*work.created, *work.attached, *work.changed, *work.removed} - {*order}
    assert not unknown, f"no order of writing for {unknown}"
    for model in reversed(order):
        if rows := work.removed.get(model):
            journal.steps.append(remove(model, rows, user, reason))
    for model in order:
        _give_keys(model, work.created.get(model, []))
    for model in order:
        if new := _new_rows(work, model):
            journal.steps.append(_create(model, new, user, reason))
        if changed := work.changed.get(model):
            before = work.before[model]
            journal.steps.append(
                _change(model, list(changed.values()), before, user, reason)
            )
    return journal


def _give_keys(model: type[Model], items: list[Model]) -> None:
    """Keys for new objects, so that the rows that point to them can be written."""
    if items:
        for item, key in zip(items, reserve_keys(model, len(items)), strict=True):
            item.pk = key


def _new_rows(work: Work, model: type[Model]) -> list[Row]:
    """The columns of all the new rows of a model."""
    rows: list[Row] = list(map(as_row(model), work.created.get(model, ())))
    return rows + _from_values(model, work.attached.get(model, []))


def _from_values(model: type[Model], values: list[dict[str, Any]]) -> list[Row]:
    if not values:
        return []
    keys = reserve_keys(model, len(values))
    return list(map(as_new_row(model), keys, values))


def create_rows(model: type[Model], values: list[dict[str, Any]]) -> None:
    """Write new rows, given by their fields, to which nothing points; no history."""
    _insert(model, _from_values(model, values))


def _insert(model: type[Model], rows: list[Row]) -> None:
    insert_rows(model, attributes(model), map(for_base(model), rows))


def _create(
    model: type[Model], rows: list[Row], user: User | None, reason: str
) -> dict[str, Any]:
    _insert(model, rows)
    place = attributes(model).index(str(model._meta.pk.attname))
    keys = [row[place] for row in rows]
    record(model, keys, "+", user, reason)
    return {
        "model": model._meta.label,
        "created": [
            [key, mark]
            for key, mark in zip(keys, map(fingerprints(model), rows), strict=True)
        ],
    }


def _change(
    model: type[Model],
    rows: list[Model],
    before: dict[int, dict[str, Any]],
    user: User | None,
    reason: str,
) -> dict[str, Any]:
    touched = sorted({name for kept in before.values() for name in kept})
    upsert(model, rows, touched)
    record(model, [row.pk for row in rows], "~", user, reason)
    return {
        "model": model._meta.label,
        "changed": [
            [row.pk, before[row.pk], picked(row, before[row.pk])] for row in rows
        ],
    }


def remove(
    model: type[Model], rows: list[Model], user: User | None, reason: str
) -> dict[str, Any]:
    names = attributes(model)
    kept = [picked(row, names) for row in rows]
    delete(model, [row.pk for row in rows], user, reason)
    return {"model": model._meta.label, "removed": kept}


def delete(
    model: type[Model], keys: Sequence[int], user: User | None, reason: str
) -> None:
    """Delete rows to which nothing points any more, with their history."""
    record(model, keys, "-", user, reason)
    for start in range(0, len(keys), LOOKED_UP):
        part = model._default_manager.filter(pk__in=keys[start : start + LOOKED_UP])
        # What pointed to these rows went before them, and their history is written
        # above: a plain delete would write it twice, without author.
        part._raw_delete(part.db)


def upsert(model: type[Model], rows: list[Model], attnames: Iterable[str]) -> None:
    """Update many rows at once: ten times quicker than cases by row."""
    names = [model._meta.get_field(attname).name for attname in attnames]
    model._default_manager.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=names,
    )


def record(
    model: type[Model],
    keys: Sequence[int],
    sign: str,
    user: User | None,
    reason: str,
) -> None:
    """Rows of history, copied from the table within the base itself."""
    manager = getattr(model, "history", None)
    if manager is None or not keys:
        return
    history = manager.model
    copied = [f.column for f in history.tracked_fields]
    said = {
        "history_date": datetime.datetime.now(datetime.UTC),
        "history_type": sign,
        "history_user_id": user.pk if user else None,
        "history_change_reason": reason[:100],
    }
    quote: Callable[[Any], str] = connection.ops.quote_name
    columns = ", ".join(map(quote, [*copied, *said]))
    places = ", ".join(
        "CAST(%s AS timestamp with time zone)"
        if name == "history_date" and connection.vendor == "postgresql"
        else "CAST(%s AS integer)"
        if name == "history_user_id"
        else "%s"
        for name in said
    )
    values = [
        history._meta.get_field(name.removesuffix("_id")).get_db_prep_save(
            value, connection
        )
        for name, value in said.items()
    ]
    with connection.cursor() as cursor:
        for start in range(0, len(keys), LOOKED_UP):
            part = keys[start : start + LOOKED_UP]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"INSERT INTO {quote(history._meta.db_table)} ({columns}) "
                f"SELECT {', '.join(map(quote, copied))}, {places} "
                f"FROM {quote(model._meta.db_table)} "
                f"WHERE {quote(model._meta.pk.column)} IN ({marks})",
                [*values, *part],
            )
