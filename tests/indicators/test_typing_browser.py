"""Typing in a real browser: keyboard, lost connection, expired login, two people."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from openpyxl import load_workbook
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from indicators.models import Result, Target
from indicators.typing import Entry, save_result
from indicators.workbook import layout
from pcaet.roles import PILOT, create_groups
from tests.actions.factories import MeasureFactory, UserFactory
from tests.indicators.factories import TargetFactory
from tests.indicators.typists import department_of, open_target

PASSWORD = "plan-climat-2017"
SAVED = re.compile(r"Enregistré à \d+\s?h\s?\d\d")


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
def target(transactional_db: None, groups: None) -> Target:
    first = open_target("12 visites")
    TargetFactory(
        indicator__action=first.indicator.action,
        indicator__name="Nombre de guides",
        year=2017,
        text="40 guides",
    )
    return first


@pytest.fixture
def groups(transactional_db: None) -> None:
    """The roles, which a test with real transactions wipes out."""
    create_groups()


@pytest.fixture
def claude(target: Target) -> User:
    user = UserFactory(
        username="claude", role=PILOT, organisations=[department_of(target)]
    )
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, claude: User) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, locale="fr-FR")
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


def sign_in(page: Page) -> None:
    page.goto("/connexion/")
    page.fill("[name=username]", "claude")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")


def address(target: Target) -> str:
    return f"/plans/{target.indicator.action.plan.slug}/saisie/2017/"


def field(page: Page, target: Target, name: str) -> Any:
    return page.locator(f"[name=r{target.indicator.pk}-{name}]")


def said(page: Page, target: Target) -> Any:
    return page.locator(f"#indicateur-{target.indicator.pk} [data-said]")


def test_each_row_saves_by_itself_and_keys_go_down(page: Page, target: Target) -> None:
    page.goto(address(target))
    first = field(page, target, "value_0")
    first.fill("12")
    first.press("Enter")
    expect(said(page, target)).to_have_text(SAVED)
    other = Target.objects.exclude(pk=target.pk).get()
    expect(field(page, other, "value_0")).to_be_focused()
    page.keyboard.type("7")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(said(page, other)).to_have_text(SAVED)
    assert {r.values[0] for r in Result.objects.all()} == {Decimal(12), Decimal(7)}


def test_a_block_of_a_spreadsheet_is_shown_then_pasted(
    page: Page, target: Target
) -> None:
    page.goto(address(target))
    field(page, target, "value_0").focus()
    paste(page, '12\tVisites faites\t\tAtteint\n1 500,5\t"Guides\nimprimés"')
    dialog = page.locator("[data-paste]")
    expect(dialog).to_contain_text("Nombre de guides – Guides")
    assert not Result.objects.exists()
    dialog.get_by_role("button", name="Coller", exact=True).click()
    other = Target.objects.exclude(pk=target.pk).get()
    expect(said(page, target)).to_have_text(SAVED)
    expect(said(page, other)).to_have_text(SAVED)
    result = Result.objects.get(indicator=target.indicator)
    assert (result.text, result.state) == ("Visites faites", "reached")
    result = Result.objects.get(indicator=other.indicator)
    assert (result.values, result.text) == ([Decimal("1500.5")], "Guides\nimprimés")


def test_rows_of_the_same_name_are_told_apart_in_the_preview(
    page: Page, target: Target
) -> None:
    action = target.indicator.action
    for title in ("Adhérer à ATMO", "Adhérer à Energy Cities"):
        measure = MeasureFactory(action=action, title=title)
        TargetFactory(
            indicator__action=action,
            indicator__measure=measure,
            indicator__name="Adhésion",
            year=2017,
            text="1 adhésion",
        )
    page.goto(address(target))
    first = Target.objects.get(indicator__measure__title="Adhérer à ATMO")
    field(page, first, "value_0").focus()
    paste(page, "1\n1")
    dialog = page.locator("[data-paste]")
    expect(dialog).to_contain_text("Adhérer à ATMO)")
    expect(dialog).to_contain_text("Adhérer à Energy Cities)")


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent(
                "paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_text_survives_a_lost_connection_and_a_reload(
    page: Page, target: Target
) -> None:
    page.goto(address(target))
    page.route("**/resultats/**", lambda route: route.abort())
    field(page, target, "text").fill("Douze visites")
    field(page, target, "text").blur()
    expect(said(page, target)).to_contain_text("connexion perdue")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(field(page, target, "text")).to_have_value("Douze visites")
    expect(said(page, target)).to_contain_text("connexion perdue")
    page.unroute("**/resultats/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(said(page, target)).to_have_text(SAVED)
    assert Result.objects.get().text == "Douze visites"


def test_text_found_again_is_saved_without_a_word(page: Page, target: Target) -> None:
    page.goto(address(target))
    page.route("**/resultats/**", lambda route: route.abort())
    field(page, target, "text").fill("Douze visites")
    field(page, target, "text").blur()
    expect(said(page, target)).to_contain_text("connexion perdue")
    page.unroute("**/resultats/**")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(said(page, target)).to_have_text(SAVED)
    assert Result.objects.get().text == "Douze visites"


def test_a_server_that_fails_loses_no_text(page: Page, target: Target) -> None:
    page.goto(address(target))
    page.route("**/resultats/**", lambda route: route.fulfill(status=500, body="?"))
    field(page, target, "text").fill("Douze visites")
    field(page, target, "text").blur()
    expect(said(page, target)).to_contain_text("Non enregistré")
    page.unroute("**/resultats/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(said(page, target)).to_have_text(SAVED)


def test_the_count_and_the_next_empty_row_follow_what_is_saved(
    page: Page, target: Target
) -> None:
    other = Target.objects.exclude(pk=target.pk).get()
    page.goto(address(target))
    count, following = page.locator("[data-filled]"), page.locator("[data-next]")
    field(page, target, "comment").fill("Chiffre attendu en mai")
    field(page, target, "comment").blur()
    expect(said(page, target)).to_have_text(SAVED)
    expect(count).to_have_text("0")
    field(page, target, "value_0").fill("12")
    field(page, target, "value_0").blur()
    expect(count).to_have_text("1")
    link = re.compile(f"#indicateur-{other.indicator.pk}$")
    expect(following).to_have_attribute("href", link)
    field(page, other, "value_0").fill("40")
    field(page, other, "value_0").blur()
    expect(count).to_have_text("2")
    expect(following).to_be_hidden()


def test_a_note_once_saved_does_not_come_back(page: Page, target: Target) -> None:
    action = target.indicator.action
    page.goto(f"/plans/{action.plan.slug}/actions/{action.code}/saisie/2017/")
    page.get_by_label("Nouvelle note d’avancement").fill("Le marché est signé.")
    page.get_by_role("button", name="Enregistrer tout").click()
    expect(page.locator(".typing-note")).to_contain_text("Le marché est signé.")
    expect(page.get_by_label("Nouvelle note d’avancement")).to_have_value("")
    assert action.progress_notes.count() == 1


def test_a_note_survives_an_expired_login(page: Page, target: Target) -> None:
    action = target.indicator.action
    page.goto(f"/plans/{action.plan.slug}/actions/{action.code}/saisie/2017/")
    page.context.clear_cookies()
    page.get_by_label("Nouvelle note d’avancement").fill("Le marché est signé.")
    page.get_by_role("button", name="Enregistrer tout").click()
    sign_in(page)
    page.goto(f"/plans/{action.plan.slug}/actions/{action.code}/saisie/2017/")
    note = page.get_by_label("Nouvelle note d’avancement")
    expect(note).to_have_value("Le marché est signé.")


def test_leaving_with_unsaved_text_warns(page: Page, target: Target) -> None:
    page.goto(address(target))
    page.route("**/resultats/**", lambda route: route.abort())
    field(page, target, "text").click()
    page.keyboard.type("Pas encore")
    warned: list[str] = []

    def leave(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto("/")
    assert warned == ["beforeunload"]


def test_text_survives_an_expired_login(page: Page, target: Target) -> None:
    page.goto(address(target))
    page.context.clear_cookies()
    field(page, target, "text").fill("Douze visites")
    field(page, target, "text").blur()
    expect(said(page, target)).to_contain_text("votre session a expiré")
    assert not Result.objects.exists()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Se connecter dans un autre onglet").click()
    sign_in(opened.value)
    opened.value.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(said(page, target)).to_have_text(SAVED)
    assert Result.objects.get().text == "Douze visites"


def test_two_people_choose_with_a_button(page: Page, target: Target) -> None:
    page.goto(address(target))
    save_result(
        indicator=target.indicator,
        year=2017,
        entry=Entry(text="La version de Dominique"),
        version=0,
        user=None,
    )
    field(page, target, "text").fill("La version de Claude")
    field(page, target, "text").blur()
    row = page.locator(f"#indicateur-{target.indicator.pk}")
    expect(row).to_contain_text("La version de Dominique")
    assert Result.objects.get().text == "La version de Dominique"
    row.get_by_role("button", name="La remplacer par la mienne").click()
    expect(said(page, target)).to_have_text(SAVED)
    assert Result.objects.get().text == "La version de Claude"


def test_the_other_version_is_kept_with_a_button(page: Page, target: Target) -> None:
    page.goto(address(target))
    save_result(
        indicator=target.indicator,
        year=2017,
        entry=Entry(text="La version de Dominique"),
        version=0,
        user=None,
    )
    field(page, target, "text").fill("La version de Claude")
    field(page, target, "text").blur()
    page.get_by_role("button", name="Garder la version enregistrée").click()
    expect(field(page, target, "text")).to_have_value("La version de Dominique")
    assert Result.objects.get().text == "La version de Dominique"


def test_typing_without_javascript(
    chromium: Browser, live_server: LiveServer, target: Target, claude: User
) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto(address(target))
    field(page, target, "value_0").fill("12")
    page.get_by_role("button", name="Enregistrer tout").click()
    expect(page.locator("main")).to_contain_text("1\u00a0résultat enregistré")
    assert Result.objects.get().values == [Decimal(12)]
    context.close()


def test_workbook_round_trip(page: Page, target: Target, tmp_path: Path) -> None:
    page.goto("/saisie/")
    page.get_by_role("link", name="Classeur").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Emporter le classeur 2017").click()
    path = tmp_path / "saisie.xlsx"
    download.value.save_as(path)
    book = load_workbook(BytesIO(path.read_bytes()))
    book[layout.ROWS].cell(2, layout.VALUE + 1).value = "12"
    book.save(path)
    page.set_input_files("[name=file]", path)
    page.get_by_role("button", name="Voir ce qui change").click()
    expect(page.locator("main")).to_contain_text("1\u00a0ligne modifiée")
    assert not Result.objects.exists()
    page.get_by_role("button", name="Enregistrer ces changements").click()
    expect(page.locator("main")).to_contain_text("1\u00a0résultat enregistré")
    assert Result.objects.get().values == [Decimal(12)]


def test_pages_fit_a_phone(page: Page, target: Target) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    for path in ("/saisie/", address(target)):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
