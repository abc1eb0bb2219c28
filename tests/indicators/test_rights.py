"""Every address of the campaign, tried as owner, colleague, stranger and anonymous."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from actions.models import Organisation
from indicators import urls
from indicators.models import Proof, Result, Review, ReviewSheet, Target
from pcaet.roles import PILOT, READER
from tests.actions.factories import RoleFactory
from tests.indicators.factories import ResultFactory
from tests.indicators.typists import department_of, open_target, row, signed_in

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
    "proof_detail",
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
        keys = {"proof": proof.pk, "review": review.pk}
        pk = keys.get(name.partition("_")[0], indicator.pk)
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
