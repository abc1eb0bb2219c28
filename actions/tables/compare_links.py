"""Compares what an action is linked to with what a table gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actions.enums import Relation, RoleKind
from actions.models import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    Milestone,
    Role,
)

from .base import ROLE_RANK
from .columns import Named
from .comparison import LOCKED, TERM_KINDS, Comparer, _label
from .preview import Line
from .records import ActionRecord, Fault, Given, Level


class LinkComparer(Comparer):
    """Organisations, terms, measures of reference, steps, other actions."""

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


def _distinct(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if not any(item is known or item == known for known in found):
            found.append(item)
    return found


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
