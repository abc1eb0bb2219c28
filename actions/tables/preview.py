"""What an import would do, line by line, as a screen and a report show it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .records import Fault, Given, Level


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DOUBTFUL = "doubtful"
    REFUSED = "refused"
    MISSING = "missing"


OUTCOME_LABELS = {
    Outcome.CREATED: ("créée", "créées"),
    Outcome.CHANGED: ("modifiée", "modifiées"),
    Outcome.UNCHANGED: ("inchangée", "inchangées"),
    Outcome.DOUBTFUL: ("à décider", "à décider"),
    Outcome.REFUSED: ("refusée", "refusées"),
    Outcome.MISSING: ("absente du fichier", "absentes du fichier"),
}


# What a preview says of them, before anything is written.
PREVIEWED_LABELS = OUTCOME_LABELS | {
    Outcome.CREATED: ("à créer", "à créer"),
    Outcome.CHANGED: ("à modifier", "à modifier"),
}


@dataclass(slots=True)
class Change:
    """One field, before and after; ``refused`` says why it is not applied."""

    label: str
    old: str
    new: str
    at: tuple[int, int, int] | None
    refused: str = ""


@dataclass(slots=True)
class Line:
    """One action, goal or level of the plan, and what becomes of it."""

    outcome: Outcome
    kind: str
    label: str
    record: str = ""
    at: tuple[int, int, int] | None = None
    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # Actions of the base between which a person chooses: key and label.
    candidates: list[tuple[int, str]] = field(default_factory=list)
    decision: str = ""

    def change(self, label: str, old: str, new: str, given: Given | None) -> Change:
        made = Change(
            label, old, new, (given.sheet, given.row, given.col) if given else None
        )
        self.changes.append(made)
        return made

    @property
    def gravity(self) -> int:
        """Errors first, then warnings: the order of a preview."""
        levels = {fault.level for fault in self.faults}
        if self.outcome in {Outcome.REFUSED, Outcome.DOUBTFUL} or Level.ERROR in levels:
            return 0
        if Level.WARNING in levels or any(change.refused for change in self.changes):
            return 1
        return 2

    def content(self) -> list[Any]:
        """What the line would write, to be compared with another preview."""
        return [
            self.outcome,
            self.label,
            [[c.label, c.old, c.new, c.refused] for c in self.changes],
        ]


def digest(lines: list[Line]) -> str:
    """A short text that is equal for two previews that would write the same."""
    found = hashlib.blake2b(digest_size=16)
    for line in lines:
        found.update(json.dumps(line.content(), ensure_ascii=False).encode())
    return found.hexdigest()
