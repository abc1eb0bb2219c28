"""Every address of the site, those to come included: who may read it, and only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse

from actions.models import Organisation, Plan
from pcaet.roles import READER
from tests.actions.factories import UserFactory
from tests.test_consistency import our_patterns

SAMPLES: dict[str, object] = {
    "slug": "besancon-pcaet",
    "code": "36",
    "year": 2017,
    "kind": "csv",
}
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def addresses(*, of_a_plan: bool) -> list[str]:
    """The addresses that the samples can fill."""
    found = []
    for name, entry in our_patterns(get_resolver()):
        names = set(entry.pattern.converters)
        if names <= set(SAMPLES) and ("slug" in names) is of_a_plan:
            found.append(reverse(name, kwargs={n: SAMPLES[n] for n in names}))
    return sorted(found)


@pytest.fixture
def no_write(django_db_blocker: Any) -> Iterator[None]:
    """The base refuses to be written to."""

    def refuse(execute: Callable[..., object], sql: str, *args: object) -> object:
        assert not sql.lstrip().upper().startswith(WRITES), sql
        return execute(sql, *args)

    with connection.execute_wrapper(refuse):
        yield


def get(client: Client, address: str) -> HttpResponseBase:
    response: HttpResponseBase = client.get(address)
    return response


@pytest.mark.parametrize("username", ["admin", "mission", "pilote", "elu"])
def test_reading_a_page_never_writes(
    demo: dict[str, Plan], username: str, client: Client, request: Any
) -> None:
    client.force_login(User.objects.get(username=username))
    request.getfixturevalue("no_write")
    every = [*addresses(of_a_plan=False), *addresses(of_a_plan=True)]
    answers = {address: get(client, address).status_code for address in every}
    assert {a: c for a, c in answers.items() if c not in (200, 302, 404, 405)} == {}
    assert sum(code == 200 for code in answers.values()) > 10


def test_a_plan_that_is_not_public_is_unknown_to_strangers(
    besancon: Plan, stranger: User, client: Client
) -> None:
    client.force_login(stranger)
    every = addresses(of_a_plan=True)
    answers = {address: get(client, address).status_code for address in every}
    assert {a: c for a, c in answers.items() if c not in (404, 405)} == {}


def test_a_plan_that_is_not_public_is_unknown_without_signing_in(
    besancon: Plan, client: Client
) -> None:
    for address in addresses(of_a_plan=True):
        response = get(client, address)
        asked = response.headers.get("Location", "").startswith(reverse("login"))
        assert asked or response.status_code in (404, 405), address


def test_a_colleague_reads_a_plan_that_is_not_public(
    besancon: Plan, reader: User, client: Client
) -> None:
    client.force_login(reader)
    for name in ("plan_detail", "plan_grid", "plan_export"):
        assert get(client, reverse(name, args=[besancon.slug])).status_code == 200


def test_closed_pages_ask_to_sign_in(db: None, client: Client) -> None:
    closed = [
        reverse(name)
        for name, entry in our_patterns(get_resolver())
        if getattr(entry.callback, "login_required", True)
        and not entry.pattern.converters
        and name != "logout"
    ]
    for address in closed:
        response = client.get(address)
        assert response.headers.get("Location") == f"{reverse('login')}?next={address}"


@pytest.mark.parametrize(
    "address",
    [
        "/plans/inconnu/",
        "/plans/besancon-pcaet/actions/999/",
        "/plans/besancon-pcaet/actions/999/fiche.pdf",
        "/organismes/999999/",
        "/plans/besancon-pcaet/grille/?annee=1515",
        "/plans/besancon-pcaet/?annee=x&axe=999999&pilote='&page=-1",
        "/n-importe/quoi",
    ],
)
def test_wrong_addresses_never_break(
    besancon: Plan, administrator: User, client: Client, address: str
) -> None:
    client.force_login(administrator)
    assert get(client, address).status_code in (200, 302, 404)


def test_an_organisation_shows_only_plans_that_are_visible(
    besancon: Plan, client: Client
) -> None:
    outsider = UserFactory(role=READER)
    service = Organisation.objects.get(
        name="Service Environnement", parent__name="CAGB"
    )
    client.force_login(outsider)
    response = client.get(service.get_absolute_url())
    assert besancon.title not in response.content.decode()
