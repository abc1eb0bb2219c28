"""Actions that answer each other from one plan to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.http import QueryDict

from actions.models import Action, ActionLink, Plan
from actions.state import ActionState
from pcaet.lib.form_fields import LongSelect, offer

from .listing import states_within

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LINKS_A_PAGE = 50


class LinkFilter(forms.Form):
    """The plan whose links are shown."""

    plan = forms.ChoiceField(label="Plan", required=False, widget=LongSelect)

    def __init__(self, data: QueryDict, plans: list[tuple[str, str]]) -> None:
        super().__init__(data)
        choices = [("", "Tous"), *((slug, title[:70]) for slug, title in plans)]
        offer(self, "plan", choices)


@dataclass(frozen=True, slots=True)
class PlanLink:
    """A link read from its first action, with the state of both."""

    link: ActionLink
    source_state: ActionState
    target_state: ActionState

    @property
    def relation(self) -> str:
        return self.link.get_relation_display()


class PlanLinks:
    """The links between plans of which the reader sees both. Seven queries."""

    def __init__(
        self, user: User | AnonymousUser, data: QueryDict, today: date
    ) -> None:
        self.visible = Plan.objects.visible_to(user)
        # Slug and title: hundreds of whole plans would be long to read.
        self.plans = list(self.visible.values_list("slug", "title"))
        self.form = LinkFilter(data, self.plans)
        self.form.is_valid()
        asked = self.form.cleaned_data.get("plan")
        self.plan = self.visible.get(slug=asked) if asked else None
        self.today = today
        self._asked_page = data.get("page")

    @property
    def query(self) -> str:
        return urlencode({"plan": self.plan.slug}) if self.plan else ""

    @property
    def links(self) -> QuerySet[ActionLink]:
        visible = self.visible.order_by().values("pk")
        found = ActionLink.objects.filter(
            source__plan__in=visible, target__plan__in=visible
        ).exclude(source__plan=F("target__plan"))
        if self.plan:
            found = found.filter(Q(source__plan=self.plan) | Q(target__plan=self.plan))
        return found.select_related("source__plan", "target__plan").order_by(
            "source__plan__title", "source__order", "source", "order", "pk"
        )

    @cached_property
    def page(self) -> Page[ActionLink]:
        return Paginator(self.links, LINKS_A_PAGE).get_page(self._asked_page)

    @property
    def shown(self) -> list[PlanLink]:
        return self._told(list(self.page.object_list))

    @property
    def rows(self) -> list[PlanLink]:
        """All of them, for files."""
        return self._told(list(self.links))

    def _told(self, links: list[ActionLink]) -> list[PlanLink]:
        keys = {pk for link in links for pk in (link.source_id, link.target_id)}
        states = states_within(Action.objects.filter(pk__in=keys), self.today)
        return [
            PlanLink(link, states[link.source_id], states[link.target_id])
            for link in links
        ]
