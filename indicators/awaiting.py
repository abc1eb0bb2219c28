"""What the open campaigns ask of a person today, counted for the home page.

«Ma saisie» shows the same figures row by row; here a few queries count them,
however many campaigns are open.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from actions.access import member_roots
from actions.models import Plan

from .access import TYPE_RESULTS
from .enums import Validation
from .models import Campaign, Indicator, Result, Target

# A plan and a year.
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Awaited:
    """What one campaign asks of a person.

    Attributes:
        manages: the person leads the plan: every row of it counts.
        missing: results that nobody typed yet.
        returned: results that the officer sent back.
        unread: results that those who lead the plan have not read yet.
    """

    campaign: Campaign
    manages: bool
    missing: int
    returned: int
    unread: int

    @property
    def is_something(self) -> bool:
        return bool(self.missing or self.returned or self.unread)


def awaited_of(user: User, today: date) -> list[Awaited]:
    """The open campaigns that ask something of the person. Seven queries at most.

    An administrator leads every plan, but only those of his authority wait for him.
    """
    managed = set(_managed(user).values_list("pk", flat=True))
    rows = _rows(user, managed)
    if rows is None:
        return []
    campaigns = list(
        Campaign.objects.open_on(today)
        .filter(plan__in=rows.values("action__plan"))
        .select_related("plan__authority")
        .order_by("closes_on", "plan__title", "plan", "year")
    )
    counts = _Counts(rows.filter(action__plan__in={c.plan_id for c in campaigns}))
    found = [counts.of(campaign, campaign.plan_id in managed) for campaign in campaigns]
    return [awaited for awaited in found if awaited.is_something]


def _managed(user: User) -> QuerySet[Plan]:
    roots = member_roots(user)
    of_the_authority = Q(authority__in=roots) | Q(authority__parent__in=roots)
    return Plan.objects.managed_by(user).filter(of_the_authority)


def _rows(user: User, managed: set[int]) -> QuerySet[Indicator] | None:
    """The indicators that the person types or follows; none for a mere reader."""
    led = Indicator.objects.filter(action__plan__in=managed)
    if user.has_perm(TYPE_RESULTS):
        return led | Indicator.objects.piloted_by(user)
    return led if managed else None


class _Counts:
    """Results owed, typed, sent back and unread, by plan and year. Four queries."""

    def __init__(self, rows: QuerySet[Indicator]) -> None:
        own = rows.order_by().values("pk")
        targets = Target.objects.filter(indicator__in=own)
        promised = Target.objects.filter(indicator=OuterRef("indicator"))
        asked = Exists(promised.filter(year=OuterRef("year"))) | ~Exists(promised)
        results = Result.objects.filter(asked, indicator__in=own)
        filled = results.filter(has_content=True)
        self.targets = _by_year(targets)
        self.yearly = Counter(
            rows.filter(targets__isnull=True).values_list("action__plan", flat=True)
        )
        self.filled = _by_year(filled)
        self.returned = _by_year(results.filter(validation=Validation.RETURNED))
        self.unread = _by_year(filled.filter(validation=""))

    def of(self, campaign: Campaign, manages: bool) -> Awaited:
        key = campaign.plan_id, campaign.year
        expected = self.targets.get(key, 0) + self.yearly[campaign.plan_id]
        return Awaited(
            campaign=campaign,
            manages=manages,
            missing=expected - self.filled.get(key, 0),
            returned=self.returned.get(key, 0),
            unread=self.unread.get(key, 0) if manages else 0,
        )


def _by_year(found: QuerySet[Target] | QuerySet[Result]) -> dict[Key, int]:
    rows = found.order_by().values_list("indicator__action__plan", "year")
    return {(plan, year): count for plan, year, count in rows.annotate(Count("pk"))}
