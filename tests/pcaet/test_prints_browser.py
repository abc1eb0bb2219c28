"""A booklet from its options to its file, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, Page, expect

from actions.models import PrintJob
from pcaet import jobs, prints
from pcaet.demo import PASSWORD
from tests.pcaet.test_browser import CHROMIUM, browser, site

__all__ = ["browser", "site"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n’est pas installé"),
]

ADDRESS = "/plans/gbm-cec/imprimer/"
# Milliseconds between two looks of the page, and some more.
SOON = 15_000


@pytest.fixture(autouse=True)
def own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.mark.parametrize("has_scripts", [True, False])
def test_booklet_is_chosen_followed_and_fetched(
    browser: Browser, site: str, has_scripts: bool
) -> None:
    with browser.new_context(java_script_enabled=has_scripts) as context:
        page = context.new_page()
        sign_in(page, site)
        page.get_by_label("Séance").fill("Bureau du 3 mars")
        page.get_by_role("button", name="Imprimer le livret").click()
        expect(page.get_by_text("En attente de son tour")).to_be_visible()
        job = PrintJob.objects.get()
        assert job.options["session"] == "Bureau du 3 mars"

        assert jobs.perform(job, prints.work)

        # The page comes again by itself, with a script or without.
        link = page.get_by_role("link", name="Télécharger le PDF")
        expect(link).to_be_visible(timeout=SOON)
        with page.expect_download() as download:
            link.click()
        assert download.value.path().read_bytes().startswith(b"%PDF")
        assert download.value.suggested_filename.endswith(".pdf")


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/connexion/?next={ADDRESS}")
    page.fill("[name=username]", "mission")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{ADDRESS}")
