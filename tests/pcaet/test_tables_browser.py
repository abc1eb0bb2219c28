"""A table from its file, or from a paste, to its undoing, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from actions.models import Action, Plan
from pcaet.demo import PASSWORD
from tests.pcaet.test_browser import CHROMIUM, RULES, browser, site

from .tables import Cell, workbook

__all__ = ["browser", "site"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n’est pas installé"),
]

ROWS: list[list[Cell]] = [
    ["Plan climat, version de mai"],
    ["N° action", "Intitulé", "Descriptif libre", "Pilote", "Échéance", "Statut"],
    [1, "Isoler les écoles", "Douze toitures", "Service bâtiments", 2027, "En cours"],
    [2, "Planter des arbres", "Mille arbres", "Service espaces verts", 2026, "Neuveu"],
]
PASTED = "N°\tTitre\tResponsable\n1\tCovoiturer\tService mobilité\n2\tMarcher\tDRH\n"


@pytest.fixture
def tab(browser: Browser, site: str) -> Iterator[Page]:
    """The page that sends a table, as the officer of the demonstration sees it."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{site}/connexion/?next=/imports/nouveau/")
        page.fill("[name=username]", "mission")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/imports/nouveau/")
        yield page


def new_plan(tab: Page, title: str) -> None:
    tab.get_by_label("Titre du nouveau plan").fill(title)
    tab.get_by_label("Collectivité du nouveau plan").select_option(index=1)
    tab.get_by_role("button", name="Voir l’aperçu").click()


def check(tab: Page) -> None:
    """Nothing in the way of a reader, nothing wider than a small screen."""
    found = Axe().run(tab, options={"runOnly": RULES}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    tab.set_viewport_size({"width": 320, "height": 900})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    tab.set_viewport_size({"width": 1280, "height": 900})


def test_file_is_sent_corrected_imported_and_undone(tab: Page, tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    file.write_bytes(workbook(ROWS))
    check(tab)
    tab.get_by_label("Fichier", exact=True).set_input_files(file)
    new_plan(tab, "Plan du navigateur")
    expect(tab.locator("#bilan")).to_contain_text("Rien n’est encore écrit. 2 actions")
    expect(tab.get_by_text("1 colonne n’est pas importée")).to_be_visible()
    check(tab)
    tab.get_by_role("link", name="Voir et corriger les colonnes").click()
    tab.get_by_label("Champ de la colonne C").select_option("description")
    check(tab)
    tab.get_by_role("button", name="Refaire l’aperçu").click()
    expect(tab.get_by_text("n’est pas importée")).to_have_count(0)
    tab.get_by_role("button", name="Importer").click()
    expect(tab.locator("#bilan")).to_contain_text("2 actions créées")
    action = Action.objects.get(plan__title="Plan du navigateur", code="2")
    assert action.description == "Mille arbres"
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Télécharger le rapport").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    check(tab)
    tab.get_by_role("button", name="Annuler cet import").click()
    expect(tab.get_by_text("le plan est comme avant lui")).to_be_visible()
    assert not Action.objects.filter(plan__title="Plan du navigateur").exists()


def test_pasted_table_is_imported(tab: Page) -> None:
    tab.get_by_label("Ou tableau collé").fill(PASTED)
    new_plan(tab, "Plan collé")
    expect(tab.locator("#bilan")).to_contain_text("2 actions à créer")
    tab.get_by_role("button", name="Importer").click()
    expect(tab.locator("#bilan")).to_contain_text("2 actions créées")
    titles = Plan.objects.get(title="Plan collé").actions.values_list(
        "title", flat=True
    )
    assert set(titles) == {"Covoiturer", "Marcher"}


def test_unreadable_file_says_so(tab: Page, tmp_path: Path) -> None:
    file = tmp_path / "plan.xlsx"
    file.write_bytes(b"%PDF-1.7 rien")
    tab.get_by_label("Fichier", exact=True).set_input_files(file)
    new_plan(tab, "Plan illisible")
    expect(tab.get_by_text("est un PDF")).to_be_visible()
    check(tab)
