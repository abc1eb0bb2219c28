"""Rows written as they are, where objects would cost more than the base itself.

For imports of many thousands of rows whose values are checked already: no object is
made, no default is filled, no history is kept. A JSON column takes its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import DateField, DecimalField, Field, Model

Row = Sequence[Any]
Preparer = Callable[[Any], Any]


def insert_rows(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows of plain values, in the order of the named columns.

    Args:
        names: attribute names («buyer_id»); columns left out must have no value to
            hold, or be filled by the base.

    Raises:
        django.db.IntegrityError: a row that the base refuses; none is written.
    """
    fields = _fields(model, names)
    columns = ", ".join(map(_quoted, fields))
    into = f"{_table(model)} ({columns})"
    values = _prepared(rows, fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Django words the errors of its own calls; COPY is psycopg's.
            told = connection.wrap_database_errors
            with told, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", list(values))


def update_rows(model: type[Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Set the named columns of rows; the primary key comes last in each row.

    ``QuerySet.bulk_update`` builds an expression for each value, which takes twenty
    times as long.
    """
    fields = _fields(model, names)
    columns = ", ".join(f"{_quoted(field)} = %s" for field in fields)
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {_table(model)} SET {columns} WHERE {_quoted(key)} = %s",
            list(_prepared(rows, [*fields, key])),
        )


def take_stock(*models: type[Model]) -> None:
    """Let PostgreSQL look at tables after a mass change, so that it reads them well.

    An index answers alone only once its table is vacuumed, which no transaction may
    ask for: within one, the base does it later by itself. SQLite needs none of it.
    """
    if connection.vendor != "postgresql":
        return
    command = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"{command} {_table(model)}")


def _table(model: type[Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def _fields(model: type[Model], names: Sequence[str]) -> list[Field[Any, Any]]:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    return [by_attribute[name] for name in names]


def _quoted(field: Field[Any, Any]) -> str:
    return str(connection.ops.quote_name(str(field.column)))


def _prepared(rows: Iterable[Row], fields: list[Field[Any, Any]]) -> Iterator[Row]:
    """The rows with each value as this base wants it."""
    prepared = [(n, p) for n, f in enumerate(fields) if (p := _preparer(f))]
    for row in rows:
        values = list(row)
        for position, prepare in prepared:
            if values[position] is not None:
                values[position] = prepare(values[position])
        yield values


def _preparer(field: Field[Any, Any]) -> Preparer | None:
    """How this base wants the values of a column; None where it takes them as is."""
    # The connection is a proxy: what it gives is fetched once, not for each value.
    if isinstance(field, DateField):
        return connection.ops.adapt_datefield_value
    if isinstance(field, DecimalField):
        adapt = connection.ops.adapt_decimalfield_value
        digits, places = field.max_digits, field.decimal_places
        return lambda value: adapt(value, digits, places)
    return None
