"""Words sought in all the plans that a reader may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator

import actions.search
import indicators.search
from actions.filters import LONGEST_SEARCH
from actions.models import Action, Plan
from actions.state import ActionState
from indicators.facts import facts_of_actions, progress_of
from pcaet.lib.search import best_first, build_index, owners_of, words_of
from pcaet.lib.text import fold

from .outline import Row
from .states import NO_PROGRESS, states_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import QueryDict

SOURCES = (*actions.search.SOURCES, *indicators.search.SOURCES)
FOUND_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Found:
    """An action that holds the words, and the line in which they stand."""

    action: Action
    state: ActionState
    excerpt: str


class Search:
    """What is found, the best first; a plan may be chosen among those visible."""

    def __init__(
        self, user: User | AnonymousUser, data: QueryDict, today: date
    ) -> None:
        self.text = data.get("q", "").strip()[:LONGEST_SEARCH]
        self.words = words_of(self.text)
        self.plans = list(Plan.objects.visible_to(user).for_list())
        self.plan = next((p for p in self.plans if p.slug == data.get("plan")), None)
        self.today = today
        self._asked_page = data.get("page")

    @property
    def query(self) -> str:
        plan = {"plan": self.plan.slug} if self.plan else {}
        return urlencode({"q": self.text, **plan})

    @cached_property
    def keys(self) -> list[int]:
        """The actions that hold every word. One query a word."""
        plans = [self.plan] if self.plan else self.plans
        if not self.words or not plans:
            return []
        within = ("actions_action", "plan_id", [plan.pk for plan in plans])
        return best_first([owners_of(word, SOURCES, within) for word in self.words])

    @cached_property
    def page(self) -> Page[int]:
        return Paginator(self.keys, FOUND_A_PAGE).get_page(self._asked_page)

    @property
    def found(self) -> list[Found]:
        shown = self._rows(list(self.page.object_list))
        return [Found(r.action, r.state, self._excerpt(r.action)) for r in shown]

    @property
    def rows(self) -> list[Row]:
        """All that is found, as the lists of actions show it."""
        return self._rows(self.keys)

    def _rows(self, keys: list[int]) -> list[Row]:
        loaded = Action.objects.for_list().prefetch_related("indicators")
        known = loaded.in_bulk(keys)
        progress = progress_of(facts_of_actions(keys))
        states = states_of(known.values(), progress, self.today)
        return [
            Row(known[pk], states[pk], progress.get(pk, NO_PROGRESS), []) for pk in keys
        ]

    def _excerpt(self, action: Action) -> str:
        """The first line, beside the title, that holds most of the words."""
        lines = list(_lines(action))
        held = [sum(word in fold(line) for word in self.words) for line in lines]
        best = max(held, default=0)
        return lines[held.index(best)] if best else ""


def _lines(action: Action) -> Iterator[str]:
    yield from (measure.title for measure in action.measures.all())
    yield from (indicator.name for indicator in action.indicators.all())
    texts = (action.context, action.description, action.consultation)
    for text in (*texts, action.impact_objective):
        yield from filter(None, text.splitlines())


def index_words(using: str, **kwargs: Any) -> None:
    """After migrations: they may have changed what is indexed."""
    build_index(SOURCES, using)
