"""The administration in a real browser: accessibility, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, Page

from actions.models import Action, Measure, Organisation, Plan
from indicators.models import Quantity
from pcaet.demo import PASSWORD
from tests.administration import change_page, page
from tests.pcaet.test_browser import CHROMIUM, browser, site

__all__ = ["browser", "site"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n’est pas installé"),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def addresses() -> list[str]:
    besancon = Action.objects.get(plan__slug="besancon-pcaet", code="39")
    clermont = Action.objects.get(plan__slug="clermont-spaser", code="5")
    one, other = Organisation.objects.order_by("pk")[:2]
    merging = reverse("admin:actions_organisation_merge")
    return [
        "/admin/",
        page(Action, "changelist"),
        page(Action, "add"),
        change_page(besancon),
        change_page(clermont),
        page(Action, "history", besancon.pk),
        reverse("admin:indicators_action_grid", args=[besancon.pk]),
        page(Quantity, "changelist"),
        change_page(Plan.objects.get(slug="gbm-cec")),
        change_page(Organisation.objects.get(name="CAGB")),
        f"{merging}?organismes={one.pk}",
        f"{merging}?organismes={one.pk},{other.pk}",
        page(Organisation, "import"),
        page(Organisation, "export"),
        change_page(User.objects.get(username="pilote")),
        page(Measure, "delete", besancon.measures.earliest("pk").pk),
    ]


def signed_in(browser: Browser, site: str, scheme: str) -> Iterator[Page]:
    """Each page of the administration in turn."""
    with browser.new_context(color_scheme=scheme) as context:  # type: ignore[arg-type]
        tab = context.new_page()
        tab.goto(f"{site}/connexion/?next=/admin/")
        tab.fill("[name=username]", "admin")
        tab.fill("[name=password]", PASSWORD)
        tab.press("[name=password]", "Enter")
        tab.wait_for_url("**/admin/")
        for address in addresses():
            tab.goto(site + address, wait_until="networkidle")
            yield tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_administration_is_accessible(
    browser: Browser, site: str, scheme: str
) -> None:
    found = [
        (tab.url, violation["id"], violation["nodes"][0]["html"])
        for tab in signed_in(browser, site, scheme)
        for violation in Axe()
        .run(tab, options={"runOnly": RULES})
        .response["violations"]
    ]
    assert found == []


def test_nothing_is_refused_by_the_policy_nor_fetched_elsewhere(
    browser: Browser, site: str
) -> None:
    faults: list[str] = []
    for number, tab in enumerate(signed_in(browser, site, "light")):
        if number == 0:
            tab.on("console", lambda said: faults.append(said.text))
            tab.on("request", lambda sent: faults.append(sent.url))
    assert [said for said in faults if not said.startswith((site, "data:"))] == []


def test_a_secretary_adds_a_partner_and_corrects_a_reading(
    browser: Browser, site: str
) -> None:
    """With the keyboard and the mouse, as an officer, on a plan already adopted."""
    action = Action.objects.get(plan__slug="besancon-pcaet", code="39")
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{site}/connexion/?next=/admin/")
        tab.fill("[name=username]", "mission")
        tab.fill("[name=password]", PASSWORD)
        tab.press("[name=password]", "Enter")
        tab.wait_for_url("**/admin/")
        _add_partner(tab, site + change_page(action))
        grid = reverse("admin:indicators_action_grid", args=[action.pk])
        _correct_reading(tab, site + grid)
    partner = action.roles.get(kind="partner").organisation
    assert "Bourgogne" in str(partner)
    assert Quantity.objects.filter(target__indicator__action=action, value=2).exists()


def _add_partner(tab: Page, address: str) -> None:
    tab.goto(address, wait_until="networkidle")
    tab.click("text=Ajouter : rôle")
    tab.select_option("[name=roles-0-kind]", "partner")
    tab.click("#roles-0 .select2-selection")
    tab.keyboard.type("conseil reg")
    tab.wait_for_selector(".select2-results__option:has-text('Bourgogne')")
    tab.keyboard.press("Enter")
    with tab.expect_navigation():
        tab.click("[name=_continue] >> nth=0")
    assert tab.locator(".messagelist .success").count() == 1


def _correct_reading(tab: Page, address: str) -> None:
    tab.goto(address)
    for typed, outcome in (("deux et demi", "error"), ("2", "success")):
        if outcome == "error":
            tab.click("summary:has-text('Corriger') >> nth=0")
        tab.fill("[name$='-q0-value'] >> nth=0", typed)
        with tab.expect_navigation():
            tab.click("text=Enregistrer la grille")
        assert tab.locator(f".messagelist .{outcome}").count() == 1
