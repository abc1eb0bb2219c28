"""The officer's campaign and each person's «Ma saisie»."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Organisation, Plan
from indicators.models import Campaign, Target
from pcaet.roles import ADMINISTRATOR, OFFICER, PILOT
from tests.actions.factories import RoleFactory
from tests.indicators.factories import (
    CampaignFactory,
    IndicatorFactory,
    ResultFactory,
    TargetFactory,
)
from tests.indicators.typists import department_of, open_target, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def plan(target: Target) -> Plan:
    return target.indicator.action.plan


@pytest.fixture
def department(target: Target) -> Organisation:
    return department_of(target)


@pytest.fixture
def officer(plan: Plan) -> Client:
    return signed_in(OFFICER, plan.authority)


def url(name: str, plan: Plan, *args: object) -> str:
    return reverse(f"indicators:{name}", args=[plan.slug, *args])


def test_opening_a_year_is_in_its_history(plan: Plan, officer: Client) -> None:
    officer.post(url("campaign_list", plan), {"year": "2018", "opens_on": "2019-01-01"})
    campaign = Campaign.objects.get(year=2018)
    page = officer.get(campaign.get_absolute_url()).content.decode()
    assert "Ouverture de la campagne" in page


def test_a_year_is_opened_once(plan: Plan, officer: Client) -> None:
    response = officer.post(
        url("campaign_list", plan), {"year": "2017", "opens_on": "2019-01-01"}
    )
    assert response.status_code == 422
    assert "Ce plan a déjà une campagne cette année-là" in response.content.decode()


def test_counts_by_department_and_person(
    target: Target, plan: Plan, department: Organisation, officer: Client
) -> None:
    claude = person(PILOT, department)
    filled = TargetFactory(indicator__action=target.indicator.action, year=2017)
    ResultFactory(indicator=filled.indicator, text="Fait")
    state = officer.get(url("campaign_detail", plan, 2017)).context["state"]
    assert [(c.subject, c.filled, c.expected) for c in state.by_department] == [
        (department, 1, 2)
    ]
    assert [(c.subject, c.missing) for c in state.by_person] == [(claude, 1)]


def test_missing_rows_of_one_department_in_one_click(
    target: Target, plan: Plan, department: Organisation, officer: Client
) -> None:
    other = TargetFactory(indicator__action__plan=plan, year=2017)
    elsewhere = Organisation.objects.create(name="Voirie", parent=plan.authority)
    RoleFactory(organisation=elsewhere, action=other.indicator.action)
    page = officer.get(
        url("campaign_detail", plan, 2017), {"service": str(elsewhere.pk)}
    )
    assert [o.indicator for o in page.context["rows"]] == [other.indicator]


def test_an_indicator_without_any_target_is_asked_every_year(plan: Plan) -> None:
    followed = IndicatorFactory(action__plan=plan)
    other_year = TargetFactory(indicator__action__plan=plan, year=2018).indicator
    officer = signed_in(OFFICER, plan.authority)
    state = officer.get(url("campaign_detail", plan, 2017)).context["state"]
    asked = [owed.indicator for owed in state.owed]
    assert followed in asked
    assert other_year not in asked


def test_only_an_administrator_reopens_a_locked_year(
    plan: Plan, officer: Client
) -> None:
    officer.post(url("campaign_lock", plan, 2017))
    officer.post(url("campaign_reopen", plan, 2017))
    officer.post(url("campaign_dates", plan, 2017), {"opens_on": "2020-01-01"})
    campaign = Campaign.objects.get()
    assert campaign.is_locked
    assert campaign.opens_on == date(2017, 1, 1)
    signed_in(ADMINISTRATOR).post(url("campaign_reopen", plan, 2017))
    assert not Campaign.objects.get().is_locked
    told = [record.history_change_reason for record in campaign.history.all()[:2]]
    assert told == ["Réouverture de l’année", "Verrouillage de l’année"]


@pytest.mark.parametrize("name", ["campaign_detail", "campaign_lock"])
def test_pilots_and_strangers_get_404(
    target: Target, plan: Plan, department: Organisation, name: str
) -> None:
    stranger = signed_in(OFFICER, Organisation.objects.create(name="Ailleurs"))
    for client in (signed_in(PILOT, department), stranger):
        method = client.get if name == "campaign_detail" else client.post
        assert method(url(name, plan, 2017)).status_code == 404
    assert Client().get(url("campaign_detail", plan, 2017)).status_code == 302


def test_my_typing_shows_my_rows_only(
    target: Target, plan: Plan, department: Organisation
) -> None:
    TargetFactory(indicator__action__plan=plan, year=2017)
    [desk] = signed_in(PILOT, department).get("/saisie/").context["desks"]
    assert (desk.filled, desk.expected) == (0, 1)
    assert desk.next_owed == target.indicator


def test_a_closed_campaign_is_not_in_my_typing(
    target: Target, department: Organisation
) -> None:
    Campaign.objects.update(closes_on=date(2017, 2, 1))
    page = signed_in(PILOT, department).get("/saisie/")
    assert "Aucune saisie n’est ouverte" in page.content.decode()


def test_campaign_reads_in_a_constant_number_of_queries(
    plan: Plan,
    department: Organisation,
    officer: Client,
    django_assert_max_num_queries: Any,
) -> None:
    officer.get(url("campaign_detail", plan, 2017))
    for _ in range(10):
        action = TargetFactory(indicator__action__plan=plan, year=2017).indicator.action
        RoleFactory(organisation=department, action=action)
        person(PILOT, department)
    with django_assert_max_num_queries(25):
        officer.get(url("campaign_detail", plan, 2017))


def test_two_open_years_are_two_desks(target: Target, plan: Plan) -> None:
    TargetFactory(indicator=target.indicator, year=2018)
    CampaignFactory(plan=plan, year=2018)
    service = department_of(target, "Service Énergie")
    desks = signed_in(PILOT, service).get("/saisie/").context["desks"]
    assert [desk.campaign.year for desk in desks] == [2017, 2018]
