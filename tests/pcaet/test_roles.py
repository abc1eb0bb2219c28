from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User

from pcaet.roles import ADMINISTRATOR, OFFICER, PILOT, READER, create_groups
from tests.actions.factories import UserFactory

pytestmark = pytest.mark.django_db


def member(role: str) -> User:
    return UserFactory(role=role)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        ("actions.view_plan", {ADMINISTRATOR, OFFICER, PILOT, READER}),
        ("actions.type_results", {ADMINISTRATOR, OFFICER, PILOT}),
        ("actions.change_plan", {ADMINISTRATOR, OFFICER}),
        ("indicators.change_target", {ADMINISTRATOR, OFFICER}),
        ("actions.administer_plan", {ADMINISTRATOR}),
        ("actions.add_membership", {ADMINISTRATOR}),
        ("auth.add_user", {ADMINISTRATOR}),
        ("auth.change_group", {ADMINISTRATOR}),
    ],
)
def test_who_may_do_what(permission: str, roles: set[str]) -> None:
    every = (ADMINISTRATOR, OFFICER, PILOT, READER)
    assert {role for role in every if member(role).has_perm(permission)} == roles


def test_readers_may_change_nothing() -> None:
    granted = member(READER).get_all_permissions()
    assert all(name.split(".")[1].startswith("view_") for name in granted)


def test_a_permission_added_by_hand_stays() -> None:
    added = Permission.objects.get(codename="add_organisation")
    group = Group.objects.get(name=PILOT)
    group.permissions.add(added)
    create_groups()
    assert added in group.permissions.all()


def test_running_again_makes_no_other_group() -> None:
    create_groups()
    assert Group.objects.count() == 4
