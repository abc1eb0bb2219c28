"""What a person has to type now: «Ma saisie»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q
from django.urls import reverse

from actions.models import Plan

from .access import TYPE_RESULTS
from .models import Campaign, Indicator


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A campaign open today, with how far this person's rows are."""

    campaign: Campaign
    manages: bool
    filled: int
    expected: int
    next_owed: Indicator | None
    returned: int

    @property
    def missing(self) -> int:
        return self.expected - self.filled

    @property
    def url(self) -> str:
        return reverse(
            "indicators:plan_edit", args=[self.campaign.plan.slug, self.campaign.year]
        )

    @property
    def next_url(self) -> str:
        return f"{self.url}#indicateur-{self.next_owed.pk}" if self.next_owed else ""


def desks_of(user: User, today: date) -> list[OpenDesk]:
    """The open campaigns in which the person has rows. One query a campaign."""
    managed = set(Plan.objects.managed_by(user).values_list("pk", flat=True))
    led = Indicator.objects.piloted_by(user).order_by().values("action__plan")
    campaigns = (
        Campaign.objects.open_on(today)
        .filter(plan__in=Plan.objects.visible_to(user))
        .filter(Q(plan__in=managed) | Q(plan__in=led))
        .select_related("plan__authority")
        .order_by("plan__title", "plan", "year")
    )
    types = user.has_perm(TYPE_RESULTS)
    desks = [
        _desk(campaign, user, campaign.plan_id in managed)
        for campaign in campaigns
        if types or campaign.plan_id in managed
    ]
    return [desk for desk in desks if desk.expected]


def _desk(campaign: Campaign, user: User, manages: bool) -> OpenDesk:
    own = Indicator.objects.filter(action__plan=campaign.plan)
    if not manages:
        own = own.piloted_by(user)
    rows = list(
        Indicator.objects.filter(pk__in=own.expected_in(campaign.year).values("pk"))
        .with_filled_results(campaign.year)
        .in_document_order()
    )
    # with_filled_results sets both.
    owed = [row for row in rows if not row.filled_results]  # type: ignore[attr-defined]
    returned = sum(row.returned_results for row in rows)  # type: ignore[attr-defined]
    return OpenDesk(
        campaign=campaign,
        manages=manages,
        filled=len(rows) - len(owed),
        expected=len(rows),
        next_owed=owed[0] if owed else None,
        returned=returned,
    )
