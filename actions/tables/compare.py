"""Compares what tables give with a plan: lines to show, rows to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

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

from .compare_fields import FieldComparer
from .compare_links import LinkComparer
from .comparison import LOCKED, TERM_KINDS, Comparison
from .field_cells import ROLES
from .folding import fold
from .matching import Match, Matcher
from .preview import Line, Outcome
from .records import ActionRecord, Fault, Level, MeasureRecord

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
TEXT_FIELDS = ("title", "context", "description", "consultation", "impact_objective")


class ActionComparer(FieldComparer, LinkComparer):
    """Compares the actions of a content with those of a plan."""

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

    def _loose_faults(self) -> None:
        """Faults of lines that gave no action: each is a line of the preview."""
        for fault in self.faults.get("", []):
            outcome = (
                Outcome.REFUSED if fault.level is Level.ERROR else Outcome.UNCHANGED
            )
            at = (fault.sheet, fault.row, fault.col)
            label = fault.value or f"n° {fault.row + 1}"
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
