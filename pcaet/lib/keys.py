"""Keys taken before rows are written, so that new rows may point to each other."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model


def reserve_keys(model: type[Model], number: int) -> Sequence[int]:
    """As many keys that no row of the model has or will be given. One query.

    On SQLite, within a transaction that writes: nobody else writes meanwhile.
    """
    key = model._meta.pk
    assert key is not None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) "
                "FROM generate_series(1, %s)",
                [model._meta.db_table, key.column, number],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table]
        )
        last = cursor.fetchone()
        first = (last[0] if last else 0) + 1
        return range(first, first + number)
