"""Writing a review in a real browser: the small editor, and the page without it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from indicators.models import Review, ReviewComment
from pcaet.roles import OFFICER, create_groups
from tests.actions.factories import UserFactory
from tests.indicators.factories import ReviewFactory
from tests.indicators.typists import client_of

# What a word processor puts on the clipboard.
PASTED = (
    '<h1 style="color:red">Titre</h1><p class=x>Un <b>bon</b> élan<script>f()</script>'
)
PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  const event = new ClipboardEvent("paste", {clipboardData: data, cancelable: true});
  document.querySelector(".rich-text").dispatchEvent(event);
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Playwright keeps a loop in this thread, and Django would take it for its own.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def review(transactional_db: None) -> Review:
    create_groups()
    return ReviewFactory()


def introduction(
    browser: Browser, live_server: LiveServer, review: Review, *, scripts: bool
) -> Page:
    """The page where the officer of the plan writes the introduction."""
    user = UserFactory(role=OFFICER, organisations=[review.plan.authority])
    session = client_of(user).cookies["sessionid"].value
    context = browser.new_context(java_script_enabled=scripts)
    context.add_cookies(
        [{"name": "sessionid", "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}{review.get_absolute_url()}introduction/")
    return page


def test_the_editor_keeps_bold_lists_and_what_is_pasted(
    chromium: Browser, live_server: LiveServer, review: Review
) -> None:
    page = introduction(chromium, live_server, review, scripts=True)
    page.click(".rich-text")
    page.keyboard.type("Une ")
    page.get_by_role("button", name="Gras").click()
    page.keyboard.type("bonne")
    page.get_by_role("button", name="Gras").click()
    page.keyboard.type(" année")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Liste", exact=True).click()
    page.keyboard.type("un")
    page.keyboard.press("Enter")
    page.keyboard.type("deux")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.evaluate(PASTE, PASTED)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Enregistrer le texte").click()
    page.wait_for_url(f"{live_server.url}{review.get_absolute_url()}")
    text = ReviewComment.objects.get().text
    assert text.startswith("Une **bonne** année\n\n- un\n- deux")
    assert text.endswith("Un **bon** élan")
    assert "Titre" in text
    assert "f()" not in text


def test_the_same_text_is_typed_without_scripts(
    chromium: Browser, live_server: LiveServer, review: Review
) -> None:
    page = introduction(chromium, live_server, review, scripts=False)
    page.fill("textarea", "Une **bonne** année\n\n- un\n- deux")
    page.get_by_role("button", name="Enregistrer le texte").click()
    assert page.locator("main strong", has_text="bonne").count() == 1
    assert page.locator("main li", has_text="deux").count() == 1
