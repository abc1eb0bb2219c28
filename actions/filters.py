"""The actions of a plan that answer a question: the same on pages and in exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, TextChoices
from django.http import QueryDict

from pcaet.lib.text import fold

from .enums import RoleKind, TermKind
from .models import (
    Action,
    Engagement,
    Organisation,
    Placement,
    Plan,
    ReferenceMeasure,
    Role,
    Term,
)
from .models.actions import ActionQuerySet
from .state import ALL_STATES, ActionState

LONGEST_SEARCH = 200
# Signs of an option in a list; the whole text stands on the sheets.
LONGEST_OPTION = 70

Choices = list[tuple[Any, Any]]


class Lack(TextChoices):
    """What an action's sheet may lack."""

    PILOT = "pilote", "Sans pilote"
    DATE = "date", "Sans date"
    BUDGET = "budget", "Sans budget"
    INDICATOR = "indicateur", "Sans indicateur"


@dataclass(frozen=True, slots=True)
class Applied:
    """A filter in use: what it is, what was chosen, the address without it."""

    label: str
    value: str
    without: str


class ActionFilter(filters.FilterSet):  # type: ignore[misc]
    """Filters of one plan; those for which the plan gives nothing to choose are absent.

    ``states`` are the states of the plan's actions by key: they follow from targets
    and dates, which the caller knows.
    """

    q = filters.CharFilter(
        label="Rechercher",
        method="search",
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    axe = filters.ChoiceFilter(label="Axe", empty_label="Tous", method="under_axis")
    engagement = filters.ChoiceFilter(
        label="Engagement", empty_label="Tous", method="under_engagement"
    )
    pilote = filters.ChoiceFilter(label="Pilote", empty_label="Tous", method="led_by")
    etat = filters.ChoiceFilter(label="État", empty_label="Tous", method="in_state")
    theme = filters.ChoiceFilter(label="Thème", empty_label="Tous", method="with_term")
    type = filters.ChoiceFilter(
        label="Type d’action", empty_label="Tous", method="with_term"
    )
    annee = filters.ChoiceFilter(
        label="Année", empty_label="Toutes", method="active_in"
    )
    mesure = filters.ChoiceFilter(
        label="Mesure de référence", empty_label="Toutes", method="citing"
    )
    manque = filters.ChoiceFilter(
        label="Fiche à compléter", empty_label="Indifférent", method="lacking"
    )

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(
        self,
        data: QueryDict,
        *,
        plan: Plan,
        states: Mapping[int, ActionState],
        queryset: ActionQuerySet,
    ) -> None:
        super().__init__(data, queryset=queryset)
        self.plan = plan
        self.states = states
        self.filters["axe"].label = plan.axis_label or "Axe"
        self.filters["engagement"].label = plan.engagement_label or "Engagement"
        for name, choices in choices_of(plan, states.values()).items():
            if len(list(_flat(choices))) > 1:
                self.filters[name].extra["choices"] = choices
            else:
                del self.filters[name]

    @property
    def applied(self) -> list[Applied]:
        """The filters in use, in the order of the form."""
        self.form.is_valid()
        chosen = {
            name: value for name, value in self.form.cleaned_data.items() if value
        }
        return [self._applied(name, value) for name, value in chosen.items()]

    def _applied(self, name: str, value: str) -> Applied:
        rest = self.data.copy()
        rest.pop(name, None)
        field = self.form.fields[name]
        shown = dict(_flat(field.choices)) if hasattr(field, "choices") else {}
        return Applied(field.label or "", shown.get(value, value), rest.urlencode())

    def search(self, actions: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return actions.matching(value)

    def under_axis(
        self, actions: ActionQuerySet, name: str, value: str
    ) -> ActionQuerySet:
        standing = Placement.objects.filter(axis__code=value, axis__plan=self.plan)
        return actions.filter(pk__in=standing.values("action"))

    def under_engagement(
        self, actions: ActionQuerySet, name: str, value: str
    ) -> ActionQuerySet:
        standing = Placement.objects.filter(engagement=int(value))
        return actions.filter(pk__in=standing.values("action"))

    def led_by(self, actions: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return actions.led_by([int(value)])

    def in_state(
        self, actions: ActionQuerySet, name: str, value: str
    ) -> ActionQuerySet:
        found = [pk for pk, state in self.states.items() if state.code == value]
        return actions.filter(pk__in=found)

    def with_term(
        self, actions: ActionQuerySet, name: str, value: str
    ) -> ActionQuerySet:
        return actions.filter(terms__kind=name, terms__code=value)

    def active_in(
        self, actions: ActionQuerySet, name: str, value: str
    ) -> ActionQuerySet:
        return actions.active_in(int(value))

    def citing(self, actions: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return actions.filter(reference_measures=int(value))

    def lacking(self, actions: ActionQuerySet, name: str, value: str) -> ActionQuerySet:
        return {
            Lack.PILOT: actions.without_pilot,
            Lack.DATE: actions.without_date,
            Lack.BUDGET: actions.without_budget,
            Lack.INDICATOR: actions.without_indicator,
        }[Lack(value)]()


def choices_of(plan: Plan, states: Iterable[ActionState]) -> dict[str, Choices]:
    """What each list offers for this plan. Six queries."""
    present = {state.code for state in states}
    terms = Term.objects.filter(actions__plan=plan).distinct()
    terms_by_kind: dict[str, Choices] = defaultdict(list)
    for term in terms:
        terms_by_kind[term.kind].append((term.code, _short(term.name)))
    return {
        "axe": [
            (
                axis.code,
                _short(f"{axis.code}. {axis.title}" if axis.title else axis.code),
            )
            for axis in plan.axes.all()
        ],
        "engagement": _engagements(plan),
        "pilote": _pilots(plan),
        "etat": [(s.code, s.label) for s in ALL_STATES if s.code in present],
        "theme": terms_by_kind[TermKind.THEME],
        "type": terms_by_kind[TermKind.TYPE],
        "annee": [(str(year), str(year)) for year in active_years(plan)],
        "mesure": [
            (str(m.pk), _short(f"{m.code} {m.title}"))
            for m in ReferenceMeasure.objects.filter(actions__plan=plan).distinct()
        ],
        "manque": list(Lack.choices),
    }


def _engagements(plan: Plan) -> Choices:
    """Those under which an action stands."""
    held = Engagement.objects.filter(axis__plan=plan, placements__isnull=False)
    return [(str(e.pk), _short(str(e))) for e in held.distinct()]


def _pilots(plan: Plan) -> Choices:
    """Organisations that lead, with their departments under them."""
    leads = Role.objects.filter(kind=RoleKind.PILOT).filter(
        Q(action__plan=plan) | Q(measure__action__plan=plan)
    )
    pilots = Organisation.objects.filter(pk__in=leads.values("organisation"))
    departments: dict[Organisation, list[Organisation]] = defaultdict(list)
    for pilot in pilots.select_related("parent"):
        departments[pilot.parent or pilot].append(pilot)
    return [
        _pilot_choice(root, [pilot for pilot in found if pilot != root])
        for root, found in sorted(
            departments.items(), key=lambda item: fold(item[0].name)
        )
    ]


def _pilot_choice(
    root: Organisation, departments: list[Organisation]
) -> tuple[Any, Any]:
    if not departments:
        return str(root.pk), _short(root.name)
    every = (str(root.pk), f"{_short(root.name)}, avec ses services")
    ordered = sorted(departments, key=lambda department: fold(department.name))
    return _short(root.name), [every, *((str(d.pk), _short(d.name)) for d in ordered)]


def active_years(plan: Plan) -> list[int]:
    """The years of the plan in which some action runs or has a target. Two queries."""
    spans = set(plan.actions.values_list("start_year", "end_year"))
    targets = plan.actions.values_list("indicators__targets__year", flat=True)
    aimed = {year for year in targets.distinct() if year}
    known = {year for span in spans for year in span if year} | aimed
    if plan.start_year and plan.end_year:
        known = set(range(plan.start_year, plan.end_year + 1))
    return sorted(
        year
        for year in known | set(plan.years)
        if year in aimed or any(_spans(span, year) for span in spans)
    )


def _spans(span: tuple[int | None, int | None], year: int) -> bool:
    start, end = span
    return span != (None, None) and (start or year) <= year <= (end or year)


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[str, str]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _short(text: str) -> str:
    return (
        text
        if len(text) <= LONGEST_OPTION
        else f"{text[: LONGEST_OPTION - 1].rstrip()}…"
    )
