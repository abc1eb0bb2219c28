"""Who owes what in a campaign: counts by axis, department and person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db.models import Prefetch, Q, QuerySet

from actions.enums import RoleKind
from actions.models import Axis, Membership, Organisation, Role

from .access import TYPE_RESULTS
from .models import Campaign, Indicator

# In addresses: the rows without axis, or without pilot.
NOBODY = "aucun"
PERMISSIONS_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Owed:
    """One result that the year asks for, with those who answer for it."""

    indicator: Indicator
    pilots: Sequence[Organisation]
    is_filled: bool

    @property
    def axis(self) -> Axis | None:
        return self.indicator.action.axis

    @property
    def organisation_ids(self) -> set[int]:
        """The pilots and the bodies whose departments they are."""
        own = {pilot.pk for pilot in self.pilots}
        return own | {pilot.parent_id for pilot in self.pilots if pilot.parent_id}


@dataclass(frozen=True, slots=True)
class Count:
    """«12/39» of an axis, a department or a person, with the rows that it counts.

    ``subject`` is none of these where nobody is named: ``unnamed`` says so.
    """

    subject: Axis | Organisation | User | None
    rows: Sequence[Owed]
    unnamed: str = ""

    @property
    def name(self) -> str:
        match self.subject:
            case User() as person:
                return person.get_full_name() or person.username
            case None:
                return self.unnamed
        return str(self.subject)

    @property
    def key(self) -> str:
        """What stands for the subject in addresses."""
        return str(self.subject.pk) if self.subject else NOBODY

    @property
    def expected(self) -> int:
        return len(self.rows)

    @property
    def filled(self) -> int:
        return len(self.rows_that_are(filled=True))

    @property
    def missing(self) -> int:
        return self.expected - self.filled

    def rows_that_are(self, *, filled: bool) -> list[Owed]:
        return [owed for owed in self.rows if owed.is_filled == filled]


@dataclass(slots=True)
class FollowUp:
    """All that a campaign asks for, counted in memory."""

    owed: list[Owed]
    people: dict[User, set[int]] = field(default_factory=dict)

    @property
    def total(self) -> Count:
        return Count(None, self.owed)

    @property
    def missing(self) -> list[Owed]:
        return self.total.rows_that_are(filled=False)

    @property
    def by_axis(self) -> list[Count]:
        return _counts(((owed.axis, owed) for owed in self.owed), "Hors axe")

    @property
    def by_department(self) -> list[Count]:
        """A row that two departments pilot counts in both; the last has no pilot."""
        pairs = [(pilot, owed) for owed in self.owed for pilot in owed.pilots]
        counts = _counts(pairs)
        counts.sort(key=lambda count: (-count.missing, count.name))
        orphans = [owed for owed in self.owed if not owed.pilots]
        return [*counts, Count(None, orphans, "Sans pilote")] if orphans else counts

    @property
    def by_person(self) -> list[Count]:
        """Those who may type, each with the rows of their departments."""
        counts = [
            Count(person, [one for one in self.owed if one.organisation_ids & bodies])
            for person, bodies in self.people.items()
        ]
        known = [count for count in counts if count.rows]
        return sorted(known, key=lambda count: -count.missing)


def _counts(
    pairs: Iterable[tuple[Axis | Organisation | None, Owed]], unnamed: str = ""
) -> list[Count]:
    groups: dict[Axis | Organisation | None, list[Owed]] = defaultdict(list)
    for subject, owed in pairs:
        groups[subject].append(owed)
    return [Count(subject, group, unnamed) for subject, group in groups.items()]


def follow_up(campaign: Campaign) -> FollowUp:
    """The state of a campaign. Six queries, whatever the size of the plan."""
    pilots = Role.objects.filter(kind=RoleKind.PILOT).with_organisation()
    indicators = (
        Indicator.objects.filter(
            pk__in=Indicator.objects.filter(action__plan=campaign.plan)
            .expected_in(campaign.year)
            .values("pk")
        )
        .with_filled_results(campaign.year)
        .select_related("action__plan", "action__axis", "measure")
        .prefetch_related(
            Prefetch("action__roles", pilots), Prefetch("measure__roles", pilots)
        )
        .in_document_order()
    )
    owed = [
        Owed(indicator, pilots_of(indicator), _is_filled(indicator))
        for indicator in indicators
    ]
    bodies = {pk for one in owed for pk in one.organisation_ids}
    return FollowUp(owed, people_of(bodies))


def _is_filled(indicator: Indicator) -> bool:
    return bool(indicator.filled_results)  # type: ignore[attr-defined]


def pilots_of(indicator: Indicator) -> list[Organisation]:
    """The pilots of the measure, else of its action. Reads the prefetched roles."""
    own = indicator.measure.pilots if indicator.measure else []
    roles = own or indicator.action.pilots
    return list(dict.fromkeys(role.organisation for role in roles))


def people_of(bodies: Iterable[int]) -> dict[User, set[int]]:
    """Those who may type for these organisations, with the ones they belong to."""
    found: dict[User, set[int]] = defaultdict(set)
    typists = people_who_type().values("pk")
    memberships = Membership.objects.filter(
        organisation__in=set(bodies), user__in=typists
    )
    for membership in memberships.select_related("user").order_by("user__last_name"):
        found[membership.user].add(membership.organisation_id)
    return dict(found)


def people_who_type() -> QuerySet[User]:
    """Pilots with an active account; those who lead the plan type by other means."""
    able = User.objects.with_perm(
        TYPE_RESULTS, backend=PERMISSIONS_BACKEND, include_superusers=False
    )
    leading = User.objects.with_perm(
        "actions.change_plan", backend=PERMISSIONS_BACKEND, include_superusers=False
    )
    return able.filter(~Q(pk__in=leading.values("pk")))
