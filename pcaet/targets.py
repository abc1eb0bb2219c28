"""The targets of a plan, chosen by what people ask: the list behind each figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q
from django.http import QueryDict

from actions.enums import RoleKind, TermKind
from actions.models import ActionTerm, Axis, Organisation, Placement, Plan, Role
from actions.templatetags.states import named_in
from indicators.enums import MISSING, State
from indicators.facts import UNSAID, Fact, facts_of, tally_of
from indicators.models import Cell, Indicator
from indicators.summaries import Tally
from pcaet.lib.form_fields import offer
from pcaet.lib.text import fold

from .outline import Places
from .templatetags.french import unshout
from .yearly import YearRow

ROWS_A_PAGE = 100
LONGEST_OPTION = 70

# States by which the list is chosen, and sums of them that the dashboard shows.
STATES: dict[str, tuple[str, Callable[[Fact], bool]]] = {
    State.REACHED: ("Atteintes", lambda fact: fact.state == State.REACHED),
    State.PARTIAL: ("Partielles", lambda fact: fact.state == State.PARTIAL),
    State.NOT_REACHED: ("Non atteintes", lambda f: f.state == State.NOT_REACHED),
    "hors_cible": ("Partielles ou non atteintes", lambda fact: fact.is_off_target),
    State.NOT_APPLICABLE: ("Sans objet", lambda f: f.state == State.NOT_APPLICABLE),
    UNSAID: ("Renseignées sans état", lambda fact: fact.state == UNSAID),
    MISSING: ("Manquantes", lambda fact: fact.state == MISSING),
    "saisi": ("Résultats saisis", lambda fact: fact.is_filled),
    "evalue": ("Résultats évalués", lambda fact: fact.attainment is not None),
    "valide": ("Résultats validés", lambda fact: fact.is_validated),
}


class Pilots:
    """Who answers for each target: those of its measure, else of its action.

    One query. A body answers for what its departments lead.
    """

    def __init__(self, plan: Plan) -> None:
        roles = Role.objects.filter(kind=RoleKind.PILOT).filter(
            Q(action__plan=plan) | Q(measure__action__plan=plan)
        )
        self.organisations: dict[int, Organisation] = {}
        self._of_action: dict[int, set[int]] = defaultdict(set)
        self._of_measure: dict[int, set[int]] = defaultdict(set)
        self.actions: dict[int, set[int]] = defaultdict(set)
        for role in roles.select_related("organisation__parent", "measure"):
            self._add(role)

    def _add(self, role: Role) -> None:
        own, parent = role.organisation, role.organisation.parent
        bodies = [own, parent] if parent else [own]
        self.organisations |= {body.pk: body for body in bodies}
        led = {body.pk for body in bodies}
        if role.measure:
            self._of_measure[role.measure.pk] |= led
        elif role.action_id:
            self._of_action[role.action_id] |= led
        action = role.measure.action_id if role.measure else role.action_id
        assert action is not None  # the base refuses a role held nowhere
        for pk in led:
            self.actions[pk].add(action)

    def of(self, fact: Fact) -> set[int]:
        own = self._of_measure.get(fact.measure or 0)
        return own or self._of_action.get(fact.action, set())


class Book:
    """The facts of a plan, and all by which they are grouped. Four queries."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.facts = facts_of(plan)
        self.places = Places(plan)
        self.pilots = Pilots(plan)
        self.terms: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.term_names: dict[tuple[str, str], str] = {}
        kinds = [TermKind.TYPE, TermKind.THEME]
        links = ActionTerm.objects.filter(action__plan=plan, term__kind__in=kinds)
        for action, kind, code, name in links.order_by("term__name").values_list(
            "action", "term__kind", "term__code", "term__name"
        ):
            self.terms[kind, code].add(action)
            self.term_names[kind, code] = name

    @cached_property
    def years(self) -> list[int]:
        return sorted({fact.year for fact in self.facts})

    @cached_property
    def axes(self) -> dict[str, str]:
        """The axes that hold an action, by code, in the order of the plan."""
        axes = {place.axis for places in self._all_places for place in places}
        ordered = sorted(axes, key=lambda axis: (axis.order, axis.pk))
        return {axis.code: self._named(axis) for axis in ordered}

    def _named(self, axis: Axis) -> str:
        """«Domaine 1» where the plan gives no title."""
        if axis.title:
            return f"{axis.code} {unshout(axis.title, self.plan)}"
        return f"{self.plan.axis_label or 'Axe'} {axis.code}"

    @cached_property
    def engagements(self) -> dict[int, str]:
        found = {
            (place.axis.order, place.axis_id, e.order, e.pk): e
            for places in self._all_places
            for place in places
            if (e := place.engagement)
        }
        return {
            e.pk: f"{e.code} {unshout(e.title, self.plan)}".strip()
            for _rank, e in sorted(found.items())
        }

    @cached_property
    def departments(self) -> dict[int, str]:
        """Those that lead: bodies by name, each followed by its departments."""
        bodies = self.pilots.organisations.values()
        ordered = sorted(
            bodies,
            key=lambda b: (fold(str(b.parent or b)), b.parent_id or 0, fold(str(b))),
        )
        return {body.pk: named_in(body, self.plan) for body in ordered}

    def terms_of(self, kind: str) -> dict[str, str]:
        return {code: name for (k, code), name in self.term_names.items() if k == kind}

    def under_axis(self, code: str) -> set[int]:
        return {
            action
            for action, places in self.places.of_action.items()
            if any(place.axis.code == code for place in places)
        }

    def under_engagement(self, pk: int) -> set[int]:
        return {
            action
            for action, places in self.places.of_action.items()
            if any(place.engagement_id == pk for place in places)
        }

    @property
    def _all_places(self) -> Iterable[Sequence[Placement]]:
        return self.places.of_action.values()


class TargetForm(forms.Form):
    """What is asked of the list; the choices are those that the plan gives."""

    annee = forms.TypedChoiceField(label="Année", coerce=int, required=False)
    etat = forms.ChoiceField(label="Résultats", required=False)
    axe = forms.ChoiceField(label="Axe", required=False)
    engagement = forms.TypedChoiceField(label="Engagement", coerce=int, required=False)
    pilote = forms.TypedChoiceField(label="Pilote", coerce=int, required=False)
    type = forms.ChoiceField(label="Type d’action", required=False)
    theme = forms.ChoiceField(label="Thème", required=False)

    def __init__(self, data: QueryDict, book: Book) -> None:
        super().__init__(data)
        self.fields["axe"].label = book.plan.axis_label or "Axe"
        self.fields["engagement"].label = book.plan.engagement_label or "Engagement"
        choices: dict[str, Mapping[Any, str]] = {
            "annee": {year: str(year) for year in book.years},
            "etat": {name: label for name, (label, _) in STATES.items()},
            "axe": book.axes,
            "engagement": book.engagements,
            "pilote": book.departments,
            "type": book.terms_of(TermKind.TYPE),
            "theme": book.terms_of(TermKind.THEME),
        }
        for name, offered in choices.items():
            self._offer(name, offered)

    def _offer(self, name: str, offered: Mapping[Any, str]) -> None:
        if not offered:
            del self.fields[name]
            return
        shown = [(value, label[:LONGEST_OPTION]) for value, label in offered.items()]
        offer(self, name, [("", "Tous"), *shown])


class TargetList:
    """The targets that answer what is asked. Eight queries a page."""

    def __init__(self, plan: Plan, data: QueryDict) -> None:
        self.plan = plan
        self.book = Book(plan)
        self.form = TargetForm(data, self.book)
        self.form.is_valid()
        self.asked = {k: v for k, v in self.form.cleaned_data.items() if v}
        self.facts = [fact for fact in self.book.facts if self._answers(fact)]
        self._data = data

    def _answers(self, fact: Fact) -> bool:
        return all(test(fact) for test in self._tests)

    @cached_property
    def _tests(self) -> list[Callable[[Fact], bool]]:
        book, asked = self.book, self.asked
        tests: list[Callable[[Fact], bool]] = []
        if "annee" in asked:
            tests.append(lambda fact: fact.year == asked["annee"])
        if "etat" in asked:
            tests.append(STATES[asked["etat"]][1])
        if "pilote" in asked:
            tests.append(lambda fact: asked["pilote"] in book.pilots.of(fact))
        for kept in self._kept_actions():
            tests.append(lambda fact, kept=kept: fact.action in kept)  # type: ignore[misc]
        return tests

    def _kept_actions(self) -> Iterable[set[int]]:
        book, asked = self.book, self.asked
        if "axe" in asked:
            yield book.under_axis(asked["axe"])
        if "engagement" in asked:
            yield book.under_engagement(asked["engagement"])
        for kind in (TermKind.TYPE, TermKind.THEME):
            if kind in asked:
                yield book.terms[kind, asked[kind]]

    @property
    def tally(self) -> Tally:
        return tally_of(self.facts)

    @property
    def query(self) -> str:
        return urlencode(self.asked)

    @cached_property
    def page(self) -> Page[Fact]:
        return Paginator(self.facts, ROWS_A_PAGE).get_page(self._data.get("page"))

    @property
    def rows(self) -> list[YearRow]:
        return rows_of(self.page.object_list)

    @property
    def all_rows(self) -> list[YearRow]:
        return rows_of(self.facts)


def rows_of(facts: Iterable[Fact]) -> list[YearRow]:
    """The cells of these facts, in their order. Six queries whatever the number."""
    chosen = list(facts)
    pilots = Role.objects.filter(kind=RoleKind.PILOT).with_organisation()
    loaded = Indicator.objects.for_grid().prefetch_related(
        Prefetch("action__roles", pilots, to_attr="leads"),
        Prefetch("measure__roles", pilots, to_attr="leads"),
    )
    known = loaded.in_bulk({fact.indicator for fact in chosen})
    return [_row(known[fact.indicator].cell(fact.year)) for fact in chosen]


def _row(cell: Cell) -> YearRow:
    measure = cell.indicator.measure
    own = measure.leads if measure else []  # type: ignore[attr-defined]
    return YearRow(cell, own or cell.indicator.action.leads)  # type: ignore[attr-defined]
