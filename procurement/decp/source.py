"""A file of published contracts as records, whatever its shape. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..enums import ContractKind

MARKET = "marche"
CONCESSION = "contrat-concession"
# The groups of a file of version 2.
KINDS = {MARKET: ContractKind.CONTRACT, CONCESSION: ContractKind.CONCESSION}


class DecpFileError(Exception):
    """The file as a whole cannot be read; the message says why, in French."""


@dataclass(slots=True)
class SourceRecord:
    """One record as it came.

    Attributes:
        path: where it stands, for a person to find it («marches.marche[3]»).
        content: a mapping, or whatever stood in its place.
        notes: what reading already found wrong: (field, sentence).
        is_whole: whether all the fields of published data are expected.
    """

    position: int
    path: str
    kind: ContractKind
    content: Any
    notes: list[tuple[str, str]] = field(default_factory=list)
    is_whole: bool = True


@dataclass(slots=True)
class SourceFile:
    """A file and its records, read one at a time and only once.

    Reading them raises ``DecpFileError`` where the file breaks.
    """

    shape: str
    records: Iterable[SourceRecord]
