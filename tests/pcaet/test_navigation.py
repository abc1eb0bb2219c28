"""The menus: what each reader is offered, what is marked as being read."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from actions.models import Plan

READING = ["Actions", "Tableau de bord", "Grille", "Budget", "Taux d’atteinte"]
FOLLOWING = [*READING, "Bilans", "Fiches à compléter"]


def menu(client: Client, address: str, name: str) -> dict[str, tuple[str, str]]:
    """Label → address and mark, of the menu of this name on a page."""
    page = unescape(client.get(address).content.decode())
    found = re.search(rf'<nav [^>]*aria-label="{name}">(.*?)</nav>', page, re.DOTALL)
    assert found, f"{address} : pas de menu {name}"
    links = re.findall(
        r'<a href="([^"]+)"(?: aria-current="(\w+)")?>([^<]+)</a>', found[1]
    )
    return {label: (address, mark) for address, mark, label in links}


def tabs(client: Client, address: str) -> dict[str, tuple[str, str]]:
    return menu(client, address, "Pages du plan")


@pytest.mark.parametrize(
    ("username", "labels"),
    [
        ("", READING),
        ("elu", FOLLOWING),
        ("pilote", FOLLOWING),
        ("mission", [*FOLLOWING, "Campagnes"]),
        ("admin", [*FOLLOWING, "Campagnes"]),
    ],
)
def test_a_plan_offers_the_pages_that_one_may_open(
    demo: dict[str, Plan], client: Client, username: str, labels: list[str]
) -> None:
    if username:
        client.force_login(User.objects.get(username=username))
    found = tabs(client, demo["besancon-pcaet"].get_absolute_url())
    assert [label for label in found if label in {*FOLLOWING, "Campagnes"}] == labels
    answers = {a: client.get(a).status_code for a, _ in found.values()}
    assert set(answers.values()) == {200}


def test_each_page_of_a_plan_is_marked_in_its_own_menu(
    demo: dict[str, Plan], client: Client
) -> None:
    client.force_login(User.objects.get(username="admin"))
    front = demo["besancon-pcaet"].get_absolute_url()
    for label, (address, _) in tabs(client, front).items():
        marks = {name: mark for name, (_, mark) in tabs(client, address).items()}
        assert {name for name, mark in marks.items() if mark == "page"} == {label}


def test_a_list_is_marked_under_the_page_that_leads_to_it(
    demo: dict[str, Plan], client: Client
) -> None:
    found = tabs(client, reverse("target_list", args=["besancon-pcaet"]))
    assert found["Tableau de bord"][1] == "true"
    site = menu(client, "/organismes/", "Navigation principale")
    assert site["Organismes"][1] == "page"
    assert site["Plans"][1] == ""


def test_only_those_who_lead_a_plan_are_offered_to_import_into_it(
    demo: dict[str, Plan], client: Client
) -> None:
    plan = demo["besancon-pcaet"]
    offer = f"{reverse('import_new')}?plan={plan.pk}".encode()
    for username, is_offered in (("mission", True), ("pilote", False)):
        client.force_login(User.objects.get(username=username))
        assert (offer in client.get(plan.get_absolute_url()).content) is is_offered


@pytest.mark.parametrize(
    ("username", "labels"),
    [
        ("", ["Plans", "Organismes", "Recherche"]),
        ("elu", ["Plans", "Organismes", "Commande publique", "Recherche"]),
        (
            "pilote",
            ["Plans", "Organismes", "Ma saisie", "Commande publique", "Recherche"],
        ),
    ],
)
def test_the_site_offers_the_pages_that_one_may_open(
    demo: dict[str, Plan], client: Client, username: str, labels: list[str]
) -> None:
    if username:
        client.force_login(User.objects.get(username=username))
    found = menu(client, "/", "Navigation principale")
    assert [label for label in found if label in labels] == labels
    assert {client.get(a).status_code for a, _ in found.values()} == {200}
