"""Rows written as they are, where objects would cost more than the base itself.

For imports of many thousands of rows whose values are checked already: no object is
made, no default is filled, no history is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import DateField, DecimalField, Field, JSONField, Model

Preparer = Callable[[Any], Any]


def insert_rows(
    model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows of plain values, in the order of the named columns.

    Args:
        names: attribute names («buyer_id»); columns left out must have no value to
            hold, or be filled by the base.
    """
    quote = connection.ops.quote_name
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_attribute[name] for name in names]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    prepared = [(n, p) for n, f in enumerate(fields) if (p := _preparer(f))]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({places})",
            [_prepared(row, prepared) for row in rows],
        )


def _prepared(row: Sequence[Any], prepared: list[tuple[int, Preparer]]) -> list[Any]:
    values = list(row)
    for position, prepare in prepared:
        if values[position] is not None:
            values[position] = prepare(values[position])
    return values


def _preparer(field: Field[Any, Any]) -> Preparer | None:
    """How this base wants the values of a column; None where it takes them as is."""
    if isinstance(field, JSONField):
        return json.dumps
    if isinstance(field, DateField):
        return connection.ops.adapt_datefield_value
    if isinstance(field, DecimalField):
        return lambda value: connection.ops.adapt_decimalfield_value(
            value, field.max_digits, field.decimal_places
        )
    return None
