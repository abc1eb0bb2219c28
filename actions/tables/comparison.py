"""What every comparison of a table with a plan shares: options, locks, changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from actions.directory import Directory
from actions.enums import TermKind
from actions.models import Action, Measure, Plan
from actions.wording import is_locked

from .base import Base, Vocabularies
from .folding import fold
from .preview import Line
from .records import ActionRecord, Content, Fault, Given
from .synonyms import FIELDS
from .tree import Tree
from .work import Work

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LOCKED = "Ce libellé a été voté : seul un administrateur peut le corriger."
LABELS = {
    "context": "Enjeux et objectifs",
    "impact_horizon_years": "Horizon de l’objectif (années)",
    "references": "Mesures de référence",
    "related": "Actions liées",
}
TERM_KINDS = {
    "types": TermKind.TYPE,
    "themes": TermKind.THEME,
    "keywords": TermKind.KEYWORD,
}


@dataclass
class Options:
    """How a person wants an import to behave."""

    decisions: Mapping[str, str] = field(default_factory=dict)
    erases_empty: bool = False
    user: User | None = None
    # A command run on the server is an administrator's.
    is_trusted: bool = False
    # Only what is to be shown is made, not every row to write.
    is_preview: bool = False


@dataclass
class Comparison:
    """What the import would do, and the rows that would do it."""

    work: Work
    lines: list[Line] = field(default_factory=list)
    vocabularies: Vocabularies | None = None
    # The action and the measures that each record became, for their indicators.
    holders: list[tuple[ActionRecord, Action, Line]] = field(default_factory=list)
    measures: dict[int, Measure] = field(default_factory=dict)


class Locks:
    """What an adopted plan lets this person change."""

    def __init__(self, plan: Plan, options: Options) -> None:
        self._plan = plan
        self._options = options
        self._known: dict[type, bool] = {}

    def holds(self, model: type[Any], *names: str) -> bool:
        """Whether one of these fields was voted and is locked for the person."""
        if model not in self._known:
            user = self._options.user
            self._known[model] = not self._options.is_trusted and (
                user is None or is_locked(model, self._plan, user)
            )
        voted = getattr(model, "ADOPTED_WORDING", ())
        return self._known[model] and (not names or any(n in voted for n in names))


class Comparer:
    """Sets the values that differ, or says why they stay."""

    def __init__(
        self, plan: Plan, content: Content, options: Options, directory: Directory
    ) -> None:
        self.plan = plan
        self.content = content
        self.options = options
        self.base = Base(plan)
        self.work = Work(is_dry=options.is_preview)
        self.locks = Locks(plan, options)
        self.vocabularies = Vocabularies(directory, self.work)
        self.result = Comparison(self.work, vocabularies=self.vocabularies)
        self.tree = Tree(self.base, self.work, self.locks, self.result.lines)
        self.faults: dict[str, list[Fault]] = {}
        for fault in content.faults:
            self.faults.setdefault(fault.record, []).append(fault)
        self._by_code = {action.code: action for action in self.base.actions}
        self._by_title = {fold(a.title): a for a in self.base.actions if a.title}

    def _set(
        self,
        row: Any,
        line: Line,
        label: str,
        old: str,
        new: str,
        given: Given | None,
        **values: Any,
    ) -> None:
        """Change fields of a row, or say why they stay."""
        if old == new or (not new and not self.options.erases_empty):
            return
        change = line.change(label, old, new, given)
        if row.pk is not None and self.locks.holds(type(row), *values):
            change.refused = LOCKED
            return
        self.work.change(row, **values)

    def _cited(self, action: Action) -> set[str]:
        return {link.reference_measure.code for link in self.base.references[action.pk]}

    def _action_named(self, name: str) -> Action | None:
        """An action of the plan, before or after the import, by number or title."""
        if not hasattr(self, "_named"):
            rows = [action for _, action, _ in self.result.holders]
            everything = [*self.base.actions, *rows]
            self._named = {fold(a.title): a for a in everything if a.title}
            self._named |= {fold(f"action {a.code}"): a for a in everything}
            self._named |= {fold(a.code): a for a in everything}
        return self._named.get(fold(name))


def _label(name: str) -> str:
    return LABELS.get(name) or FIELDS[name][0]
