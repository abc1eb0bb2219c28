"""Words found whatever their accents and capitals, by the database's own index.

SQLite keeps an FTS5 table beside each source, fed by triggers, so that no writer can
forget it; PostgreSQL indexes the expression itself. Both rank alike: by where the
words stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from .text import fold

WORD = re.compile(r"[^\W_]+")
# More words than anybody types: the rest is set aside.
MOST_WORDS = 8
# What the tokenizer of SQLite leaves as one letter, and people type as two.
LIGATURES = (("oe", "œ"), ("ae", "æ"))


@dataclass(frozen=True, slots=True)
class Source:
    """Columns of a table whose words lead to an owner.

    ``owner`` is the column that holds the owner's key; ``weight`` is what a word
    found here counts for.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    owner: str
    weight: int


def words_of(text: str) -> list[str]:
    """The words to look for, each once, folded."""
    return list(dict.fromkeys(WORD.findall(fold(text))))[:MOST_WORDS]


def owners_of(
    word: str, sources: Sequence[Source], within: tuple[str, str, Sequence[int]]
) -> dict[int, int]:
    """Owners that hold the word or one that opens with it, with its best weight.

    ``within`` limits the owners: their table, one of its columns, the keys allowed.
    """
    table, column, keys = within
    connection = connections["default"]
    dialect = _dialect(connection)
    marks = ", ".join(["%s"] * len(keys))
    allowed = f"(SELECT id FROM {table} WHERE {column} IN ({marks}))"
    found = " UNION ALL ".join(
        f"{dialect.select(source)} AND {source.owner} IN {allowed}"
        for source in sources
    )
    sql = f"SELECT owner, max(weight) FROM ({found}) found GROUP BY owner"
    with connection.cursor() as cursor:
        cursor.execute(sql, [dialect.term(word), *keys] * len(sources))
        return dict(cursor.fetchall())


def build_index(sources: Iterable[Source], using: str) -> None:
    """Make the index, or make it anew; sources whose table is not there wait."""
    connection = connections[using]
    dialect = _dialect(connection)
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        dialect.prepare(cursor)
        for source in sources:
            if source.table in tables:
                dialect.build(cursor, source)


def _dialect(connection: BaseDatabaseWrapper) -> type[_Sqlite | _Postgres]:
    return _Postgres if connection.vendor == "postgresql" else _Sqlite


class _Sqlite:
    @staticmethod
    def prepare(cursor: CursorWrapper) -> None:
        """Nothing to prepare."""

    @staticmethod
    def build(cursor: CursorWrapper, source: Source) -> None:
        index, table = f"{source.name}_words", source.table
        columns = ", ".join(source.columns)
        old = ", ".join(f"old.{column}" for column in source.columns)
        new = ", ".join(f"new.{column}" for column in source.columns)
        add = f"INSERT INTO {index}(rowid, {columns}) VALUES (new.id, {new});"
        drop = (
            f"INSERT INTO {index}({index}, rowid, {columns})"
            f" VALUES ('delete', old.id, {old});"
        )
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} USING fts5({columns},"
            f" content='{table}', content_rowid='id',"
            " tokenize='unicode61 remove_diacritics 2')"
        )
        for event, act in (
            ("INSERT", add),
            ("DELETE", drop),
            (f"UPDATE OF {columns}", drop + add),
        ):
            trigger = f"{index}_{event.split()[0].lower()}"
            # Django copies a table to alter it, and loses its triggers.
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            cursor.execute(
                f"CREATE TRIGGER {trigger} AFTER {event} ON {table} BEGIN {act} END"
            )
        cursor.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")

    @staticmethod
    def select(source: Source) -> str:
        index = f"{source.name}_words"
        return (
            f"SELECT {source.owner} AS owner, {source.weight} AS weight"
            f" FROM {index} JOIN {source.table} ON {source.table}.id = {index}.rowid"
            f" WHERE {index} MATCH %s"
        )

    @staticmethod
    def term(word: str) -> str:
        forms = {word, *(word.replace(two, one) for two, one in LIGATURES)}
        return " OR ".join(f'"{form}"*' for form in sorted(forms))


class _Postgres:
    # Accents by hand: the extension that removes them asks for an administrator.
    ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
    BARE = "aaaaaaceeeeiiiinooooouuuuyy"

    # What the planner believes that a text costs to read, in its own units: enough to
    # look into the index rather than read every text again.
    COST = 1000

    @classmethod
    def prepare(cls, cursor: CursorWrapper) -> None:
        # In this language a function keeps its cost, where SQL's is dissolved. It names
        # nothing of ours, so that a base is restored whatever its search path.
        # Signs part words, as they do on SQLite: «air-énergie», «l'énergie», «a/b».
        upper = cls.ACCENTED.upper()
        cursor.execute(
            "CREATE OR REPLACE FUNCTION pcaet_words(words text) RETURNS tsvector"
            f" LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST {cls.COST} AS $$ BEGIN"
            " RETURN to_tsvector('simple', regexp_replace("
            " translate(replace(replace(replace(replace(lower(normalize(words, NFC)),"
            " 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),"
            f" '{cls.ACCENTED}{upper}', '{cls.BARE}{cls.BARE}'),"
            " '[^[:alnum:]]+', ' ', 'g')); END $$"
        )

    @classmethod
    def build(cls, cursor: CursorWrapper, source: Source) -> None:
        # What earlier versions made.
        cursor.execute(f"DROP INDEX IF EXISTS {source.name}_words")
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS {source.name}_lexemes ON {source.table}"
            f" USING gin ({cls._vector(source)})"
        )

    @classmethod
    def select(cls, source: Source) -> str:
        return (
            f"SELECT {source.owner} AS owner, {source.weight} AS weight"
            f" FROM {source.table} WHERE {cls._vector(source)}"
            " @@ to_tsquery('simple', %s)"
        )

    @staticmethod
    def term(word: str) -> str:
        return f"{word}:*"

    @staticmethod
    def _vector(source: Source) -> str:
        texts = " || ' ' || ".join(source.columns)
        return f"pcaet_words({texts})"


def best_first(found: Sequence[dict[int, int]]) -> list[int]:
    """Owners that hold every word, those of the best sum first, then by key."""
    if not found:
        return []
    common = set(found[0]).intersection(*found[1:])
    return sorted(common, key=lambda pk: (-sum(each[pk] for each in found), pk))
