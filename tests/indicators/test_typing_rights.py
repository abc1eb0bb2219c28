"""Who may type a year's results, and what the others are told."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User

from actions.enums import RoleKind
from actions.models import Action, Organisation, Plan
from indicators.models import Indicator, TypingRights
from pcaet.roles import ADMINISTRATOR, OFFICER, PILOT, READER
from tests.actions.factories import (
    ActionFactory,
    MeasureFactory,
    OrganisationFactory,
    RoleFactory,
    UserFactory,
)
from tests.indicators.factories import CampaignFactory, IndicatorFactory

pytestmark = pytest.mark.django_db

DAY = date(2018, 2, 1)


@pytest.fixture
def action() -> Action:
    return ActionFactory()


@pytest.fixture
def plan(action: Action) -> Plan:
    return action.plan


def rights(role: str, plan: Plan, *bodies: Organisation) -> TypingRights:
    user = UserFactory(role=role, organisations=bodies or [plan.authority])
    return TypingRights.of(user, plan, 2017, DAY)


# The year


def test_a_pilot_types_while_the_campaign_is_open(plan: Plan) -> None:
    CampaignFactory(plan=plan)
    assert rights(PILOT, plan) == TypingRights(allowed=True, every_indicator=False)


@pytest.mark.parametrize(
    "dates",
    [
        {"opens_on": date(2018, 2, 2)},
        {"opens_on": date(2018, 1, 1), "closes_on": date(2018, 1, 31)},
    ],
)
def test_a_pilot_waits_for_the_campaign(plan: Plan, dates: dict[str, date]) -> None:
    CampaignFactory(plan=plan, **dates)
    found = rights(PILOT, plan)
    assert not found.allowed
    assert found.reason.startswith("La saisie de 2017 n’est pas ouverte.")


def test_a_pilot_waits_where_there_is_no_campaign(plan: Plan) -> None:
    CampaignFactory(plan=plan, year=2018)
    assert not rights(PILOT, plan).allowed


def test_an_officer_types_every_indicator_at_any_time(plan: Plan) -> None:
    assert rights(OFFICER, plan) == TypingRights(allowed=True, every_indicator=True)


@pytest.mark.parametrize("role", [OFFICER, PILOT])
def test_a_locked_year_is_closed(plan: Plan, role: str) -> None:
    CampaignFactory(plan=plan, is_locked=True)
    found = rights(role, plan)
    assert not found.allowed
    assert found.reason == (
        "L’année 2017 est verrouillée : un administrateur peut la rouvrir."
    )


def test_an_administrator_types_in_a_locked_year(plan: Plan) -> None:
    CampaignFactory(plan=plan, is_locked=True)
    assert rights(ADMINISTRATOR, plan) == TypingRights(True, True)


def test_a_reader_is_told_that_they_only_read(plan: Plan) -> None:
    CampaignFactory(plan=plan)
    found = rights(READER, plan)
    assert not found.allowed
    assert found.reason == "Votre compte permet de lire, pas de saisir."


def test_an_officer_of_another_authority_does_not_type_all(plan: Plan) -> None:
    CampaignFactory(plan=plan)
    assert not rights(OFFICER, plan, OrganisationFactory()).every_indicator


# The indicators


def piloted(user: User) -> list[Indicator]:
    return list(Indicator.objects.piloted_by(user))


def pilot_of(*bodies: Organisation) -> User:
    return UserFactory(role=PILOT, organisations=bodies)


def test_a_pilot_has_the_indicators_of_the_actions_it_leads(action: Action) -> None:
    lead = RoleFactory(action=action).organisation
    indicator = IndicatorFactory(action=action)
    IndicatorFactory()
    assert piloted(pilot_of(lead)) == [indicator]


def test_a_measure_with_its_own_pilot_answers_to_it_alone(action: Action) -> None:
    lead = RoleFactory(action=action).organisation
    measure = MeasureFactory(action=action)
    own_lead = RoleFactory(action=None, measure=measure).organisation
    indicator = IndicatorFactory(action=action, measure=measure)
    assert piloted(pilot_of(own_lead)) == [indicator]
    assert piloted(pilot_of(lead)) == []


def test_a_measure_without_pilot_answers_to_the_pilot_of_its_action(
    action: Action,
) -> None:
    lead = RoleFactory(action=action).organisation
    measure = MeasureFactory(action=action)
    RoleFactory(action=None, measure=measure, kind=RoleKind.PARTNER)
    indicator = IndicatorFactory(action=action, measure=measure)
    assert piloted(pilot_of(lead)) == [indicator]


def test_a_body_leads_what_its_departments_lead(action: Action) -> None:
    department = OrganisationFactory(parent=OrganisationFactory())
    RoleFactory(action=action, organisation=department)
    indicator = IndicatorFactory(action=action)
    assert department.parent is not None
    assert piloted(pilot_of(department.parent)) == [indicator]


def test_a_department_does_not_lead_what_its_colleagues_lead(action: Action) -> None:
    department = OrganisationFactory(parent=OrganisationFactory())
    RoleFactory(action=action, organisation=department)
    IndicatorFactory(action=action)
    colleague = OrganisationFactory(parent=department.parent)
    assert piloted(pilot_of(colleague)) == []


def test_a_partner_does_not_type(action: Action) -> None:
    partner = RoleFactory(action=action, kind=RoleKind.PARTNER).organisation
    IndicatorFactory(action=action)
    assert piloted(pilot_of(partner)) == []


def test_an_indicator_led_twice_is_listed_once(action: Action) -> None:
    first = RoleFactory(action=action).organisation
    second = RoleFactory(action=action).organisation
    indicator = IndicatorFactory(action=action)
    assert piloted(pilot_of(first, second)) == [indicator]
