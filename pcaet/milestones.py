"""The milestones of a plan, passed or not: the list behind the dashboard's count."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from actions.models import Milestone, Plan
from actions.models.actions import MilestoneQuerySet

MILESTONES_A_PAGE = 100
# What may be asked of the list: the address, then whether they are passed.
CHOICES = {"": None, "a-franchir": False, "franchies": True}


class MilestoneList:
    """Those that are asked for, the nearest first. Four queries a page."""

    def __init__(self, plan: Plan, data: QueryDict) -> None:
        asked = data.get("etat", "")
        self.choice = asked if asked in CHOICES else ""
        self._every = Milestone.objects.filter(action__plan=plan)
        self._asked_page = data.get("page")

    @property
    def query(self) -> str:
        return urlencode({"etat": self.choice}) if self.choice else ""

    @cached_property
    def total(self) -> int:
        return self._every.count()

    @cached_property
    def page(self) -> Page[Milestone]:
        return Paginator(self.rows, MILESTONES_A_PAGE).get_page(self._asked_page)

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def rows(self) -> MilestoneQuerySet:
        done = CHOICES[self.choice]
        kept = self._every if done is None else self._every.filter(done=done)
        return kept.in_time_order()
