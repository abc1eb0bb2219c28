"""The pages in a real browser: accessibility, small screens, keyboard, weight."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.urls import reverse
from playwright.sync_api import Browser, Page, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

from actions.models import Organisation, Plan
from pcaet.demo import PASSWORD
from pcaet.lib.fonts import build_web_fonts

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n’est pas installé"),
]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# What a first visit may fetch, compressed, all files counted.
MOST_BYTES = 60 * 1024


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Chromium, for this module alone.

    Its driver runs a loop in this thread, where Django would refuse to reach the base.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = driver.chromium
        yield chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture
def site(live_server: LiveServer, demo: dict[str, Plan]) -> str:
    """The address of a server that shows the demonstration."""
    build_web_fonts(settings.FONTS_DIR)
    return live_server.url


def addresses() -> list[str]:
    """Every kind of page, with the plans that try it most."""
    plans = Plan.objects.in_bulk(field_name="slug")
    body = Organisation.objects.get(name="CAGB")
    sheets = (
        ("besancon-pcaet", "45"),
        ("dijon-pcaet", "1.13"),
        ("clermont-spaser", "8"),
        ("gbm-cec", "1"),
        ("bruxelles-plan-climat", "TA1.1"),
    )
    return [
        "/",
        *(plan.get_absolute_url() for plan in plans.values()),
        f"{plans['dijon-pcaet'].get_absolute_url()}?etat=late&q=dechets",
        *(reverse("action_detail", args=sheet) for sheet in sheets),
        reverse("plan_grid", args=["besancon-pcaet"]),
        reverse("plan_grid", args=["clermont-spaser"]),
        reverse("plan_grid", args=["dijon-pcaet"]),
        reverse("organisation_list"),
        body.get_absolute_url(),
        reverse("login"),
        "/nulle-part/",
    ]


def pages(browser: Browser, site: str, **options: object) -> Iterator[Page]:
    """Each page in turn, in a browser of these options."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    for address in addresses():
        page.goto(site + address)
        yield page
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(browser: Browser, site: str, scheme: str) -> None:
    found = []
    for page in pages(browser, site, color_scheme=scheme):
        results = Axe().run(page, options={"runOnly": RULES})
        found += [
            (urlsplit(page.url).path, violation["id"], violation["nodes"][0]["html"])
            for violation in results.response["violations"]
        ]
    assert found == []


# 640 px is a screen of 1,280 px at 200 %.
@pytest.mark.parametrize("width", [320, 640])
def test_pages_fit_narrow_screens(browser: Browser, site: str, width: int) -> None:
    wide = {}
    for page in pages(browser, site, viewport={"width": width, "height": 900}):
        room = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if room > 0:
            wide[urlsplit(page.url).path] = room
    assert wide == {}


def test_a_first_visit_is_light_and_stays_on_this_site(
    browser: Browser, site: str
) -> None:
    visits = {address: first_visit(browser, site + address) for address in addresses()}
    assert {a: kept for a, (kept, _) in visits.items() if kept > MOST_BYTES} == {}
    assert {host for _, hosts in visits.values() for host in hosts} == {
        urlsplit(site).netloc
    }


def first_visit(browser: Browser, address: str) -> tuple[int, set[str]]:
    """The compressed bytes that a page fetches, and the hosts that gave them."""
    answers: list[Response] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("response", lambda answer: answers.append(answer))
        page.goto(address, wait_until="networkidle")
        weight = sum(compressed(answer) for answer in answers)
    return weight, {urlsplit(answer.url).netloc for answer in answers}


def compressed(answer: Response) -> int:
    """The size of a file as a server that compresses sends it."""
    body = answer.body()
    is_font = answer.url.endswith(".woff2")
    return len(body) if is_font else len(gzip.compress(body, 6))


def test_pages_say_nothing_in_the_console(browser: Browser, site: str) -> None:
    """A style or a script that the security policy refuses would be told there."""
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for address in addresses():
        page.goto(site + address)
    context.close()
    expected = "Failed to load resource: the server responded with a status of 404"
    assert [text for text in said if not text.startswith(expected)] == []
    assert len(said) <= 1  # the page that does not exist


def test_the_keyboard_alone_reaches_and_filters(page: Page, site: str) -> None:
    page.goto(f"{site}/plans/dijon-pcaet/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "contenu"
    while page.locator(":focus").get_attribute("name") != "q":
        page.keyboard.press("Tab")
        assert outline(page) != "none"
    page.keyboard.type("gaspillage")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=gaspillage**")
    assert "fiches actions sur 95" in page.inner_text("main")


def outline(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))


def test_filters_add_up_and_come_off_without_script(
    browser: Browser, site: str
) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 800}
    )
    page = context.new_page()
    page.goto(f"{site}/plans/dijon-pcaet/")
    page.get_by_text("Chercher et filtrer").click()
    page.get_by_label("État").select_option(label="En retard")
    page.get_by_role("button", name="Filtrer").click()
    assert "etat=late" in page.url
    page.get_by_role("link", name="retirer ce filtre").click()
    assert "etat" not in page.url
    page.goto(f"{site}/plans/dijon-pcaet/?q=introuvable")
    page.get_by_role("link", name="les retirer").click()
    assert page.url == f"{site}/plans/dijon-pcaet/"
    context.close()


def test_one_signs_in_and_comes_back_where_one_was(page: Page, site: str) -> None:
    here = f"{site}/plans/besancon-pcaet/actions/36/"
    page.goto(here)
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_label("Identifiant").fill("mission")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()
    assert page.url == here
    assert User.objects.get(username="mission").get_full_name() in page.inner_text(
        "header"
    )
    page.get_by_role("button", name="Se déconnecter").click()
    assert page.get_by_role("link", name="Se connecter").is_visible()


# Colours -------------------------------------------------------------------------


def palettes() -> dict[str, dict[str, str]]:
    """The colours that the style sheet names, light then dark."""
    path = finders.find("css/site.css")
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        blocks = re.findall(r":root \{(.*?)\}", file.read(), re.DOTALL)
    named = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks[:2]]
    return {"light": named[0], "dark": named[1]}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_told_apart(scheme: str) -> None:
    colours = palettes()[scheme]
    texts = [("ink", "paper"), ("ink", "surface"), ("muted", "paper")]
    texts += [("muted", "surface"), ("accent", "paper"), ("band-ink", "band")]
    texts += [("accent-ink", "accent"), ("band-muted", "band")]
    states = ("reached", "partial", "not_reached", "missing", "late", "plain")
    weak = [pair for pair in texts if contrast(*(colours[c] for c in pair)) < 7]
    weak += [
        (state, ground)
        for state in states
        for ground in ("paper", "surface")
        if contrast(colours[state], colours[ground]) < 4.5
    ]
    edge = contrast(colours["edge"], colours["paper"])
    assert weak == []
    assert edge >= 3
