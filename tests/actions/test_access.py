"""Who sees and manages which plan: owner, colleague, stranger, anonymous."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from actions.access import administers, member_organisations, member_roots
from actions.models import Measure, Organisation, Plan, Role
from pcaet.roles import ADMINISTRATOR, OFFICER, PILOT, READER
from tests.actions.factories import (
    ActionFactory,
    MeasureFactory,
    OrganisationFactory,
    PlanFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ANONYMOUS = AnonymousUser()


@pytest.fixture
def plan() -> Plan:
    return PlanFactory()


@pytest.fixture
def service(plan: Plan) -> Organisation:
    """A department of the plan's authority."""
    return OrganisationFactory(parent=plan.authority)


@pytest.fixture
def helper(plan: Plan) -> Organisation:
    """An association that helps with one measure of the plan."""
    measure: Measure = MeasureFactory(action=ActionFactory(plan=plan))
    role: Role = RoleFactory(action=None, measure=measure, kind="external")
    return role.organisation


def member(role: str | None, *bodies: Organisation) -> User:
    return UserFactory(role=role, organisations=bodies)


def sees(user: User | AnonymousUser, plan: Plan) -> bool:
    return Plan.objects.visible_to(user).filter(pk=plan.pk).exists()


def manages(user: User | AnonymousUser, plan: Plan) -> bool:
    """What the list says, and the plan itself too."""
    found = Plan.objects.managed_by(user).filter(pk=plan.pk).exists()
    assert plan.is_managed_by(user) is found
    return found


def test_a_public_plan_is_seen_by_all() -> None:
    plan = PlanFactory(public=True)
    assert sees(ANONYMOUS, plan)
    assert sees(member(None), plan)


def test_a_plan_that_is_not_public_is_not_seen_without_signing_in(plan: Plan) -> None:
    assert not sees(ANONYMOUS, plan)


def test_administrators_see_and_manage_all_plans(plan: Plan) -> None:
    user = member(ADMINISTRATOR)
    assert administers(user)
    assert sees(user, plan)
    assert manages(user, plan)


@pytest.mark.parametrize("role", [OFFICER, PILOT, READER])
def test_people_of_the_authority_see_its_plan(plan: Plan, role: str) -> None:
    assert sees(member(role, plan.authority), plan)


@pytest.mark.parametrize("role", [OFFICER, PILOT, READER])
def test_people_of_its_departments_see_its_plan(
    plan: Plan, service: Organisation, role: str
) -> None:
    assert sees(member(role, service), plan)


def test_a_plan_of_a_department_is_seen_from_the_whole_authority() -> None:
    service = OrganisationFactory(parent=OrganisationFactory())
    plan = PlanFactory(authority=service)
    colleague = OrganisationFactory(parent=service.parent)
    assert sees(member(READER, colleague), plan)


def test_those_who_act_in_a_plan_see_it(plan: Plan, helper: Organisation) -> None:
    assert sees(member(READER, helper), plan)


def test_those_whose_departments_act_in_a_plan_see_it(plan: Plan) -> None:
    body = OrganisationFactory()
    department = OrganisationFactory(parent=body)
    RoleFactory(action=ActionFactory(plan=plan), organisation=department)
    assert sees(member(READER, body), plan)


@pytest.mark.parametrize("role", [OFFICER, PILOT, READER])
def test_strangers_do_not_see_a_plan(plan: Plan, role: str) -> None:
    assert not sees(member(role, OrganisationFactory()), plan)


@pytest.mark.parametrize("role", [OFFICER, PILOT, READER])
def test_people_attached_nowhere_do_not_see_a_plan(plan: Plan, role: str) -> None:
    assert not sees(member(role), plan)


def test_an_account_without_role_sees_nothing_more(plan: Plan) -> None:
    assert not sees(member(None, plan.authority), plan)


def test_a_disabled_administrator_sees_nothing_more(plan: Plan) -> None:
    user = member(ADMINISTRATOR)
    user.is_active = False
    user.save()
    assert not sees(user, plan)


def test_officers_manage_the_plans_of_their_authority(
    plan: Plan, service: Organisation
) -> None:
    assert manages(member(OFFICER, plan.authority), plan)
    assert manages(member(OFFICER, service), plan)


@pytest.mark.parametrize("role", [PILOT, READER])
def test_other_roles_manage_no_plan(plan: Plan, role: str) -> None:
    assert not manages(member(role, plan.authority), plan)


def test_an_officer_who_only_helps_does_not_manage(
    plan: Plan, helper: Organisation
) -> None:
    assert sees(member(OFFICER, helper), plan)
    assert not manages(member(OFFICER, helper), plan)


def test_nobody_manages_without_signing_in() -> None:
    assert not manages(ANONYMOUS, PlanFactory(public=True))


def test_roots_of_a_member_are_the_bodies_of_its_departments(plan: Plan) -> None:
    service = OrganisationFactory(parent=plan.authority)
    user = member(READER, service)
    assert member_organisations(user) == {service.pk: plan.authority_id}
    assert member_roots(user) == {plan.authority_id}


def test_memberships_are_read_once(django_assert_num_queries: Any) -> None:
    user = User.objects.get(pk=member(READER, OrganisationFactory()).pk)
    with django_assert_num_queries(1):
        member_organisations(user)
        member_roots(user)
