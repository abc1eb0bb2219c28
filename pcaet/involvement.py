"""What organisations lead or help, across the plans that a reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Count, Expression, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from actions.access import administers, member_organisations
from actions.enums import RoleKind
from actions.models import Action, Organisation, Plan, Role
from actions.state import ActionState
from indicators.summaries import progress_by_action
from pcaet.lib.text import fold

from .states import states_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import QueryDict

    from actions.models.actions import RoleQuerySet
    from actions.models.organisations import OrganisationQuerySet

# Lines of a page, within which a body keeps its departments.
LINES_A_PAGE = 100
ROLE_HEADINGS = {
    RoleKind.PILOT: "Pilote",
    RoleKind.FUNDER: "Financeur",
    RoleKind.PARTNER: "Partenaire",
    RoleKind.INTERNAL: "Partenaire interne",
    RoleKind.EXTERNAL: "Partenaire externe",
}


class Named(NamedTuple):
    """What is read of every organisation."""

    pk: int
    parent: int | None
    name: str
    short_name: str

    def holds(self, words: Sequence[str]) -> bool:
        """Whether its names hold every word, folded."""
        known = fold(f"{self.name} {self.short_name}") if words else ""
        return all(word in known for word in words)


# A body and its departments, by their keys.
Family = tuple[int, list[int]]


@dataclass(frozen=True, slots=True)
class Involvement:
    """How many actions an organisation leads, and how many it helps."""

    organisation: Organisation
    led: int = 0
    helped: int = 0
    departments: list[Involvement] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """An action in which an organisation holds a role, and for what in it."""

    action: Action
    state: ActionState
    roles: list[Role]


@dataclass(frozen=True, slots=True)
class PlanParts:
    """What the organisation does in one plan, role by role."""

    plan: Plan
    by_role: list[tuple[str, list[Part]]]


def visible_roles(user: User | AnonymousUser) -> RoleQuerySet:
    plans = Plan.objects.visible_to(user).values("pk")
    return Role.objects.filter(
        Q(action__plan__in=plans) | Q(measure__action__plan__in=plans)
    )


def visible_organisations(user: User | AnonymousUser) -> OrganisationQuerySet:
    """Those that act in a visible plan or carry it, and the user's own."""
    organisations = Organisation.objects.all()
    if administers(user):
        return organisations
    roles = visible_roles(user)
    plans = Plan.objects.visible_to(user)
    return organisations.filter(
        _has(roles.filter(organisation=OuterRef("pk")))
        | _has(roles.filter(organisation__parent=OuterRef("pk")))
        | Q(pk__in=plans.values("authority"))
        | Q(pk__in=member_organisations(user))
    )


def _has(roles: RoleQuerySet) -> Q:
    """Whether there is one, looked up for each organisation until the first.

    PostgreSQL answers ``Exists`` by reading all the roles of all the plans.
    """
    return Q(IsNull(Subquery(roles.order_by().values("pk")[:1]), False))


class Directory:
    """Organisations with their departments, those whose names hold the words.

    Names are read all at once; the rest, for those shown alone.
    """

    def __init__(self, user: User | AnonymousUser, data: QueryDict) -> None:
        self.user = user
        self.words = data.get("q", "").strip()
        self._asked_page = data.get("page")

    @property
    def query(self) -> str:
        return urlencode({"q": self.words}) if self.words else ""

    @cached_property
    def page(self) -> Page[list[Family]]:
        """A page is one list of families: they are cut by lines, not by bodies."""
        return Paginator(_pages(self._families), 1).get_page(self._asked_page)

    @property
    def shown(self) -> list[Involvement]:
        """The bodies of the page, with their departments."""
        return self._involvements([f for part in self.page for f in part])

    @property
    def rows(self) -> list[Involvement]:
        """All of them, each followed by its departments."""
        found = self._involvements(self._families)
        return [row for root in found for row in (root, *root.departments)]

    @cached_property
    def _families(self) -> list[Family]:
        visible = visible_organisations(self.user).order_by()
        columns = ("pk", "parent", "name", "short_name")
        names = [Named(*row) for row in visible.values_list(*columns)]
        return _families(names, fold(self.words).split())

    def _involvements(self, families: list[Family]) -> list[Involvement]:
        keys = [pk for root, parts in families for pk in (root, *parts)]
        bodies = Organisation.objects.select_related("parent").in_bulk(keys)
        within = Organisation.objects.within([root for root, _parts in families])
        roles = visible_roles(self.user).filter(organisation__in=within.values("pk"))
        own = _counts(roles, F("organisation_id"))
        whole = _counts(roles, Coalesce("organisation__parent_id", "organisation_id"))
        return [
            Involvement(
                bodies[root],
                *whole[root],
                sorted(
                    (Involvement(bodies[pk], *own[pk]) for pk in parts), key=_by_name
                ),
            )
            for root, parts in families
        ]


def _by_name(involvement: Involvement) -> str:
    return fold(involvement.organisation.name)


def _families(names: Sequence[Named], words: Sequence[str]) -> list[Family]:
    """The bodies that hold the words, or whose departments do, by name."""
    found = {name.pk for name in names if name.holds(words)}
    departments: dict[int, list[int]] = defaultdict(list)
    for name in names:
        if name.parent and (name.pk in found or name.parent in found):
            departments[name.parent].append(name.pk)
    roots = [
        name
        for name in names
        if not name.parent and (name.pk in found or name.pk in departments)
    ]
    roots.sort(key=lambda root: fold(root.name))
    return [(root.pk, departments[root.pk]) for root in roots]


def _pages(families: Sequence[Family]) -> list[list[Family]]:
    pages: list[list[Family]] = []
    room = 0
    for family in families:
        lines = 1 + len(family[1])
        if lines > room:
            pages.append([])
            room = LINES_A_PAGE
        pages[-1].append(family)
        room -= lines
    return pages


def _counts(roles: RoleQuerySet, owner: Expression | F) -> dict[int, tuple[int, int]]:
    """Actions led and helped by each owner: an action counts once for each."""
    action = Coalesce("action_id", "measure__action_id")
    led = Count(action, filter=Q(kind=RoleKind.PILOT), distinct=True)
    helped = Count(action, filter=~Q(kind=RoleKind.PILOT), distinct=True)
    counted = roles.order_by().annotate(owner=owner).values("owner")
    rows = counted.annotate(led=led, helped=helped).values_list(
        "owner", "led", "helped"
    )
    counts: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    counts.update({owner: (led, helped) for owner, led, helped in rows})
    return counts


def parts_of(
    organisation: Organisation, user: User | AnonymousUser, today: date
) -> list[PlanParts]:
    """All that an organisation and its departments do, by plan and role."""
    roles = list(
        visible_roles(user)
        .filter(organisation__in=Organisation.objects.within([organisation.pk]))
        .select_related(
            "organisation__parent",
            "action__plan__authority",
            "measure__action__plan__authority",
        )
    )
    actions = {(action := _action_of(role)).pk: action for role in roles}
    plans = {action.plan_id: action.plan for action in actions.values()}
    states = states_of(actions.values(), progress_by_action(plans), today)
    return [
        PlanParts(
            plan, _by_role([r for r in roles if _action_of(r).plan_id == pk], states)
        )
        for pk, plan in sorted(plans.items(), key=lambda item: fold(item[1].title))
    ]


def _by_role(
    roles: list[Role], states: dict[int, ActionState]
) -> list[tuple[str, list[Part]]]:
    return [
        (heading, parts)
        for kind, heading in ROLE_HEADINGS.items()
        if (parts := _parts([role for role in roles if role.kind == kind], states))
    ]


def _parts(roles: list[Role], states: dict[int, ActionState]) -> list[Part]:
    by_action: dict[Action, list[Role]] = defaultdict(list)
    for role in roles:
        by_action[_action_of(role)].append(role)
    ordered = sorted(by_action.items(), key=lambda item: (item[0].order, item[0].pk))
    return [Part(action, states[action.pk], found) for action, found in ordered]


def _action_of(role: Role) -> Action:
    """The action in which the role is held, itself or through its measure."""
    action = role.measure.action if role.measure else role.action
    assert action is not None  # the base refuses a role held nowhere
    return action
