from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import QueryDict
from django.test import Client

from actions.models import Action, Plan
from pcaet.search import Search
from tests.actions.factories import ActionFactory, MeasureFactory, PlanFactory
from tests.indicators.factories import IndicatorFactory


def codes(
    text: str, user: User | AnonymousUser | None = None, plan: str = ""
) -> list[str]:
    data = QueryDict(mutable=True)
    data.update({"q": text, "plan": plan})
    found = Search(user or AnonymousUser(), data, date(2026, 1, 1))
    return [row.action.code for row in found.rows]


@pytest.fixture
def plan(db: None) -> Plan:
    return PlanFactory(public=True)


@pytest.mark.parametrize(
    "words",
    [
        "ecoles",
        "ÉCOLES",
        "rénov",
        "RENOV ecol",
        "l’energie",
        "l'énergie",
        "oeuvre",
        "œuvre",
    ],
)
def test_accents_capitals_and_endings_do_not_count(words: str, plan: Plan) -> None:
    ActionFactory(plan=plan, code="1", title="Rénover les écoles : l’énergie à l’œuvre")
    ActionFactory(plan=plan, code="2", title="Planter des arbres")
    assert codes(words) == ["1"]


def test_words_may_stand_in_different_places(plan: Plan) -> None:
    action = ActionFactory(plan=plan, code="1", title="Rénover")
    MeasureFactory(action=action, title="Isoler les toitures")
    IndicatorFactory(action=action, name="Nombre de logements")
    assert codes("renover toiture logements") == ["1"]
    assert codes("renover toiture piscine") == []


def test_titles_come_first(plan: Plan) -> None:
    ActionFactory(plan=plan, code="texte", description="Des vélos")
    IndicatorFactory(action=ActionFactory(plan=plan, code="mesuré"), name="Vélos")
    ActionFactory(plan=plan, code="titre", title="Vélos pour tous")
    assert codes("velo") == ["titre", "mesuré", "texte"]


def test_every_way_of_writing_is_followed(plan: Plan) -> None:
    action = ActionFactory(plan=plan, code="1", title="Ancien")
    Action.objects.filter(pk=action.pk).update(title="Nouveau")
    assert (codes("ancien"), codes("nouveau")) == ([], ["1"])
    Action.objects.bulk_create([Action(plan=plan, code="2", title="En nombre")])
    assert codes("nombre") == ["2"]
    action.delete()
    assert codes("nouveau") == []


def test_closed_plans_are_not_searched(stranger: User) -> None:
    ActionFactory(plan=PlanFactory(), code="1", title="Secret")
    assert codes("secret") == codes("secret", stranger) == []


def test_plan_may_be_chosen(plan: Plan) -> None:
    other = PlanFactory(public=True)
    ActionFactory(plan=plan, code="1", title="Vélos")
    ActionFactory(plan=other, code="2", title="Vélos")
    assert codes("velos") == ["1", "2"]
    assert codes("velos", plan=other.slug) == ["2"]


@pytest.mark.parametrize(
    "words",
    ["", "   ", "\"'", "a OR (", "NEAR(*", "x:*", "%s", "-- ;", "é" * 500, "&|!"],
)
def test_any_text_may_be_sought(words: str, plan: Plan, client: Client) -> None:
    ActionFactory(plan=plan)
    assert client.get("/recherche/", {"q": words}).status_code == 200


def test_page_takes_as_many_queries_whatever_it_finds(
    plan: Plan, client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    for rank in range(3):
        action = ActionFactory(plan=plan, code=f"{rank}", title="Vélos")
        IndicatorFactory(action=action)
        MeasureFactory(action=action)
    with django_assert_num_queries(9):
        client.get("/recherche/?q=velo")
    for rank in range(3, 25):
        IndicatorFactory(action=ActionFactory(plan=plan, code=f"{rank}", title="Vélos"))
    with django_assert_num_queries(9):
        client.get("/recherche/?q=velo")


def test_what_is_found_is_given_as_a_file(plan: Plan, client: Client) -> None:
    ActionFactory(plan=plan, code="V1", title="Vélos")
    answer = client.get("/recherche.csv?q=velo")
    assert "V1" in answer.content.decode()
