"""What a signed-in person may type, see or lead: the object, or a 404."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from actions.access import member_organisations
from actions.models import Action, Plan

from .models import Campaign, Indicator, IndicatorQuerySet, Review, TypingRights

TYPE_RESULTS = "actions.type_results"
MIN_YEAR, MAX_YEAR = 1900, 2200


class SignedInRequest(HttpRequest):
    """A request behind the login: its user is a person."""

    user: User


def visible_plan(user: User, slug: str) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(user), slug=slug)


def managed_plan(user: User, slug: str) -> Plan:
    """The plan, for those who do the climate officer's work on it."""
    return get_object_or_404(Plan.objects.managed_by(user), slug=slug)


def managed_campaign(user: User, slug: str, year: int) -> Campaign:
    plans = Plan.objects.managed_by(user)
    campaigns = Campaign.objects.select_related("plan")
    return get_object_or_404(campaigns, plan__in=plans, plan__slug=slug, year=year)


def readable_review(user: User | AnonymousUser, slug: str, pk: int) -> Review:
    """The review, for those who see its plan; the public reads it once closed."""
    reviews = Review.objects.select_related("plan__authority__parent")
    plans = Plan.objects.visible_to(user)
    review = get_object_or_404(reviews, pk=pk, plan__slug=slug, plan__in=plans)
    if not (review.is_closed or user.is_authenticated):
        raise Http404("Ce bilan n’est pas clos.")
    return review


def edition_asked(request: HttpRequest, review: Review) -> int | None:
    """The closed edition asked for, by those who may see that there were several."""
    asked = request.GET.get("edition", "")
    known = asked.isdecimal() and 1 <= int(asked) <= review.edition
    return int(asked) if known and request.user.is_authenticated else None


def leads(user: User, action: Action) -> bool:
    """Whether the person pilots something of the action, or leads its plan."""
    if not user.has_perm(TYPE_RESULTS):
        return False
    own = Action.objects.filter(pk=action.pk).led_by(member_organisations(user))
    managed = Plan.objects.managed_by(user).filter(pk=action.plan_id)
    return own.exists() or managed.exists()


@dataclass(frozen=True, slots=True)
class Desk:
    """The rows of a plan that a person types for a year.

    ``manages`` is true for those who lead the plan: they see every row. Others see
    those of the measures that their departments pilot.
    """

    user: User
    plan: Plan
    year: int
    rights: TypingRights
    manages: bool

    @classmethod
    def of(cls, user: User, plan: Plan, year: int) -> Desk:
        if not MIN_YEAR <= year <= MAX_YEAR:
            raise Http404("Cette année n’est pas celle d’un plan.")
        rights = TypingRights.of(user, plan, year, timezone.localdate())
        manages = Plan.objects.managed_by(user).filter(pk=plan.pk).exists()
        return cls(user, plan, year, rights, manages)

    @property
    def indicators(self) -> IndicatorQuerySet:
        """The rows of this person, whether the year is open or not."""
        rows = Indicator.objects.filter(action__plan=self.plan)
        if self.manages:
            return rows
        typist = self.user.has_perm(TYPE_RESULTS)
        return rows.piloted_by(self.user) if typist else rows.none()

    def rows(self, action: Action | None = None) -> IndicatorQuerySet:
        """The rows, loaded in document order for grids and forms."""
        rows = self.indicators.filter(action=action) if action else self.indicators
        return rows.for_grid().in_document_order()


def desk_of_row(user: User, pk: int, year: int) -> tuple[Desk, Indicator]:
    """One row of the person's desk; a row of another department is a 404."""
    plans = Plan.objects.visible_to(user)
    indicators = Indicator.objects.filter(action__plan__in=plans).for_grid()
    indicator = get_object_or_404(indicators, pk=pk)
    desk = Desk.of(user, indicator.action.plan, year)
    if not desk.indicators.filter(pk=pk).exists():
        raise Http404("Cet indicateur est suivi par un autre service.")
    return desk, indicator
