"""Compares what tables give with a plan: lines to show, rows to write."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from actions.directory import Directory
from actions.enums import Relation, RoleKind, Status, TermKind
from actions.models import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    Axis,
    BudgetLine,
    Engagement,
    Measure,
    Milestone,
    Organisation,
    Placement,
    Plan,
    ReferenceMeasure,
    Role,
    Term,
)
from actions.wording import is_locked

from .base import ROLE_RANK, Base, Vocabularies
from .columns import Named
from .field_cells import ROLES, ends_before
from .folding import fold
from .matching import Match, Matcher
from .preview import Line, Outcome
from .records import ActionRecord, Content, Fault, Given, Level, MeasureRecord
from .synonyms import FIELDS
from .tree import Tree
from .values import french_day
from .work import Work

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WRITING_ORDER: tuple[type, ...] = (
    Organisation,
    Term,
    ReferenceMeasure,
    Plan,
    Axis,
    Engagement,
    Action,
    Placement,
    Measure,
    Role,
    ActionTerm,
    ActionReference,
    ActionLink,
    Milestone,
    BudgetLine,
)
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
TEXT_FIELDS = ("title", "context", "description", "consultation", "impact_objective")


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


class ActionComparer:
    """Compares the actions of a content with those of a plan."""

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

    def run(self) -> Comparison:
        matches = Matcher(self.base.actions, self._cited, self.options.decisions).match(
            self.content.actions
        )
        self.tree.read(self.content)
        self.tree.give_codes(
            [r for r in self.content.actions if not r.text("code")],
            {a.code for a in self.base.actions}
            | {r.text("code") for r in self.content.actions},
        )
        self.tree.settle()
        next_rank = max((a.order for a in self.base.actions), default=-1) + 1
        for record in self.content.actions:
            line = self._action(record, matches[id(record)], next_rank)
            if line.outcome is Outcome.CREATED:
                next_rank += 1
            self.result.lines.append(line)
        for record, action, line in self.result.holders:
            self._related(record, action, line)
        self._loose_faults()
        self._missing(matches)
        return self.result

    def settle(self) -> None:
        """Say what becomes of each action, once every app has compared its part."""
        for _record, _action, line in self.result.holders:
            _settle(line)

    def _cited(self, action: Action) -> set[str]:
        return {link.reference_measure.code for link in self.base.references[action.pk]}

    # Actions ----------------------------------------------------------------------

    def _action(self, record: ActionRecord, match: Match, rank: int) -> Line:
        line = Line(
            Outcome.UNCHANGED,
            self.plan.action_label or "Action",
            record.label,
            record=record.key,
            at=(record.sheet, record.row, 0),
            faults=self.faults.get(record.key, []),
            decision=self.options.decisions.get(record.key, ""),
        )
        if match.is_doubtful:
            line.outcome = Outcome.DOUBTFUL
            line.candidates = [(a.pk, str(a)) for a in match.candidates]
            return line
        if match.is_skipped:
            line.outcome = Outcome.REFUSED
            return line
        action = match.action
        if action is None:
            if self.locks.holds(Action):
                line.outcome = Outcome.REFUSED
                line.faults = [*line.faults, self._locked_fault(record)]
                return line
            line.outcome = Outcome.CREATED
            action = self._new_action(record, rank)
        self.result.holders.append((record, action, line))
        self._fields(record, action, line)
        self._places(record, action, line)
        self._measures(record, action, line)
        return line

    def _locked_fault(self, record: ActionRecord) -> Fault:
        return Fault(
            Level.ERROR,
            record.sheet,
            record.row,
            0,
            record.label,
            "Ce plan est adopté : seul un administrateur peut y ajouter une action.",
        )

    def _new_action(self, record: ActionRecord, rank: int) -> Action:
        code = record.text("code") or self.tree.codes[id(record)]
        return self.work.create(Action(plan=self.plan, code=code, order=rank))

    def _fields(self, record: ActionRecord, action: Action, line: Line) -> None:
        for name, given in record.values.items():
            if name == "code":
                self._code(action, given, line)
            elif name in TEXT_FIELDS:
                self._text(action, name, given, line)
            elif name == "expected_results":
                self._results_expected(action, given, line)
            elif name in {"start", "end"}:
                self._when(action, name, given, line)
            elif name == "budget":
                self._budget(action, given, line)
            elif name == "status":
                self._status(action, given, line)
            elif name in ROLES:
                self._role(("action", action), name, given, line)
            elif name in TERM_KINDS:
                self._terms(action, name, given, line)
            elif name == "references":
                self._references(action, given, line)
            elif name.startswith("milestone:"):
                self._milestones(action, name, given, line)
            elif name == "impact_horizon_years":
                self._plain(action, name, given, line)

    def _code(self, action: Action, given: Given, line: Line) -> None:
        if action.pk is None or action.code == given.value:
            return
        if given.value in self._by_code or not given.value:
            return
        self._set(action, line, "N°", action.code, given.value, given, code=given.value)

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

    def _text(self, row: Any, name: str, given: Given, line: Line) -> None:
        known = getattr(row, name)
        if known != given.value:
            self._set(
                row,
                line,
                _label(name),
                known,
                given.value,
                given,
                **{name: given.value},
            )

    def _plain(self, row: Any, name: str, given: Given, line: Line) -> None:
        known = getattr(row, name)
        if known != given.value:
            old = "" if known is None else str(known)
            self._set(
                row,
                line,
                _label(name),
                old,
                str(given.value),
                given,
                **{name: given.value},
            )

    def _results_expected(self, action: Action, given: Given, line: Line) -> None:
        if action.expected_results != given.value:
            self._set(
                action,
                line,
                _label("expected_results"),
                "\n".join(action.expected_results),
                "\n".join(given.value),
                given,
                expected_results=given.value,
            )

    def _when(self, action: Action, name: str, given: Given, line: Line) -> None:
        value = given.value
        year, raw = getattr(action, f"{name}_year"), getattr(action, f"{name}_raw")
        day: datetime.date | None = getattr(action, f"{name}_date")
        if value["raw"] == raw:
            return
        known = french_day(day) if day else (str(year) if year else "")
        if known and value["raw"] in {known, day.isoformat() if day else known}:
            return
        dated = {
            f"{name}_year": value["year"],
            f"{name}_date": datetime.date.fromisoformat(value["date"])
            if value["date"]
            else None,
        }
        if self._reverses(action, dated):
            line.faults = [*line.faults, _reversed_fault(given, value["raw"])]
            dated = {f"{name}_year": None, f"{name}_date": None}
        new = value["raw"]
        self._set(
            action, line, _label(name), raw or known, new, given,
            **{f"{name}_raw": value["raw"], **dated},
        )  # fmt: skip

    @staticmethod
    def _reverses(action: Action, dated: Mapping[str, Any]) -> bool:
        """With these dates, the action would end before it begins."""

        def bound(name: str) -> dict[str, Any]:
            return {
                key: dated.get(f"{name}_{key}", getattr(action, f"{name}_{key}"))
                for key in ("year", "date")
            }

        return ends_before(bound("start"), bound("end"))

    def _budget(self, action: Action, given: Given, line: Line) -> None:
        value = given.value
        if value["raw"] == action.budget_raw:
            return
        low = Decimal(value["min"]) if value["min"] is not None else None
        high = Decimal(value["max"]) if value["max"] is not None else None
        same = (low, high) == (action.budget_min, action.budget_max)
        if same and not action.budget_raw and (low, high) != (None, None):
            return
        self._set(
            action,
            line,
            _label("budget"),
            action.budget_raw or _amounts(action),
            value["raw"],
            given,
            budget_raw=value["raw"],
            budget_min=low,
            budget_max=high,
            budget_uncertain=value["uncertain"],
        )

    def _status(self, row: Any, given: Given, line: Line) -> None:
        status, raw = given.value["status"], given.value["raw"]
        known_raw = getattr(row, "status_raw", "")
        if known_raw and raw == known_raw:
            return
        label = str(Status(status).label) if status else ""
        if status and status == row.status and raw in (label, known_raw or raw):
            return
        old = str(Status(row.status).label) if row.status else known_raw
        new = label or raw
        values = {"status": status}
        if isinstance(row, Action) and not self.locks.holds(Action, "status_raw"):
            values["status_raw"] = raw
        elif isinstance(row, Measure) and not status:
            return
        shown = raw if old == new else new
        self._set(row, line, _label("status"), old, shown, given, **values)

    # Roles, terms, references -----------------------------------------------------

    def _role(
        self, holder: tuple[str, Any], kind: str, given: Given, line: Line
    ) -> None:
        name, row = holder
        raw = given.value["raw"]
        known_raw = getattr(row, f"{kind}_raw")
        if raw == known_raw and known_raw:
            return
        known = self.base.roles[name, row.pk, kind] if row.pk else []
        wanted = [
            (self.vocabularies.organisation(org, service), note)
            for org, service, note in given.value["named"]
        ]
        same = [(role.organisation_id, role.note) for role in known] == [
            (org.pk, note) for org, note in wanted
        ]
        shown = " / ".join(str(role.organisation) for role in known)
        if not known_raw and known and (same or raw == shown):
            return
        label = _label(kind) if name == "action" else f"{_label(kind)} ({row.title})"
        old = known_raw or shown
        before = len(line.changes)
        self._set(row, line, label, old, raw, given, **{f"{kind}_raw": raw})
        if len(line.changes) == before or line.changes[-1].refused or same:
            return
        for role in known:
            self.work.remove(role)
        for rank, (organisation, note) in enumerate(_distinct(wanted)):
            self.work.attach(
                Role,
                organisation=organisation,
                kind=kind,
                note=note,
                order=ROLE_RANK[RoleKind(kind)] + rank,
                **{name: row},
            )

    def _terms(self, action: Action, name: str, given: Given, line: Line) -> None:
        kind = TERM_KINDS[name]
        known = self.base.terms[action.pk, kind.value] if action.pk else []
        wanted = {
            t.code: t for t in (self.vocabularies.term(kind, n) for n in given.value)
        }
        if {link.term.code for link in known} == set(wanted):
            return
        line.change(
            _label(name),
            ", ".join(link.term.name for link in known),
            ", ".join(term.name for term in wanted.values()),
            given,
        )
        kept = {link.term.code for link in known if link.term.code in wanted}
        for link in known:
            if link.term.code not in wanted:
                self.work.remove(link)
        for rank, (code, term) in enumerate(wanted.items()):
            if code not in kept:
                self.work.attach(ActionTerm, action=action, term=term, order=rank)

    def _references(self, action: Action, given: Given, line: Line) -> None:
        known = self.base.references[action.pk] if action.pk else []
        cited = {link.reference_measure.code for link in known}
        new = [(cat, code) for cat, code in given.value if code not in cited]
        if not new:
            return
        line.change(
            _label("references"),
            ", ".join(sorted(cited)),
            ", ".join([*sorted(cited), *(code for _, code in new)]),
            given,
        )
        for rank, (catalogue, code) in enumerate(new, start=len(known)):
            measure = self.vocabularies.reference(catalogue, code)
            self.work.attach(
                ActionReference, action=action, reference_measure=measure, order=rank
            )

    def _milestones(self, action: Action, name: str, given: Given, line: Line) -> None:
        horizon = Named.of_key(name).number
        known = [
            step
            for step in (self.base.milestones[action.pk] if action.pk else [])
            if step.horizon_years == horizon
        ]
        texts = [step.text for step in known]
        if texts == given.value:
            return
        change = line.change(
            Named.of_key(name).label, "\n".join(texts), "\n".join(given.value), given
        )
        if action.pk is not None and self.locks.holds(Milestone):
            change.refused = LOCKED
            return
        by_text = {step.text: step for step in known}
        for step in known:
            if step.text not in given.value:
                self.work.remove(step)
        for rank, text in enumerate(given.value):
            if text not in by_text:
                order = (horizon or 0) * 100 + rank
                self.work.attach(
                    Milestone,
                    action=action,
                    horizon_years=horizon,
                    text=text,
                    order=order,
                )

    def _related(self, record: ActionRecord, action: Action, line: Line) -> None:
        given = record.values.get("related")
        if given is None:
            return
        known = self.base.links[action.pk] if action.pk else []
        targets = {link.target_id for link in known}
        added = []
        for name in given.value:
            target = self._action_named(name)
            if target is None:
                line.faults = [*line.faults, _unknown_action(given, name)]
            elif target is not action and (
                target.pk is None or target.pk not in targets
            ):
                added.append(target)
        added = _distinct(added)
        if not added:
            return
        line.change(_label("related"), "", ", ".join(t.code for t in added), given)
        for rank, target in enumerate(added, start=len(known)):
            self.work.attach(
                ActionLink,
                source=action,
                target=target,
                relation=Relation.RELATED,
                order=rank,
            )

    def _action_named(self, name: str) -> Action | None:
        """An action of the plan, before or after the import, by number or title."""
        if not hasattr(self, "_named"):
            rows = [action for _, action, _ in self.result.holders]
            everything = [*self.base.actions, *rows]
            self._named = {fold(a.title): a for a in everything if a.title}
            self._named |= {fold(f"action {a.code}"): a for a in everything}
            self._named |= {fold(a.code): a for a in everything}
        return self._named.get(fold(name))

    # Places -----------------------------------------------------------------------

    def _places(self, record: ActionRecord, action: Action, line: Line) -> None:
        stands = self.base.placements[action.pk] if action.pk else []
        known = {(p.axis_id, p.engagement_id) for p in stands}
        homes = [self.tree.find(place) for place in record.places]
        for rank, (axis, engagement) in enumerate(homes):
            if axis is None or (record.places[rank].has_engagement and not engagement):
                continue
            key = (axis.pk, engagement.pk if engagement else None)
            if action.pk and axis.pk and key in known:
                continue
            given = record.values.get("title") or record.values.get("code")
            old = " › ".join(str(p) for p in (action.axis, action.engagement) if p)
            new = " › ".join(str(p) for p in (axis, engagement) if p)
            change = line.change(
                "Place dans le plan", old if action.pk else "", new, given
            )
            if action.pk and self.locks.holds(Action):
                change.refused = LOCKED
                continue
            if rank == 0 and len(homes) == 1 and action.pk:
                self._leave_home(action, stands)
            if rank == 0:
                self.work.change(action, axis=axis, engagement=engagement)
            self.work.attach(
                Placement,
                action=action,
                axis=axis,
                engagement=engagement,
                order=self.tree.next_rank(axis, engagement),
            )

    def _leave_home(self, action: Action, stands: Iterable[Placement]) -> None:
        for place in stands:
            home = (action.axis_id, action.engagement_id)
            if (place.axis_id, place.engagement_id) == home:
                self.work.remove(place)

    # Measures ---------------------------------------------------------------------

    def _measures(self, record: ActionRecord, action: Action, line: Line) -> None:
        known = list(self.base.measures[action.pk]) if action.pk else []
        rank = max((measure.order for measure in known), default=-1) + 1
        for item, measure in _paired(record.measures, known):
            if measure is None:
                if action.pk and self.locks.holds(Measure):
                    change = line.change("Mesure ajoutée", "", item.text("title"), None)
                    change.refused = LOCKED
                    continue
                if not item.text("title"):
                    line.faults = [*line.faults, _untitled_measure(item)]
                    continue
                measure = self.work.create(
                    Measure(action=action, order=rank, code=item.text("code"))
                )
                rank += 1
            self.result.measures[id(item)] = measure
            self._measure_fields(item, measure, line)

    def _measure_fields(
        self, item: MeasureRecord, measure: Measure, line: Line
    ) -> None:
        for name, given in item.values.items():
            if name in {"title", "description"}:
                known = getattr(measure, name)
                if known != given.value:
                    label = "Mesure" if name == "title" else "Description de la mesure"
                    self._set(
                        measure, line, label, known, given.value, given,
                        **{name: given.value},
                    )  # fmt: skip
            elif name == "status":
                self._status(measure, given, line)
            elif name in ROLES:
                self._role(("measure", measure), name, given, line)

    # What is left -----------------------------------------------------------------

    def _loose_faults(self) -> None:
        """Faults of lines that gave no action: each is a line of the preview."""
        for fault in self.faults.get("", []):
            outcome = (
                Outcome.REFUSED if fault.level is Level.ERROR else Outcome.UNCHANGED
            )
            at = (fault.sheet, fault.row, fault.col)
            label = fault.value or "(ligne)"
            self.result.lines.append(
                Line(outcome, "Ligne", label, at=at, faults=[fault])
            )

    def _missing(self, matches: Mapping[int, Match]) -> None:
        """Nothing is removed by an import: what the file lacks is only listed."""
        if not self.content.actions:
            return
        seen = {m.action.pk for m in matches.values() if m.action is not None}
        seen |= {a.pk for m in matches.values() for a in m.candidates}
        self.result.lines += [
            Line(Outcome.MISSING, self.plan.action_label or "Action", str(action))
            for action in self.base.actions
            if action.pk not in seen
        ]


def _settle(line: Line) -> None:
    """An action is changed if one of its changes is applied, refused if none is."""
    if line.outcome is not Outcome.UNCHANGED or not line.changes:
        return
    applied = any(not change.refused for change in line.changes)
    line.outcome = Outcome.CHANGED if applied else Outcome.REFUSED


def _paired(
    items: list[MeasureRecord], known: list[Measure]
) -> Iterable[tuple[MeasureRecord, Measure | None]]:
    """Each measure of the file with that of the base: by number, else by title."""
    free = list(known)
    found: dict[int, Measure] = {}
    same: tuple[Callable[[MeasureRecord, Measure], bool], ...] = (
        lambda item, m: bool(item.text("code")) and m.code == item.text("code"),
        lambda item, m: (
            bool(item.text("title"))
            and fold(m.title) == fold(item.text("title"))
            and not (item.text("code") and m.code)
        ),
    )
    for rule in same:
        for item in items:
            if id(item) not in found:
                match = next((m for m in free if rule(item, m)), None)
                if match is not None:
                    found[id(item)] = match
                    free.remove(match)
    left = [item for item in items if id(item) not in found]
    if len(left) == len(free) == 1 and len(items) == len(known):
        found[id(left[0])] = free[0]
    return [(item, found.get(id(item))) for item in items]


def _distinct(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not any(item is known or item == known for known in found):
            found.append(item)
    return found


def _label(name: str) -> str:
    return LABELS.get(name) or FIELDS[name][0]


def _amounts(action: Action) -> str:
    bounds = [str(b) for b in (action.budget_min, action.budget_max) if b is not None]
    return " à ".join(dict.fromkeys(bounds))


def _reversed_fault(given: Given, raw: str) -> Fault:
    return Fault(
        Level.ERROR,
        given.sheet,
        given.row,
        given.col,
        raw,
        "Avec cette date, l’action finirait avant de commencer.",
        "Corriger le début ou la fin ; le texte est gardé, la date reste vide.",
    )


def _unknown_action(given: Given, name: str) -> Fault:
    return Fault(
        Level.WARNING,
        given.sheet,
        given.row,
        given.col,
        name[:300],
        f"Aucune action du plan n’est « {name[:80]} » : le lien n’est pas fait.",
        "Écrire le numéro ou l’intitulé exact de l’action liée.",
    )


def _untitled_measure(item: MeasureRecord) -> Fault:
    return Fault(
        Level.ERROR,
        item.sheet,
        item.row,
        0,
        item.text("code"),
        "Cette mesure nouvelle n’a pas d’intitulé : elle n’est pas importée.",
        "Compléter l’intitulé de la mesure.",
    )
