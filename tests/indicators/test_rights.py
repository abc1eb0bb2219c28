"""Every address of the campaign, tried as owner, colleague, stranger and anonymous."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from openpyxl import load_workbook

from actions.models import Organisation
from indicators import urls
from indicators.models import Proof, Result, Review, ReviewSheet, Target
from indicators.workbook import layout
from pcaet.roles import OFFICER, PILOT, READER
from tests.actions.factories import RoleFactory
from tests.indicators.factories import ResultFactory, TargetFactory
from tests.indicators.typists import (
    client_of,
    department_of,
    open_target,
    person,
    row,
    signed_in,
)

pytestmark = pytest.mark.django_db

# Pages whose content follows the reader, and what a plan shows to its own readers.
OF_THE_READER = {"my_typing"}
OF_THE_PLAN = {
    "plan_edit",
    "result_edit",
    "workbook_export",
    "workbook_import",
    "plan_rates",
    "plan_completeness",
    "review_list",
    "review_detail",
}
SECRET = "Ce que seul le service pilote voit"


@pytest.fixture
def target() -> Target:
    target = open_target()
    department_of(target)
    return target


def addresses(target: Target, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """All the named addresses, for an object that the colleague does not lead."""
    indicator = target.indicator
    plan, action = indicator.action.plan, indicator.action
    review = Review.objects.create(plan=plan, first_year=2017, year=2017)
    proof = Proof.objects.create(
        indicator=indicator, year=2017, file="a.pdf", name="a.pdf", size=1
    )
    known = {"slug": plan.slug, "code": action.code, "year": 2017}
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        name = str(pattern.name)
        keys = {"review": review.pk}
        keys |= dict.fromkeys(("proof_detail", "proof_delete"), proof.pk)
        pk = keys.get(name) or keys.get(name.partition("_")[0], indicator.pk)
        wanted = pattern.pattern.converters
        arguments = {key: (known | {"pk": pk})[key] for key in wanted}
        yield name, reverse(f"indicators:{name}", kwargs=arguments)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")


def test_strangers_find_nothing_anywhere(target: Target, tmp_path: Path) -> None:
    stranger = signed_in(PILOT, Organisation.objects.create(name="Ailleurs"))
    for name, address in addresses(target, tmp_path):
        for method in (stranger.get, stranger.post):
            found = method(address).status_code
            assert name in OF_THE_READER or found in (404, 405), (name, found)


def test_anonymous_people_are_sent_to_the_login(target: Target, tmp_path: Path) -> None:
    for name, address in addresses(target, tmp_path):
        found = Client().get(address).status_code
        assert found in (302, 404), (name, found)


def test_a_colleague_neither_sees_nor_types_the_rows_of_another_department(
    target: Target, tmp_path: Path
) -> None:
    ResultFactory(indicator=target.indicator, comment=SECRET, state="reached")
    plan = target.indicator.action.plan
    elsewhere = Organisation.objects.create(name="Voirie", parent=plan.authority)
    own = open_target()
    RoleFactory(organisation=elsewhere, action=own.indicator.action)
    colleague = signed_in(PILOT, elsewhere)
    fields = row(target, text="Écrit par un autre", version="1", over="1")
    fields |= {"avancement-status": "done", "avancement-seen": "", "answer": "x"}
    for name, address in addresses(target, tmp_path):
        page = colleague.get(address, follow=True)
        colleague.post(address, fields | {"valider": "1:1", "version": "1"})
        content = page.getvalue().decode(errors="replace")
        assert SECRET not in content or name == "review_detail", name
        if name not in OF_THE_PLAN | OF_THE_READER:
            assert page.status_code in (404, 405), (name, page.status_code)
    result = Result.objects.get()
    assert (result.comment, result.text, result.version) == (SECRET, "", 1)
    assert result.history.count() == 1
    assert not ReviewSheet.objects.exists()
    target.indicator.action.refresh_from_db()
    assert not target.indicator.action.status
    assert Proof.objects.exists()


def test_a_reader_changes_nothing(target: Target, tmp_path: Path) -> None:
    plan = target.indicator.action.plan
    reader = signed_in(READER, plan.authority)
    for _name, address in addresses(target, tmp_path):
        reader.post(address, row(target, text="x") | {"answer": "x", "version": "0"})
    assert not Result.objects.exists()
    assert not ReviewSheet.objects.exists()
    assert Proof.objects.exists()


def administration(target: Target) -> Iterator[str]:
    """Each admin page that shows or changes something of the row."""
    result, campaign = (
        Result.objects.get(),
        target.indicator.action.plan.campaigns.get(),
    )
    objects = (target.indicator, target, target.quantities.first(), result, campaign)
    for one in objects:
        assert one is not None
        opts = one._meta
        base = f"admin:{opts.app_label}_{opts.model_name}"
        yield reverse(f"{base}_changelist")
        for name in ("change", "delete", "history"):
            yield reverse(f"{base}_{name}", args=[one.pk])
    yield reverse("admin:indicators_indicator_grid", args=[target.indicator.pk])
    yield reverse("admin:indicators_action_grid", args=[target.indicator.action.pk])


@pytest.mark.parametrize("role", [PILOT, READER, OFFICER])
def test_the_administration_opens_no_row_of_others(target: Target, role: str) -> None:
    """A pilot or a reader let in by mistake; the officer of another authority."""
    ResultFactory(indicator=target.indicator, comment=SECRET, state="reached")
    own = target.indicator.action.plan.authority
    elsewhere = Organisation.objects.create(name="Ailleurs")
    user = person(role, elsewhere if role == OFFICER else own)
    user.is_staff = True
    user.save()
    client = client_of(user)
    for address in administration(target):
        page = client.get(address, follow=True)
        client.post(address, {"post": "yes", "text": "Écrit par un autre"})
        assert SECRET not in page.getvalue().decode(), address
        assert target.indicator.name not in page.getvalue().decode(), address
    assert Result.objects.get().history.count() == 1
    assert Target.objects.filter(pk=target.pk, text=target.text).exists()


def test_anonymous_people_see_nothing_of_the_administration(target: Target) -> None:
    ResultFactory(indicator=target.indicator, comment=SECRET, state="reached")
    for address in administration(target):
        assert Client().get(address).status_code == 302


def test_a_workbook_opens_no_row_of_others(target: Target, tmp_path: Path) -> None:
    """The file of a department, sent by a colleague who has rows of the same plan."""
    plan = target.indicator.action.plan
    owner = signed_in(PILOT, Organisation.objects.get(name="Service Climat"))
    away = reverse("indicators:workbook_export", args=[plan.slug, 2017])
    book = load_workbook(BytesIO(owner.get(away).getvalue()))
    book[layout.ROWS].cell(2, layout.TEXT + 1).value = "Écrit par un autre"
    book.save(tmp_path / "saisie.xlsx")
    elsewhere = Organisation.objects.create(name="Voirie", parent=plan.authority)
    own = TargetFactory(indicator__action__plan=plan, year=2017)
    RoleFactory(organisation=elsewhere, action=own.indicator.action)
    with (tmp_path / "saisie.xlsx").open("rb") as file:
        back = reverse("indicators:workbook_import", args=[plan.slug, 2017])
        page = signed_in(PILOT, elsewhere).post(back, {"file": file})
    assert not page.context["change"]
    assert "pas suivie par vos services" in page.content.decode()
    assert target.text not in page.content.decode()
