"""Which action of the base each record speaks of: sure, in doubt, or new."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from actions.models import Action

from .folding import fold
from .records import ActionRecord

# Two titles this alike may be one title corrected: a person decides.
LIKENESS = 0.75
MAX_CANDIDATES = 5
MAX_COMPARED = 400
# A text long enough to tell one action from all others.
TELLING = 25
# As many equal cells, the description among them, tell it too.
TELLING_CELLS = 4

NEW = "new"
SKIP = "skip"


@dataclass
class Match:
    action: Action | None = None
    candidates: list[Action] = field(default_factory=list)
    is_decided: bool = False
    is_skipped: bool = False

    @property
    def is_doubtful(self) -> bool:
        return bool(self.candidates) and not self.is_decided


class Matcher:
    """Matches records with the actions of a plan.

    By number; else by measure of reference and title; else by title, those that share
    both being told apart by their description; else, when all the rest of the line
    is the same, despite its title. What stays in doubt has candidates.
    """

    def __init__(
        self,
        actions: list[Action],
        references_of: Callable[[Action], set[str]],
        decisions: Mapping[str, str],
    ) -> None:
        self._actions = actions
        self._references_of = references_of
        self._decisions = decisions
        self._free = {action.pk: action for action in actions}
        self._by_code = {action.code: action for action in actions}
        self._by_loose_code = _unambiguous(actions)
        self._waiting: Counter[str] = Counter()
        self._by_title: dict[str, list[Action]] = defaultdict(list)
        for action in actions:
            self._by_title[fold(action.title)].append(action)
        self.found: dict[int, Match] = {}

    def match(self, records: list[ActionRecord]) -> dict[int, Match]:
        """A match for each record, by its ``id``."""
        if not self._actions:
            return {id(r): self._decided(r) or Match() for r in records}
        self._waiting = Counter(fold(record.text("title")) for record in records)
        for step in (self._decided, self._of_code, self._of_title, self._of_rest):
            for record in records:
                if id(record) not in self.found and (match := step(record)):
                    self.found[id(record)] = match
                    if match.action is not None:
                        self._free.pop(match.action.pk, None)
        for record in records:
            if id(record) not in self.found:
                self.found[id(record)] = Match(candidates=self._candidates(record))
        return self.found

    def _decided(self, record: ActionRecord) -> Match | None:
        decision = self._decisions.get(record.key)
        if decision == SKIP:
            return Match(is_decided=True, is_skipped=True)
        if decision == NEW:
            return Match(is_decided=True)
        if decision and decision.isdigit() and int(decision) in self._free:
            return Match(self._free[int(decision)], is_decided=True)
        return None

    def _of_code(self, record: ActionRecord) -> Match | None:
        code = record.text("code")
        if not code:
            return None
        action = self._by_code.get(code) or self._by_loose_code.get(_loose(code))
        if action is None or action.pk not in self._free:
            return None
        return Match(action)

    def _of_title(self, record: ActionRecord) -> Match | None:
        """The same title; of several, the same description, else a doubt."""
        if "title" not in record.values:
            return None
        same = self._free_of_title(record)
        if not same:
            return None
        told = [a for a in same if self._same_description(record, a)]
        if len(told) == 1 and (told[0].title or told[0].description):
            return Match(told[0])
        if len(same) == 1 and same[0].title:
            return Match(same[0]) if self._is_last_of_title(record) else None
        return None

    def _free_of_title(self, record: ActionRecord) -> list[Action]:
        same = [
            action
            for action in self._by_title.get(fold(record.text("title")), [])
            if action.pk in self._free
        ]
        cited = {code for _, code in _value(record, "references", [])}
        if cited and len(same) > 1:
            same = [a for a in same if cited & self._references_of(a)] or same
        return same

    def _is_last_of_title(self, record: ActionRecord) -> bool:
        """No other line waits for the action of this title."""
        return self._waiting[fold(record.text("title"))] <= 1

    @staticmethod
    def _same_description(record: ActionRecord, action: Action) -> bool:
        return fold(record.text("description")) == fold(action.description)

    def _of_rest(self, record: ActionRecord) -> Match | None:
        """The title changed, or several share it: all the rest is the same."""
        near = [] if record.text("code") else self._near(record)
        found = [a for a in near if self._telling_rest_is_same(record, a)]
        if len(found) == 1:
            return Match(found[0])
        same = self._free_of_title(record) if record.text("title") else []
        if len(same) == 1:
            return Match(same[0])
        return None

    def _near(self, record: ActionRecord) -> list[Action]:
        if len(self._free) > MAX_COMPARED:
            return self._free_of_title(record)
        return list(self._free.values())

    def _telling_rest_is_same(self, record: ActionRecord, action: Action) -> bool:
        description = fold(record.text("description"))
        if len(description) >= TELLING:
            return description == fold(action.description)
        same = self._same_cells(record, action)
        if not same:
            return False
        title = fold(record.text("title"))
        likeness = SequenceMatcher(None, title, fold(action.title)).ratio()
        return likeness >= LIKENESS or same >= TELLING_CELLS

    def _same_cells(self, record: ActionRecord, action: Action) -> int:
        """How many other cells say what the action says; 0 if one says otherwise."""
        if fold(record.text("description")) != fold(action.description):
            return 0
        pairs = [
            (_value(record, name, {}).get("raw", ""), getattr(action, f"{name}_raw"))
            for name in ("start", "end", "budget", "status", "pilot", "partner")
            if name in record.values
        ]
        if any(fold(given) != fold(known) for given, known in pairs):
            return 0
        return 1 + sum(bool(given) for given, _known in pairs)

    def _candidates(self, record: ActionRecord) -> list[Action]:
        same = self._free_of_title(record) if "title" in record.values else []
        if record.text("title") and same:
            return same[:MAX_CANDIDATES]
        title = fold(record.text("title"))
        if not title or record.text("code") or len(self._free) > MAX_COMPARED:
            return []
        likenesses = []
        for action in self._free.values():
            matcher = SequenceMatcher(None, title, fold(action.title))
            if (
                matcher.real_quick_ratio() < LIKENESS
                or matcher.quick_ratio() < LIKENESS
            ):
                continue
            if (ratio := matcher.ratio()) >= LIKENESS:
                likenesses.append((ratio, action))
        likenesses.sort(key=lambda item: -item[0])
        return [action for _, action in likenesses[:MAX_CANDIDATES]]


def _unambiguous(actions: list[Action]) -> dict[str, Action]:
    counts = Counter(_loose(action.code) for action in actions)
    return {
        loose: action for action in actions if counts[loose := _loose(action.code)] == 1
    }


def _value(record: ActionRecord, name: str, default: Any) -> Any:
    given = record.values.get(name)
    return given.value if given else default


def _loose(code: str) -> str:
    """«01» and «1.0» for 1: what spreadsheets do to numbers."""
    parts = code.casefold().replace("-", ".").split(".")
    return ".".join(part.lstrip("0") or "0" for part in parts)
