"""Rows as the base and the journals of imports keep them."""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    DecimalField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

from pcaet.lib.numbers import plain

# Rows looked up at once by their keys.
LOOKED_UP = 5000

Row = Sequence[Any]


def fields_of(model: type[Model]) -> list[Field[Any, Any]]:
    return [f for f in model._meta.concrete_fields if isinstance(f, Field)]


def attributes(model: type[Model]) -> list[str]:
    """The names of a row's columns on its objects: «plan_id»."""
    return [field.attname for field in fields_of(model)]


def as_row(model: type[Model]) -> Callable[[Model], list[Any]]:
    """A function that gives the columns of an object, whose pointed rows have keys."""
    names = attributes(model)
    relations = [f for f in fields_of(model) if isinstance(f, ForeignKey)]

    def read(item: Model) -> list[Any]:
        held = item.__dict__
        for field in relations:
            # The object was pointed to before it had a key.
            if held.get(field.attname) is None and field.is_cached(item):
                pointed = field.get_cached_value(item)
                held[field.attname] = pointed.pk if pointed is not None else None
        return [held[name] if name in held else getattr(item, name) for name in names]

    return read


def as_new_row(model: type[Model]) -> Callable[[int, Mapping[str, Any]], list[Any]]:
    """A function that gives the columns of a new row from its key and some values.

    Values are named as the fields are; the others take their defaults.
    """
    fields = fields_of(model)

    def build(key: int, values: Mapping[str, Any]) -> list[Any]:
        row = []
        for field in fields:
            if field.primary_key:
                row.append(key)
            elif field.name not in values:
                row.append(field.get_default())
            else:
                value = values[field.name]
                row.append(value.pk if isinstance(value, Model) else value)
        return row

    return build


# Columns that every base takes as Python holds them, or that ``insert_rows`` prepares.
PLAIN = (CharField, TextField, IntegerField, BooleanField, ForeignKey, DecimalField)


def for_base(model: type[Model]) -> Callable[[Row], Row]:
    """A function that writes the columns of a row as the base takes them."""
    special = [
        (place, field)
        for place, field in enumerate(fields_of(model))
        if not isinstance(field, PLAIN)
    ]

    def prepare(row: Row) -> Row:
        values = list(row)
        for place, field in special:
            values[place] = field.get_db_prep_save(values[place], connection)
        return values

    return prepare if special else lambda row: row


def fingerprints(model: type[Model]) -> Callable[[Row], int]:
    """A function that gives a number which changes with any column of a row."""
    # The same number is written 24000 before and 24000.00 after a trip to the base.
    loose = [
        place
        for place, field in enumerate(fields_of(model))
        if isinstance(field, (DecimalField, JSONField))
    ]

    def fingerprint(row: Row) -> int:
        values = list(row)
        for place in loose:
            values[place] = to_json(values[place])
        return zlib.crc32("\x1f".join(map(str, values)).encode("utf-8", "replace"))

    return fingerprint


def stored(item: Model, name: str) -> Any:
    """The value of a column as JSON keeps it."""
    return to_json(getattr(item, name))


def picked(item: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: stored(item, name) for name in names}


def to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def restored(model: type[Model], name: str, value: Any) -> Any:
    """The value of a column from what ``to_json`` made of it."""
    field = model._meta.get_field(name)
    if value is None or not isinstance(field, Field) or field.is_relation:
        return value
    return field.to_python(value)
