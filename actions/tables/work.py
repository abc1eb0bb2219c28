"""What an import writes, written in bulk with its history, and kept to be undone.

Nothing here knows a table: rows to create, change and remove come in, a journal of
what was done goes out. Undoing compares each row with what the import left, and
refuses where anything changed since.
"""

from __future__ import annotations

import datetime
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.db import connection
from django.db.models import DecimalField, Field, ForeignKey, JSONField, Model

from pcaet.lib.numbers import plain

if TYPE_CHECKING:
    from django.contrib.auth.models import User

M = TypeVar("M", bound=Model)

BATCH = 2000
# Rows looked up at once by their keys.
LOOKED_UP = 5000


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
            self.created[model].append(model(**values))

    def change(self, row: Model, **values: Any) -> None:
        """Set fields of a row; what it held before is kept."""
        if row.pk is not None:
            kept = self.before[type(row)].setdefault(row.pk, {})
            for name in values:
                attname = row._meta.get_field(name).attname  # type: ignore[union-attr]
                kept.setdefault(attname, _stored(row, attname))
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
            any(rows.values()) for rows in (self.created, self.changed, self.removed)
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
    unknown = {*work.created, *work.changed, *work.removed} - set(order)
    assert not unknown, f"no order of writing for {unknown}"
    for model in reversed(order):
        if rows := work.removed.get(model):
            journal.steps.append(_remove(model, rows, user, reason))
    for model in order:
        if rows := work.created.get(model):
            for generation in _generations(model, rows):
                journal.steps.append(_create(model, generation, user, reason))
        if changed := work.changed.get(model):
            before = work.before[model]
            journal.steps.append(
                _change(model, list(changed.values()), before, user, reason)
            )
    return journal


def _generations(model: type[Model], rows: list[Model]) -> list[list[Model]]:
    """Parents before children, where a model points to itself."""
    own = [
        f
        for f in model._meta.concrete_fields
        if isinstance(f, ForeignKey) and f.related_model is model and f.name == "parent"
    ]
    if not own:
        return [rows]
    parent = own[0].name
    first = [
        row for row in rows if getattr(row, parent) is None or getattr(row, parent).pk
    ]
    rest = [row for row in rows if not any(row is known for known in first)]
    return [group for group in (first, rest) if group]


def _create(
    model: type[Model], rows: list[Model], user: User | None, reason: str
) -> dict[str, Any]:
    model._default_manager.bulk_create(rows, batch_size=BATCH)
    _record(model, rows, "+", user, reason)
    mark = fingerprints(model)
    return {
        "model": model._meta.label,
        "created": [[row.pk, mark(row)] for row in rows],
    }


def _change(
    model: type[Model],
    rows: list[Model],
    before: dict[int, dict[str, Any]],
    user: User | None,
    reason: str,
) -> dict[str, Any]:
    touched = sorted({name for kept in before.values() for name in kept})
    _upsert(model, rows, touched)
    _record(model, rows, "~", user, reason)
    return {
        "model": model._meta.label,
        "changed": [
            [row.pk, before[row.pk], _picked(row, before[row.pk])] for row in rows
        ],
    }


def _remove(
    model: type[Model], rows: list[Model], user: User | None, reason: str
) -> dict[str, Any]:
    _record(model, rows, "-", user, reason)
    kept = [
        {f.attname: _stored(row, f.attname) for f in _fields(model)} for row in rows
    ]
    keys = [row.pk for row in rows]
    for start in range(0, len(keys), LOOKED_UP):
        part = model._default_manager.filter(pk__in=keys[start : start + LOOKED_UP])
        # What pointed to these rows went before them, and their history is written
        # above: a plain delete would write it twice, without author.
        part._raw_delete(part.db)
    return {"model": model._meta.label, "removed": kept}


def _upsert(model: type[Model], rows: list[Model], attnames: Iterable[str]) -> None:
    """Update many rows at once: ten times quicker than cases by row."""
    names = [model._meta.get_field(attname).name for attname in attnames]
    model._default_manager.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=names,
    )


def _record(
    model: type[Model], rows: list[Model], sign: str, user: User | None, reason: str
) -> None:
    """Rows of history, copied from the table within the base itself."""
    manager = getattr(model, "history", None)
    if manager is None or not rows:
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
    keys = [row.pk for row in rows]
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


# Undoing -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row that changed since the import, or that something was added to."""

    model: type[Model]
    row: Model | None
    reason: str

    def __str__(self) -> str:
        name = self.model._meta.verbose_name
        what = f" « {str(self.row)[:100]} »" if self.row is not None else ""
        return f"{str(name).capitalize()}{what} : {self.reason}."


class CannotUndo(Exception):
    """Later work would be lost; ``obstacles`` says which."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(f"{len(obstacles)} obstacles")
        self.obstacles = obstacles


def undo(journal: Journal, *, user: User | None, reason: str) -> None:
    """Put everything back as it was before the import. Within a transaction.

    Raises:
        CannotUndo: where a row that the import wrote was changed, removed or built
            upon since; nothing is written.
    """
    steps = [(apps.get_model(step["model"]), step) for step in journal.steps]
    created = {
        (model, pk) for model, step in steps for pk, _ in step.get("created", [])
    }
    obstacles: list[Obstacle] = []
    found: dict[tuple[type[Model], int], Model] = {}
    for model, step in steps:
        obstacles += _changed_since(model, step, found)
        obstacles += _built_upon(model, step, created)
    if obstacles:
        raise CannotUndo(obstacles)
    for model, step in reversed(steps):
        _undo_step(model, step, found, user, reason)


def _changed_since(
    model: type[Model],
    step: dict[str, Any],
    found: dict[tuple[type[Model], int], Model],
) -> Iterable[Obstacle]:
    keys = [pk for pk, *_ in (*step.get("created", []), *step.get("changed", []))]
    rows = _rows(model, keys)
    found |= {(model, pk): row for pk, row in rows.items()}
    mark = fingerprints(model)
    for pk, left in step.get("created", []):
        if pk not in rows:
            continue
        if mark(rows[pk]) != left:
            yield Obstacle(model, rows[pk], "modifié depuis l’import")
    for pk, _before, left in step.get("changed", []):
        if pk not in rows:
            yield Obstacle(model, None, "supprimé depuis l’import")
        elif _picked(rows[pk], left) != left:
            yield Obstacle(model, rows[pk], "modifié depuis l’import")


def _built_upon(
    model: type[Model], step: dict[str, Any], created: set[tuple[type[Model], int]]
) -> Iterable[Obstacle]:
    """What was attached, since, to rows that undoing would remove."""
    keys = [pk for pk, _ in step.get("created", [])]
    for relation in model._meta.related_objects if keys else ():
        other = relation.related_model
        if relation.many_to_many or hasattr(other, "history_object"):
            continue
        name = relation.field.name
        for start in range(0, len(keys), LOOKED_UP):
            part = keys[start : start + LOOKED_UP]
            for row in other._default_manager.filter(
                **{f"{name}__in": part}
            ).iterator():
                if (other, row.pk) not in created:
                    yield Obstacle(other, row, "ajouté depuis l’import")


def _undo_step(
    model: type[Model],
    step: dict[str, Any],
    found: dict[tuple[type[Model], int], Model],
    user: User | None,
    reason: str,
) -> None:
    if made := [
        found[model, pk] for pk, _ in step.get("created", []) if (model, pk) in found
    ]:
        _remove(model, made, user, reason)
    if "changed" in step:
        rows = []
        for pk, before, _left in step["changed"]:
            row = found[model, pk]
            for attname, value in before.items():
                setattr(row, attname, _restored(model, attname, value))
            rows.append(row)
        touched = {name for _, before, _ in step["changed"] for name in before}
        _upsert(model, rows, sorted(touched))
        _record(model, rows, "~", user, reason)
    if "removed" in step:
        rows = [
            model(
                **{name: _restored(model, name, value) for name, value in kept.items()}
            )
            for kept in step["removed"]
        ]
        model._default_manager.bulk_create(rows, batch_size=BATCH)
        _record(model, rows, "+", user, reason)


def _rows(model: type[Model], keys: list[int]) -> dict[int, Model]:
    rows: dict[int, Model] = {}
    for start in range(0, len(keys), LOOKED_UP):
        part = model._default_manager.filter(pk__in=keys[start : start + LOOKED_UP])
        rows |= {row.pk: row for row in part}
    return rows


# Values --------------------------------------------------------------------------


def _fields(model: type[Model]) -> Any:
    return model._meta.concrete_fields


def _stored(row: Model, attname: str) -> Any:
    """The value of a field as JSON keeps it."""
    return _plain(getattr(row, attname))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def _restored(model: type[Model], attname: str, value: Any) -> Any:
    field_ = model._meta.get_field(attname)
    if value is None or not isinstance(field_, Field) or field_.is_relation:
        return value
    return field_.to_python(value)


def _picked(row: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: _stored(row, name) for name in names}


def fingerprints(model: type[Model]) -> Callable[[Model], int]:
    """A function that gives a number which changes with any field of a row."""
    fields = _fields(model)
    read = attrgetter(*(f.attname for f in fields))
    # The same number is written 24000 before and 24000.00 after a trip to the base.
    loose = [
        n for n, f in enumerate(fields) if isinstance(f, (DecimalField, JSONField))
    ]

    def fingerprint(row: Model) -> int:
        values: list[Any] = list(read(row))
        for place in loose:
            values[place] = _plain(values[place])
        return zlib.crc32("\x1f".join(map(str, values)).encode("utf-8", "replace"))

    return fingerprint
