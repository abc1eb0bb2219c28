"""Every page of the campaign in a real browser: accessible, and whole on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from indicators.models import Indicator, ProgressNote, Proof, Review
from indicators.reviews import close
from indicators.typing import Entry, save_result
from indicators.validation import send_back
from indicators.workbook import layout
from indicators.workbook.layout import XLSX
from indicators.workbook.write import build_workbook
from pcaet.lib.fonts import build_web_fonts
from pcaet.roles import OFFICER, PILOT, create_groups
from tests.actions.factories import AxisFactory, MilestoneFactory, UserFactory
from tests.indicators.factories import ReminderFactory, TargetFactory
from tests.indicators.typists import department_of, open_target

CHROMIUM = shutil.which("chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium n’est pas installé"),
]


@pytest.fixture(scope="module")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Its driver runs a loop in this thread, where Django would refuse the base."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def officer(transactional_db: None, settings: Any, tmp_path: Path, client: Any) -> User:
    """The officer of a plan in which everything that a page can show is there."""
    settings.MEDIA_ROOT = tmp_path
    create_groups()
    build_web_fonts(settings.FONTS_DIR)
    target = open_target("1 colloque et 3 matinales organisées")
    action, plan = target.indicator.action, target.indicator.action.plan
    person = UserFactory(role=PILOT, organisations=[department_of(target)])
    officer = UserFactory(
        username="mission",
        role=OFFICER,
        organisations=[plan.authority],
        email="m@exemple.fr",
    )
    TargetFactory(indicator__action=action, year=2017, text="Méthode généralisée")
    MilestoneFactory(action=action)
    AxisFactory(plan=plan, code="1")
    ProgressNote.objects.create(action=action, year=2017, text="Signé.", author=person)
    for version, text in enumerate(("Un", "Deux")):
        result = save_result(
            indicator=target.indicator,
            year=2017,
            entry=Entry(text=text),
            version=version,
            user=person,
        )
    assert result
    send_back(pk=result.pk, version=2, remark="Préciser.", user=officer)
    for name in ("liste.pdf", "photo.pdf"):
        Proof.objects.create(
            indicator=target.indicator, year=2017, file=name, name=name, size=1
        )
        (tmp_path / name).write_bytes(b"%PDF-1.7")
    Proof.objects.get(name="photo.pdf").delete()
    ReminderFactory(campaign=plan.campaigns.get(), addresses=["service@exemple.fr"])
    Review.objects.create(plan=plan, first_year=2017, year=2017)
    close(Review.objects.create(plan=plan, first_year=2016, year=2016), officer)
    return officer


def addresses() -> list[str]:
    indicator = Indicator.objects.order_by("pk")[0]
    plan, action = indicator.action.plan, indicator.action
    live, closed = plan.reviews.order_by("-year")

    def url(name: str, *args: object) -> str:
        return reverse(f"indicators:{name}", args=args)

    return [
        url("my_typing"),
        url("plan_edit", plan.slug, 2017),
        url("plan_edit", plan.slug, 2017) + "?tout=1",
        url("result_edit", plan.slug, action.code, 2017),
        url("workbook_import", plan.slug, 2017),
        url("result_detail", indicator.pk, 2017),
        url("action_history", plan.slug, action.code),
        url("campaign_list", plan.slug),
        url("campaign_detail", plan.slug, 2017),
        url("campaign_detail", plan.slug, 2017) + "?saisis=1",
        url("validation", plan.slug, 2017),
        url("validation", plan.slug, 2017) + "?etat=reprendre",
        url("reminder_list", plan.slug, 2017),
        url("plan_rates", plan.slug),
        url("plan_completeness", plan.slug),
        url("review_list", plan.slug),
        url("review_detail", plan.slug, live.pk),
        url("review_sheet", plan.slug, live.pk, action.code),
        url("review_introduction", plan.slug, live.pk),
        url("review_comment", plan.slug, live.pk, "1"),
        url("review_detail", plan.slug, closed.pk),
    ]


# Where the page of the workbook stands in these addresses.
WORKBOOK = 4


def filled_workbook() -> bytes:
    """The workbook of the plan, with a text that changes and a number that is none."""
    rows = Indicator.objects.for_grid()
    book = load_workbook(BytesIO(build_workbook(rows[0].action.plan, 2017, rows)))
    sheet = book[layout.ROWS]
    sheet.cell(2, layout.TEXT + 1).value = "Trois"
    sheet.cell(4, layout.VALUE + 1).value = "beaucoup"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def pages(
    browser: Browser, site: LiveServer, client: Any, user: User, **options: Any
) -> Iterator[Page]:
    """Each page in turn, in a browser of these options."""
    client.force_login(user)
    session = client.cookies["sessionid"].value
    context = browser.new_context(base_url=site.url, **options)
    context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    page = context.new_page()
    for address in addresses():
        answer = page.goto(address)
        assert answer and answer.status == 200, address
        assert page.url == site.url + address
        yield page
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(
    browser: Browser, live_server: LiveServer, client: Any, officer: User, scheme: str
) -> None:
    found = [
        (page.url, violation["id"], violation["nodes"][0]["html"])
        for page in pages(browser, live_server, client, officer, color_scheme=scheme)
        for violation in Axe()
        .run(page, options={"runOnly": RULES})
        .response["violations"]
    ]
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preview_of_a_workbook_is_sound(
    browser: Browser, live_server: LiveServer, client: Any, officer: User, scheme: str
) -> None:
    """A change, a fault and a refusal, read by anybody and on a phone."""
    context = browser.new_context(
        base_url=live_server.url,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 320, "height": 900},
    )
    client.force_login(officer)
    session = client.cookies["sessionid"].value
    context.add_cookies(
        [{"name": "sessionid", "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    for content in (filled_workbook(), b"no workbook"):
        page.goto(addresses()[WORKBOOK])
        file = {"name": "saisie.xlsx", "mimeType": XLSX, "buffer": content}
        page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="Voir ce qui change").click()
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


@pytest.mark.parametrize("width", [320, 640])
def test_pages_fit_narrow_screens(
    browser: Browser, live_server: LiveServer, client: Any, officer: User, width: int
) -> None:
    narrow = {"width": width, "height": 900}
    wide = [
        page.url
        for page in pages(browser, live_server, client, officer, viewport=narrow)
        if page.evaluate("document.documentElement.scrollWidth") > width
    ]
    assert wide == []


def test_a_refused_row_says_so_to_everybody(
    browser: Browser, live_server: LiveServer, client: Any, officer: User
) -> None:
    """Without script: the fault stands by its field, and the page says there is one."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    client.force_login(officer)
    session = client.cookies["sessionid"].value
    context.add_cookies(
        [{"name": "sessionid", "value": session, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(addresses()[1])
    number = page.locator("[name$=value_0]").first
    number.fill("douze")
    page.get_by_role("button", name="Enregistrer tout").click()
    number = page.locator("[name$=value_0]").first
    assert number.input_value() == "douze"
    assert number.get_attribute("aria-invalid") == "true"
    described = number.get_attribute("aria-describedby")
    assert "n’est pas compris" in page.locator(f"#{described}").inner_text()
    context.close()
