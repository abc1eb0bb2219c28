"""The procurement officer's week, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from actions.models import Plan
from pcaet.lib.fonts import build_web_fonts
from procurement.models import (
    CommitteeSession,
    Contract,
    Purchase,
    PurchaseAction,
    RatingCriterion,
)
from tests.procurement.records import bring, decp, modification, record

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n’est pas installé"),
]


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def page(
    browser: Browser, live_server: LiveServer, client: Client, administrator: User
) -> Iterator[Page]:
    build_web_fonts(settings.FONTS_DIR)
    client.force_login(administrator)
    session = client.cookies["sessionid"].value
    with browser.new_context(base_url=live_server.url, bypass_csp=True) as context:
        context.add_cookies(
            [{"name": "sessionid", "value": session, "url": live_server.url}]
        )
        yield context.new_page()


def address(name: str, *arguments: object) -> str:
    return reverse(f"procurement:{name}", args=arguments)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found] == [], page.url


def import_file(page: Page, folder: Path) -> None:
    file = folder / "decp.json"
    soon = record(dateNotification="2026-06-01", dureeMois=12)
    file.write_bytes(decp(record(id="2"), soon))
    page.goto(address("import_list"))
    assert_accessible(page)
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Importer").click()
    page.wait_for_url("**/imports/*/")
    assert "2 créées" in page.inner_text("main").replace("\u00a0", " ")


PAGES = [
    ("contract_list", ""),
    ("goal_list", "?annee=2026"),
    ("action_list", ""),
    ("worklist", ""),
    ("purchase_list", ""),
    ("purchase_add", ""),
    ("session_list", ""),
    ("session_add", ""),
    ("import_list", ""),
]


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_every_page_is_accessible_and_fits(
    page: Page, clermont: Plan, width: int, scheme: Literal["dark", "light"]
) -> None:
    soon = record(
        dateNotification="2026-06-01",
        considerationsSociales="NC",
        modifications=[modification(1, montant=2000)],
    )
    report = bring(record(id="2"), soon, record(id=None))
    contract = Contract.objects.get(number="2024-01")
    planned = Purchase.objects.create(
        buyer=contract.buyer,
        plan=clermont,
        year=2026,
        label="Espaces verts",
        award_due=contract.notified_on,
        decision=Purchase.Decision.TARGETED,
    )
    planned.contracts.add(contract)
    PurchaseAction.objects.create(purchase=planned, action=clermont.actions.all()[0])
    session = CommitteeSession.objects.create(buyer=contract.buyer, year=2026)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    addresses = [address(name) + query for name, query in PAGES] + [
        address("contract_detail", contract.pk),
        address("contract_edit", contract.pk),
        address("goal_contracts", "social_formal"),
        address("goal_contracts", "sme_targeted"),
        address("scope_edit", clermont.slug),
        address("statement", clermont.slug, 2026),
        address("purchase_detail", planned.pk),
        address("purchase_edit", planned.pk),
        address("session_detail", session.pk),
        address("session_edit", session.pk),
        address("import_detail", report.file_id),
    ]
    for one in addresses:
        page.goto(one)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, one


def test_all_the_contracts_of_a_page_are_chosen_at_once(page: Page) -> None:
    bring(record(id="2"), record())
    page.goto(address("contract_list"))
    page.get_by_label("Tous", exact=True).check()
    assert page.locator("[name=contracts]:checked").count() == 2


def test_the_officers_week(page: Page, clermont: Plan, tmp_path: Path) -> None:
    RatingCriterion.objects.get_or_create(label="Utilité sociale")
    import_file(page, tmp_path)

    page.goto(address("contract_list"))
    assert_accessible(page)
    for box in page.get_by_label("Choisir le contrat").all():
        box.check()
    page.get_by_label("Insertion").check()
    page.get_by_role("button", name="Compléter les contrats choisis").click()
    assert {tuple(c.social_kinds) for c in Contract.objects.all()} == {("insertion",)}

    page.goto(address("worklist"))
    assert_accessible(page)
    page.get_by_role("link", name="Programmer", exact=True).click()
    page.get_by_role("button", name="Enregistrer l’achat").click()
    purchase = Purchase.objects.get()
    page.get_by_label("Utilité sociale").select_option("4")
    page.get_by_role("button", name="Enregistrer la cotation").click()
    assert_accessible(page)
    assert purchase.ratings.count() == 1

    page.goto(address("session_add"))
    page.get_by_label("Acheteur").select_option(str(purchase.buyer_id))
    page.get_by_label("Année de programmation").fill(str(purchase.year))
    page.get_by_role("button", name="Enregistrer la séance").click()
    page.get_by_label(purchase.label).select_option("targeted")
    page.get_by_role("button", name="Enregistrer les décisions").click()
    assert_accessible(page)
    assert Purchase.objects.targeted().count() == 1

    page.goto(address("goal_list"))
    assert_accessible(page)
    page.goto(address("statement", clermont.slug, 2026))
    assert_accessible(page)
    assert "Méthode" in page.content()
