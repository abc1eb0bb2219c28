"""The home page: what awaits a person, what changed lately, plans by the hundred."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from actions.enums import PlanKind
from actions.models import Plan
from indicators.awaiting import awaited_of
from indicators.desks import desks_of
from indicators.enums import Validation
from indicators.models import Campaign, Indicator, Result
from pcaet.home import PLANS_A_PAGE, Home
from tests.actions.factories import PlanFactory
from tests.indicators.factories import CampaignFactory, ResultFactory
from tests.pcaet.plans import full_plan

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 1)


@pytest.fixture
def campaign(besancon: Plan) -> Campaign:
    return CampaignFactory(plan=besancon, year=2017, opens_on=TODAY)


def type_first(rows: Any, **kwargs: Any) -> Result:
    indicator = rows.filter(targets__year=2017).first()
    result: Result = ResultFactory(indicator=indicator, year=2017, values=[1], **kwargs)
    return result


def test_a_pilot_is_told_what_his_own_desk_misses(
    campaign: Campaign, pilot: User
) -> None:
    type_first(Indicator.objects.piloted_by(pilot))
    (desk,) = desks_of(pilot, TODAY)
    (awaited,) = awaited_of(pilot, TODAY)
    assert awaited.campaign == campaign
    assert awaited.missing == desk.missing > 0
    assert (awaited.returned, awaited.unread) == (0, 0)


def test_a_pilot_is_told_what_was_sent_back(campaign: Campaign, pilot: User) -> None:
    result = type_first(Indicator.objects.piloted_by(pilot))
    Result.objects.filter(pk=result.pk).update(
        validation=Validation.RETURNED, validation_remark="Préciser."
    )
    (awaited,) = awaited_of(pilot, TODAY)
    assert awaited.returned == 1


def test_an_officer_is_told_what_is_to_read(campaign: Campaign, officer: User) -> None:
    type_first(Indicator.objects.filter(action__plan=campaign.plan))
    (desk,) = desks_of(officer, TODAY)
    (awaited,) = awaited_of(officer, TODAY)
    assert awaited.missing == desk.missing
    assert awaited.unread == 1
    assert awaited.manages


@pytest.mark.parametrize("name", ["reader", "stranger", "administrator"])
def test_others_have_nothing_awaiting(
    campaign: Campaign, name: str, request: pytest.FixtureRequest
) -> None:
    assert awaited_of(request.getfixturevalue(name), TODAY) == []


def test_nothing_awaits_once_the_campaign_is_over(
    campaign: Campaign, pilot: User
) -> None:
    assert awaited_of(pilot, TODAY - timedelta(days=1)) == []


def test_home_leads_to_what_awaits(
    campaign: Campaign, pilot: User, client: Client
) -> None:
    client.force_login(pilot)
    page = client.get("/").content.decode()
    address = f"/plans/{campaign.plan.slug}/saisie/2017/?manquants=1"
    assert f'href="{address}"' in page
    assert client.get(address).status_code == 200


def test_results_typed_lately_are_counted(client: Client) -> None:
    plan = full_plan(2)
    old = Result.objects.filter(indicator__action__plan=plan).first()
    assert old
    Result.objects.filter(pk=old.pk).update(saved_at=timezone.now() - timedelta(40))
    (line,) = home("").lines[:1]
    expected = Result.objects.filter(indicator__action__plan=plan).count() - 1
    assert line.recent == expected > 0


def home(query: str, user: Any = None) -> Home:
    return Home(user or AnonymousUser(), QueryDict(query), TODAY)


def test_plans_are_found_by_their_authority_whatever_the_accents() -> None:
    found = PlanFactory(public=True, authority__name="Métropole de Sélestat")
    PlanFactory(public=True, authority__name="Ailleurs")
    assert [line.plan for line in home("q=selestat").lines] == [found]


def test_plans_are_found_by_their_kind() -> None:
    PlanFactory(public=True, kind=PlanKind.PCAET)
    spaser = PlanFactory(public=True, kind=PlanKind.SPASER)
    assert [line.plan for line in home("nature=spaser").lines] == [spaser]
    assert home("nature=inconnue").count == 2


def test_closed_plans_are_neither_counted_nor_found() -> None:
    PlanFactory(title="Secret")
    assert home("q=secret").count == 0


def test_plans_of_ones_own_authority_come_first(reader: User) -> None:
    authority = reader.memberships.get().organisation
    for number in range(PLANS_A_PAGE):
        PlanFactory(public=True, title=f"A{number}")
    own = PlanFactory(title="Z", authority=authority)
    assert home("", reader).lines[0].plan == own
    assert len(home("page=2", reader).lines) == 1


def test_home_takes_as_many_queries_with_many_plans_and_campaigns(
    client: Client,
    pilot: User,
    campaign: Campaign,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    client.force_login(pilot)
    client.get("/")
    with django_assert_max_num_queries(25) as few:
        client.get("/")
    for year in (2015, 2016, 2018):
        CampaignFactory(plan=campaign.plan, year=year, opens_on=TODAY)
    for _ in range(PLANS_A_PAGE):
        full_plan(1)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/")
