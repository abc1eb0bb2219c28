"""Accounts and roles: given by administrators, in French."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from pcaet.roles import ADMINISTRATOR, OFFICER, PILOT
from tests.actions.factories import OrganisationFactory, UserFactory
from tests.administration import change_page, page, queries_of, save, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(administrator: User) -> Client:
    return signed_in(administrator)


def group(name: str) -> str:
    return str(Group.objects.get(name=name).pk)


@pytest.mark.parametrize(
    ("role", "works_here"), [(ADMINISTRATOR, True), (OFFICER, True), (PILOT, False)]
)
def test_the_role_opens_the_administration(
    boss: Client, role: str, works_here: bool
) -> None:
    user = UserFactory()
    save(boss, user, groups=[group(role)])
    user.refresh_from_db()
    assert user.is_staff is works_here


def test_a_lost_role_closes_it(boss: Client) -> None:
    user = UserFactory(role=OFFICER, is_staff=True)
    save(boss, user, groups=[group(PILOT)])
    user.refresh_from_db()
    assert not user.is_staff


def test_a_person_is_attached_to_organisations(boss: Client) -> None:
    user, service = UserFactory(), OrganisationFactory()
    rows = {"memberships-TOTAL_FORMS": "1", "memberships-0-organisation": service.pk}
    save(boss, user, **rows)
    assert user.memberships.get().organisation == service


def test_an_account_is_created_then_completed(boss: Client) -> None:
    words = {"password1": "une-phrase-secrete", "password2": "une-phrase-secrete"}
    response = boss.post(page(User, "add"), {"username": "nouvelle", **words})
    created = User.objects.get(username="nouvelle")
    assert response["Location"] == change_page(created)
    assert created.check_password("une-phrase-secrete")
    assert not created.is_staff


def test_a_password_is_changed(boss: Client) -> None:
    user = UserFactory()
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    assert boss.post(address, {}).status_code == 200
    words = {"password1": "une-phrase-secrete", "password2": "une-phrase-secrete"}
    boss.post(address, words)
    user.refresh_from_db()
    assert user.check_password("une-phrase-secrete")


@pytest.mark.parametrize("name", ["add", "change", "password"])
def test_pages_hold_no_technical_word(boss: Client, name: str) -> None:
    user = UserFactory()
    addresses = {
        "add": page(User, "add"),
        "change": change_page(user),
        "password": reverse("admin:auth_user_password_change", args=[user.pk]),
    }
    text = boss.get(addresses[name]).content.decode()
    for word in ("LDAP", "Sign-On", "argon2", "superutilisateur", "Can add"):
        assert word not in text


def test_what_a_role_permits_is_told_in_french(boss: Client) -> None:
    text = boss.get(change_page(Group.objects.get(name=OFFICER))).content.decode()
    assert "Lignes de budget : modifier" in text
    assert "Can " not in text
    assert "Historical" not in text


def test_an_administrator_does_not_touch_who_is_above(boss: Client) -> None:
    above = UserFactory(is_superuser=True)
    password = reverse("admin:auth_user_password_change", args=[above.pk])
    assert boss.post(change_page(above), {"username": "pris"}).status_code == 403
    assert boss.post(password, {"password1": "x"}).status_code == 403
    assert boss.post(page(User, "delete", above.pk), {"post": "yes"}).status_code == 403


def test_nobody_rises_by_their_own_page(boss: Client, administrator: User) -> None:
    save(boss, administrator, is_superuser="on", user_permissions=["1"])
    administrator.refresh_from_db()
    assert not administrator.is_superuser
    assert not administrator.user_permissions.exists()


def test_an_officer_does_not_reach_accounts(officer: User) -> None:
    client = signed_in(officer)
    assert client.get(page(User, "changelist")).status_code == 403
    assert client.get(page(Group, "changelist")).status_code == 403


def test_accounts_read_in_a_constant_number_of_queries(
    boss: Client, administrator: User
) -> None:
    addresses = [page(User, "changelist"), change_page(administrator)]
    department = OrganisationFactory(parent=OrganisationFactory())
    administrator.memberships.create(organisation=department)
    few = [queries_of(boss, address) for address in addresses]
    for _ in range(10):
        other = OrganisationFactory(parent=OrganisationFactory())
        administrator.memberships.create(organisation=other)
        UserFactory(role=PILOT, organisations=[other])
    assert [queries_of(boss, address) for address in addresses] == few
