"""What an organisation or a theme is bound to, in all the plans that one may see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from actions.enums import RoleKind, TermKind
from actions.models import Action, ActionTerm, Organisation, Plan, Role, Term
from actions.models.actions import ActionQuerySet
from actions.models.plans import PlanQuerySet, acts_through
from actions.state import ALL_STATES
from pcaet.lib.form_fields import LongSelect, offer
from pcaet.lib.text import fold

from .involvement import ROLE_HEADINGS
from .listing import rows_of, states_within
from .outline import Row

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS_A_PAGE = 50
LONGEST_OPTION = 70
# Keys of plans, asked by the query that they serve.
Keys: TypeAlias = "QuerySet[Plan, Any]"
# Beyond, the list of organisations opens only the body that was chosen.
MOST_OFFERED = 400
LEADS, HELPS = "pilote", "autre"


class CommitmentFilter(forms.Form):
    """Whose commitments, on what, in which plan and which state."""

    organisme = forms.ChoiceField(label="Organisme", required=False, widget=LongSelect)
    role = forms.ChoiceField(
        label="Rôle",
        required=False,
        choices=[("", "Tous"), (LEADS, "Pilote"), (HELPS, "Partenaire ou financeur")],
    )
    theme = forms.ChoiceField(label="Thème", required=False, widget=LongSelect)
    plan = forms.ChoiceField(label="Plan", required=False, widget=LongSelect)
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous"), *((state.code, state.label) for state in ALL_STATES)],
    )

    def __init__(self, data: QueryDict, plans: PlanQuerySet) -> None:
        super().__init__(data)
        keys = plans.order_by().values("pk")
        named = plans.values_list("slug", "title")
        self._offer("organisme", _organisations(keys, data.get("organisme", "")))
        self._offer("theme", _themes(keys))
        self._offer("plan", [(slug, _short(title)) for slug, title in named])

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        offer(self, name, [("", "Tous"), *choices])


def _organisations(plans: Keys, asked: str) -> list[tuple[Any, Any]]:
    """Those that hold a role in these plans, each with its departments. One query.

    Where they are too many for a list, the departments offered are those of the body
    that is asked.
    """
    # Whether there is one role is soon known; to gather them all would be long.
    held = Role.objects.filter(organisation=OuterRef("pk"))
    acting = Organisation.objects.filter(
        Exists(held.filter(action__plan__in=plans))
        | Exists(held.filter(measure__action__plan__in=plans))
    )
    rows = list(acting.order_by().values_list("pk", "name", "parent", "parent__name"))
    opened = _body_of(asked, rows) if len(rows) > MOST_OFFERED else None
    roots: dict[int, str] = {}
    departments: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, name, parent, parent_name in rows:
        roots[parent or pk] = parent_name or name
        if parent and (len(rows) <= MOST_OFFERED or parent == opened):
            departments[parent].append((str(pk), _short(name)))
    ordered = sorted(roots.items(), key=lambda root: fold(root[1]))
    return [_choice(pk, name, departments[pk]) for pk, name in ordered]


def _body_of(asked: str, rows: list[tuple[int, str, int | None, str]]) -> int | None:
    """The body of the organisation asked, be it this body or one of its services."""
    found = (
        parent or pk for pk, _n, parent, _p in rows if asked in (str(pk), str(parent))
    )
    return next(found, None)


def _choice(pk: int, name: str, departments: list[tuple[str, str]]) -> tuple[Any, Any]:
    if not departments:
        return str(pk), _short(name)
    whole = (str(pk), f"{_short(name)}, avec ses services")
    return _short(name), [whole, *sorted(departments, key=lambda d: fold(d[1]))]


def _themes(plans: Keys) -> list[tuple[str, str]]:
    used = ActionTerm.objects.filter(term=OuterRef("pk"), action__plan__in=plans)
    terms = Term.objects.filter(Exists(used), kind=TermKind.THEME)
    return [(term.code, _short(term.name)) for term in terms]


def _short(text: str) -> str:
    if len(text) <= LONGEST_OPTION:
        return text
    return f"{text[: LONGEST_OPTION - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Commitment:
    """An action, and what the organisation asked does in it: «Pilote», «Financeur»."""

    row: Row
    roles: list[str]

    @property
    def action(self) -> Action:
        return self.row.action


class Commitments:
    """The actions that answer, plan by plan. A constant number of queries."""

    def __init__(
        self, user: User | AnonymousUser, data: QueryDict, today: date
    ) -> None:
        self.plans = Plan.objects.visible_to(user)
        self.form = CommitmentFilter(data, self.plans)
        self.form.is_valid()
        said = self.form.cleaned_data
        self.asked = {name: value for name, value in said.items() if value}
        self.today = today
        self._asked_page = data.get("page")

    @property
    def query(self) -> str:
        return urlencode(self.asked)

    @cached_property
    def organisation(self) -> Organisation | None:
        asked = self.asked.get("organisme")
        return Organisation.objects.get(pk=asked) if asked else None

    @property
    def actions(self) -> ActionQuerySet:
        """Those that the filters keep, but for the state, which no query knows."""
        found = Action.objects.filter(plan__in=self.plans.order_by().values("pk"))
        if slug := self.asked.get("plan"):
            found = found.filter(plan__slug=slug)
        if theme := self.asked.get("theme"):
            found = found.filter(terms__kind=TermKind.THEME, terms__code=theme)
        if "organisme" in self.asked or "role" in self.asked:
            roles = self._roles()
            found = found.filter(
                Q(pk__in=roles.values("action"))
                | Q(pk__in=roles.values("measure__action"))
            )
        return found.order_by("plan__title", "plan", "order", "pk")

    def _roles(self) -> Any:
        """The roles that count: of the organisation asked, of the kind asked."""
        roles = Role.objects.all()
        if asked := self.asked.get("organisme"):
            roles = roles.filter(acts_through("organisation", [int(asked)]))
        kind = self.asked.get("role")
        if kind == LEADS:
            return roles.filter(kind=RoleKind.PILOT)
        return roles.exclude(kind=RoleKind.PILOT) if kind == HELPS else roles

    @cached_property
    def _answering(self) -> ActionQuerySet:
        """The actions that answer: a state is told from those that the rest keeps."""
        wanted = self.asked.get("etat")
        if not wanted:
            return self.actions
        states = states_within(self.actions, self.today)
        kept = [pk for pk, state in states.items() if state.code == wanted]
        return self.actions.filter(pk__in=kept)

    @property
    def keys(self) -> list[int]:
        """All that answers, in the order of the plans."""
        return list(self._answering.values_list("pk", flat=True))

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @cached_property
    def plan_count(self) -> int:
        """In how many plans they stand."""
        return self._answering.order_by().values("plan").distinct().count()

    @cached_property
    def page(self) -> Page[Any]:
        keys = self._answering.values_list("pk", flat=True)
        return Paginator(keys, ROWS_A_PAGE).get_page(self._asked_page)

    @cached_property
    def shown(self) -> list[Commitment]:
        rows = rows_of(self.page.object_list, self.today)
        return [Commitment(row, self._roles_in(row.action)) for row in rows]

    @property
    def by_plan(self) -> list[tuple[Plan, list[Commitment]]]:
        found: dict[int, list[Commitment]] = defaultdict(list)
        for commitment in self.shown:
            found[commitment.action.plan_id].append(commitment)
        return [(group[0].action.plan, group) for group in found.values()]

    @property
    def rows(self) -> list[Row]:
        """All that answers, for files."""
        return rows_of(self.keys, self.today)

    def _roles_in(self, action: Action) -> list[str]:
        """What the organisation or its departments do in the action."""
        asked = int(self.asked.get("organisme") or 0)
        held = [action, *action.measures.all()]
        kinds = {
            role.kind
            for holder in held
            for role in holder.roles.all()
            if asked in (role.organisation_id, role.organisation.parent_id)
        }
        return [words for kind, words in ROLE_HEADINGS.items() if kind in kinds]
