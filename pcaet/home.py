"""The home page: where each plan stands, and what awaits the person who reads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Q, When
from django.utils import timezone

from actions.access import member_roots
from actions.enums import PlanKind
from actions.models import Plan
from actions.models.plans import PlanQuerySet
from actions.state import LATE, ActionState
from indicators.awaiting import Awaited, awaited_of
from indicators.models import Result
from indicators.summaries import Tally, progress_by_plan
from pcaet.lib.text import fold

from .changes import last_change_by_plan
from .states import NO_PROGRESS, standing_by_plan

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import QueryDict

PLANS_A_PAGE = 10
# From this many plans on, the page offers to choose among them.
MANY_PLANS = 8
# What counts as «lately», in days.
LATELY = 30


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan on the home page; ``recent`` counts the results typed lately."""

    plan: Plan
    tally: Tally
    standing: list[tuple[ActionState, int]]
    changed: datetime | None
    recent: int

    @property
    def actions(self) -> int:
        return sum(count for _, count in self.standing)

    @property
    def late(self) -> int:
        return sum(count for state, count in self.standing if state.code == LATE.code)


class Home:
    """A page of plans: those of the reader's authority, or that await him, first.

    A number of queries that depends neither on the plans nor on the campaigns.
    """

    kinds = PlanKind.choices
    lately = LATELY

    def __init__(
        self, user: User | AnonymousUser, data: QueryDict, today: date
    ) -> None:
        self.user = user
        self.today = today
        self.words = data.get("q", "").strip()
        self.kind = data["nature"] if data.get("nature") in PlanKind.values else ""
        self._asked_page = data.get("page")

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.kind)

    @property
    def query(self) -> str:
        asked = {"q": self.words, "nature": self.kind}
        return urlencode({name: value for name, value in asked.items() if value})

    @cached_property
    def page(self) -> Page[Plan]:
        return Paginator(self._plans(), PLANS_A_PAGE).get_page(self._asked_page)

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def offers_a_choice(self) -> bool:
        return self.is_filtered or self.count > MANY_PLANS

    @cached_property
    def awaited(self) -> list[tuple[Plan, list[Awaited]]]:
        """What awaits the reader, plan by plan, the most pressing campaign first."""
        if not self.user.is_authenticated:
            return []
        by_plan: dict[Plan, list[Awaited]] = defaultdict(list)
        for asked in awaited_of(self.user, self.today):
            by_plan[asked.campaign.plan].append(asked)
        return list(by_plan.items())

    @property
    def lines(self) -> list[PlanLine]:
        plans = list(self.page.object_list)
        progress = progress_by_plan([plan.pk for plan in plans])
        standing = standing_by_plan(plans, self.today)
        changed = last_change_by_plan(plans)
        recent = self._recent(plans)
        return [
            PlanLine(
                plan,
                progress.get(plan.pk, NO_PROGRESS).whole,
                standing[plan.pk],
                changed.get(plan.pk),
                recent.get(plan.pk, 0),
            )
            for plan in plans
        ]

    def _plans(self) -> PlanQuerySet:
        roots = member_roots(self.user)
        own = Q(authority__in=roots) | Q(authority__parent__in=roots)
        own |= Q(pk__in=[plan.pk for plan, _asked in self.awaited])
        plans = Plan.objects.visible_to(self.user).for_list()
        if self.kind:
            plans = plans.filter(kind=self.kind)
        if self.words:
            plans = plans.filter(pk__in=_named(plans, fold(self.words).split()))
        return plans.order_by(Case(When(own, then=0), default=1), "title", "slug")

    def _recent(self, plans: list[Plan]) -> dict[int, int]:
        since = timezone.now() - timedelta(days=LATELY)
        typed = Result.objects.filter(
            indicator__action__plan__in=plans, has_content=True, saved_at__gte=since
        )
        counted = typed.order_by().values_list("indicator__action__plan")
        return dict(counted.annotate(Count("pk")))


def _named(plans: PlanQuerySet, words: list[str]) -> list[int]:
    """Those whose title or authority holds every word, whatever the accents."""
    names = plans.values_list(
        "pk", "title", "authority__name", "authority__parent__name"
    )
    return [
        pk
        for pk, *texts in names
        if all(word in fold(" ".join(filter(None, texts))) for word in words)
    ]
