"""Versions 2 and 1 in JSON, read one record at a time.

A file of a hundred thousand contracts takes a hundred megabytes, and six times as many
once all its records are Python objects: they never are all there at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..enums import ContractKind
from .source import KINDS, DecpFileError, SourceFile, SourceRecord

_SPACE = re.compile(r"[ \t\n\r]*")

ROOT = "marches"


def read_json(text: str) -> SourceFile:
    """The records of a JSON file, its version told by the shape of its root.

    Raises:
        DecpFileError: it is no file of contracts; reading the records raises it too.
    """
    shapes = {"{": ("json-v2", _grouped), "[": ("json-v1", _flat)}
    cursor = _Cursor(text)
    try:
        outer = _to_root(cursor)
        if cursor.next not in shapes:
            raise _not_contracts()
        shape, records = shapes[cursor.next]
    except (ValueError, RecursionError) as error:
        raise _broken(error) from error
    return SourceFile(shape, _until_end(cursor, records(cursor), outer))


def _to_root(cursor: _Cursor) -> Iterator[str]:
    """Stand at the value of «marches» where there is one, else where the file begins.

    Gives the members of the file that are left after it.
    """
    start = cursor.at
    if cursor.next == "{":
        members = cursor.members()
        for name in members:
            if name == ROOT:
                return members
            cursor.value()
    cursor.at = start
    return iter(())


def _until_end(
    cursor: _Cursor, records: Iterator[SourceRecord], outer: Iterator[str]
) -> Iterator[SourceRecord]:
    """The records, then the rest of the file, which must be whole too."""
    try:
        yield from records
        for _ in outer:
            cursor.value()
        cursor.end()
    except (ValueError, RecursionError) as error:
        raise _broken(error) from error


def _grouped(cursor: _Cursor) -> Iterator[SourceRecord]:
    position = 0
    found = False
    for name in cursor.members():
        if name not in KINDS:
            cursor.value()
            continue
        found = True
        for index, content in enumerate(_group(cursor)):
            path = f"{ROOT}.{name}[{index}]"
            yield SourceRecord(position, path, KINDS[name], content)
            position += 1
    if not found:
        raise _not_contracts()


def _group(cursor: _Cursor) -> Iterator[Any]:
    """The contents of a group; a group of one is sometimes not a list."""
    if cursor.next == "[":
        yield from cursor.items()
    elif content := cursor.value():
        yield content


def _flat(cursor: _Cursor) -> Iterator[SourceRecord]:
    for position, content in enumerate(cursor.items()):
        concession = isinstance(content, dict) and "autoriteConcedante" in content
        kind = ContractKind.CONCESSION if concession else ContractKind.CONTRACT
        yield SourceRecord(position, f"{ROOT}[{position}]", kind, content)


def _broken(error: ValueError | RecursionError) -> DecpFileError:
    if isinstance(error, json.JSONDecodeError):
        return DecpFileError(
            "Le fichier JSON est abîmé ou tronqué : "
            f"ligne {error.lineno}, colonne {error.colno}."
        )
    return DecpFileError(
        "Le fichier JSON est imbriqué à l’excès ou contient un nombre démesuré."
    )


def _not_contracts() -> DecpFileError:
    return DecpFileError(
        "Le fichier ne contient ni « marches », ni « contrat-concession » : ce n’est "
        "pas un fichier de données essentielles."
    )


class _Cursor:
    """A place in a JSON text, that goes forward value by value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.decode = json.JSONDecoder(
            strict=False, parse_constant=lambda _: None
        ).raw_decode
        self._skip(0)

    def _skip(self, start: int) -> None:
        space = _SPACE.match(self.text, start)
        assert space is not None
        self.at = space.end()

    @property
    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def value(self) -> Any:
        found, end = self.decode(self.text, self.at)
        self._skip(end)
        return found

    def items(self) -> Iterator[Any]:
        """Each value of the list that begins here."""
        self._take("[")
        while self.next != "]":
            yield self.value()
            if self.next != "]":
                self._take(",")
        self._take("]")

    def members(self) -> Iterator[str]:
        """Each name of the mapping that begins here; the caller reads its value."""
        self._take("{")
        while self.next != "}":
            name = self.value()
            self._take(":")
            yield str(name)
            if self.next != "}":
                self._take(",")
        self._take("}")

    def end(self) -> None:
        if self.next:
            raise json.JSONDecodeError("Extra data", self.text, self.at)

    def _take(self, sign: str) -> None:
        if self.next != sign:
            raise json.JSONDecodeError(f"Expecting {sign}", self.text, self.at)
        self._skip(self.at + 1)
