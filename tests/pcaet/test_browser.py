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
from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve
from playwright.sync_api import Browser, Page, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

from actions.models import Plan
from pcaet.demo import PASSWORD
from pcaet.lib.fonts import build_web_fonts
from tests.everywhere import A_FILE, fill_the_site, pages, unfilled

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


# Every page, as each role ------------------------------------------------------------

# Plans and sheets of other shapes than the sample's.
OTHER_SHAPES = [
    "/plans/besancon-pcaet/",
    "/plans/dijon-pcaet/?etat=late&q=dechets",
    "/plans/dijon-pcaet/actions/1.13/",
    "/plans/clermont-spaser/actions/8/",
    "/plans/clermont-spaser/tableau-de-bord/",
    "/plans/gbm-cec/",
    "/plans/gbm-cec/etapes/",
    "/plans/bruxelles-plan-climat/actions/TA1.1/",
    "/plans/dijon-pcaet/grille/",
    "/recherche/?q=energie",
    "/nulle-part/",
]
SCRIPT_OF_WIDTH = """() => document.documentElement.scrollWidth
    - document.documentElement.clientWidth"""


@pytest.mark.parametrize("username", ["admin", "pilote", ""])
def test_every_page_is_sound(
    browser: Browser, site: str, client: Client, username: str
) -> None:
    """Accessible light and dark, narrow, light to fetch, and silent."""
    keys = fill_the_site()
    if username:
        client.force_login(User.objects.get(username=username))
    visited = pages(client, keys)
    asked = [*visited.values(), *(OTHER_SHAPES if not username else [])]
    faults = [
        f"{address} : {fault}"
        for address in asked
        for fault in faults_of(browser, site, address, client)
    ]
    assert faults == []
    assert len(visited) > 15


def faults_of(
    browser: Browser, site: str, address: str, client: Client
) -> Iterator[str]:
    """What is wrong with a page that somebody opens for the first time."""
    answers: list[Response] = []
    said: list[str] = []
    with browser.new_context() as context:
        if "sessionid" in client.cookies:
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        page.on("response", lambda answer: answers.append(answer))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(site + address)
        yield from faults_of_weight(answers, urlsplit(site).netloc)
        # A style or a script that the security policy refuses is told there.
        yield from (text for text in said if "status of 404" not in text)
        yield from violations(page, RULES)
        page.emulate_media(color_scheme="dark")
        yield from violations(page, ["cat.color"])
        for width in (320, 640):  # 640 px is a screen of 1,280 px at 200 %
            page.set_viewport_size({"width": width, "height": 900})
            if (excess := page.evaluate(SCRIPT_OF_WIDTH)) > 0:
                yield f"dépasse de {excess} px à {width} px"


def faults_of_weight(answers: list[Response], host: str) -> Iterator[str]:
    weight = sum(compressed(answer) for answer in answers)
    if weight > MOST_BYTES:
        yield f"pèse {weight} octets"
    yield from {a.url for a in answers if urlsplit(a.url).netloc != host}


def compressed(answer: Response) -> int:
    """The size of a file as a server that compresses sends it."""
    body = answer.body()
    is_font = answer.url.endswith(".woff2")
    return len(body) if is_font else len(gzip.compress(body, 6))


def violations(page: Page, rules: list[str]) -> Iterator[str]:
    for found in Axe().run(page, options={"runOnly": rules}).response["violations"]:
        yield f"{found['id']} {found['nodes'][0]['html'][:160]}"


def test_every_address_has_a_sample(demo: dict[str, Plan]) -> None:
    assert unfilled(fill_the_site()) == []


def test_every_page_is_reached_by_links(demo: dict[str, Plan], client: Client) -> None:
    """From the home page, an administrator follows links alone."""
    client.force_login(User.objects.get(username="admin"))
    wanted = set(pages(client, fill_the_site())) - {"login"}
    assert wanted - views_reached(client) == set()


def views_reached(client: Client) -> set[str]:
    """The views that links lead to: one page of each view, of each plan, is read."""
    reached: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = ["/"]
    while waiting:
        page = client.get(waiting.pop())
        if not page.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for link in re.findall(r'href="(/[^"#?]*)', page.content.decode()):
            match = resolve_or_none(link)
            if match is None or A_FILE.search(link):
                continue
            key = match.view_name, str(match.kwargs.get("slug", ""))
            if key not in seen:
                seen.add(key)
                reached.add(match.view_name)
                waiting.append(link)
    return reached


def resolve_or_none(link: str) -> ResolverMatch | None:
    try:
        match = resolve(link)
    except Resolver404:
        return None
    return None if link.startswith("/admin/") else match


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
