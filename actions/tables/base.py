"""A plan's actions in memory, as imports compare them, in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from actions.directory import Directory
from actions.enums import RoleKind, TermKind
from actions.models import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    Axis,
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

from .folding import fold
from .organisations import Known, Name
from .work import Work

T = TypeVar("T")


class Base:
    """What the base holds of a plan, and of the vocabularies that it uses."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.axes: list[Axis] = list(plan.axes.order_by("order", "pk"))
        self.engagements: dict[int, list[Engagement]] = _grouped(
            Engagement.objects.filter(axis__plan=plan).order_by("order", "pk"),
            "axis_id",
        )
        self.actions: list[Action] = list(plan.actions.order_by("order", "pk"))
        own = {"action__plan": plan}
        self.measures = _grouped(
            Measure.objects.filter(**own).order_by("order", "pk"), "action_id"
        )
        self.roles: dict[tuple[str, int, str], list[Role]] = defaultdict(list)
        for holder, lookup in (("action", "action"), ("measure", "measure__action")):
            rows = Role.objects.filter(**{f"{lookup}__plan": plan})
            for role in rows.order_by("order", "pk"):
                key = (holder, getattr(role, f"{holder}_id"), role.kind)
                self.roles[key].append(role)
        self.terms: dict[tuple[int, str], list[ActionTerm]] = defaultdict(list)
        links = ActionTerm.objects.filter(**own).select_related("term")
        for link in links.order_by("order", "pk"):
            self.terms[link.action_id, link.term.kind].append(link)
        self.references = _grouped(
            ActionReference.objects.filter(**own)
            .select_related("reference_measure")
            .order_by("order", "pk"),
            "action_id",
        )
        self.milestones = _grouped(
            Milestone.objects.filter(**own).order_by("order", "pk"), "action_id"
        )
        self.placements = _grouped(
            Placement.objects.filter(**own).order_by("order", "pk"), "action_id"
        )
        self.links = _grouped(ActionLink.objects.filter(source__plan=plan), "source_id")


def _grouped(rows: Iterable[T], name: str) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


class Vocabularies:
    """Organisations, terms and measures of reference: found, or to be created."""

    def __init__(self, directory: Directory, work: Work) -> None:
        self._directory = directory
        self._work = work
        self._terms = {(t.kind, fold(t.code)): t for t in Term.objects.all()}
        for term in list(self._terms.values()):
            self._terms.setdefault((term.kind, fold(term.name)), term)
        self._references = {
            (r.catalogue, r.code): r for r in ReferenceMeasure.objects.all()
        }
        self._new: dict[tuple[str, str], Organisation] = {}
        self._found: dict[Name, Organisation] = {}
        self.new_organisations: list[Organisation] = []

    def organisation(self, name: str, service: str | None) -> Organisation:
        """The organisation of that name, to be created where it is unknown."""
        pair = (name, service)
        if pair not in self._found:
            self._found[pair] = self._organisation(name, service)
        return self._found[pair]

    def _organisation(self, name: str, service: str | None) -> Organisation:
        known = self._directory.find(name, service)
        if known is not None:
            return known
        key = (fold(name), fold(service or ""))
        if key in self._new:
            return self._new[key]
        parent = self.organisation(name, None) if service else None
        kind = Organisation.Kind.DEPARTMENT if service else Organisation.Kind.OTHER
        self._new[key] = self._work.create(
            Organisation(name=service or name, parent=parent, kind=kind)
        )
        self.new_organisations.append(self._new[key])
        return self._new[key]

    def term(self, kind: TermKind, name: str) -> Term:
        key = (kind.value, fold(name))
        if key not in self._terms:
            self._terms[key] = self._work.create(Term(kind=kind, code=name, name=name))
        return self._terms[key]

    def reference(self, catalogue: str, code: str) -> ReferenceMeasure:
        key = (catalogue, code)
        if key not in self._references:
            self._references[key] = self._work.create(
                ReferenceMeasure(catalogue=catalogue, code=code)
            )
        return self._references[key]


def catalogues() -> dict[str, dict[str, str]]:
    """The measures of each catalogue that has titles: code → title."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for known in ReferenceMeasure.objects.exclude(title=""):
        found[known.catalogue][known.code] = known.title
    return found


def known_names(directory: Directory) -> Known:
    """A look-up of organisations by name, for the reader of cells."""

    def known(name: str, service: str | None) -> Name | None:
        organisation = directory.find(name, service)
        if organisation is None:
            return None
        parent = organisation.parent
        return (parent.name, organisation.name) if parent else (organisation.name, None)

    return known


ROLE_RANK = {kind: rank * 100 for rank, kind in enumerate(RoleKind)}
