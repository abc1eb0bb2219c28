"""The officer reads what was typed."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Organisation
from indicators.models import Result, Target
from indicators.typing import Entry, save_result
from pcaet.roles import OFFICER, PILOT
from tests.indicators.factories import ResultFactory
from tests.indicators.typists import department_of, open_target, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def result(target: Target) -> Result:
    return typed(target, "Fait", 0)


def typed(target: Target, text: str, version: int) -> Result:
    author = person(PILOT, department_of(target, f"Service {text}"))
    saved = save_result(
        indicator=target.indicator,
        year=2017,
        entry=Entry(text=text),
        version=version,
        user=author,
    )
    assert saved
    return saved


@pytest.fixture
def officer(target: Target) -> Client:
    return signed_in(OFFICER, target.indicator.action.plan.authority)


def url(result: Result, name: str = "validation_save") -> str:
    slug = result.indicator.action.plan.slug
    return reverse(f"indicators:{name}", args=[slug, 2017])


def test_accepting_keeps_who_and_when(result: Result, officer: Client) -> None:
    officer.post(url(result), {"valider": f"{result.pk}:1"})
    result.refresh_from_db()
    assert result.is_accepted
    assert result.validated_by
    assert result.validated_at
    assert result.version == 1


def test_a_quantity_not_typed_is_said_to_who_reads(
    target: Target, officer: Client
) -> None:
    result = ResultFactory(
        indicator=target.indicator, year=2017, values=[Decimal(1), None]
    )
    page = officer.get(url(result, "validation")).content.decode()
    words = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "1 / 1 colloque non saisi / 3 matinales organisées" in words


def test_sending_back_takes_a_remark(result: Result, officer: Client) -> None:
    officer.post(url(result), {"renvoyer": f"{result.pk}:1"})
    result.refresh_from_db()
    assert not result.validation
    key = f"remarque-{result.pk}"
    officer.post(url(result), {"renvoyer": f"{result.pk}:1", key: "Préciser"})
    result.refresh_from_db()
    assert result.is_returned
    assert result.validation_remark == "Préciser"


def test_a_new_version_is_to_be_read_again(
    target: Target, result: Result, officer: Client
) -> None:
    officer.post(url(result), {"valider": f"{result.pk}:1"})
    typed(target, "Mieux", 1)
    result.refresh_from_db()
    assert not result.validation


def test_a_version_not_read_is_not_accepted(
    target: Target, result: Result, officer: Client
) -> None:
    typed(target, "Mieux", 1)
    page = officer.post(url(result), {"lu": [f"{result.pk}:1"]}, follow=True)
    result.refresh_from_db()
    assert not result.validation
    assert "depuis votre lecture" in page.content.decode()


def test_all_that_was_shown_is_accepted_at_once(
    result: Result, officer: Client
) -> None:
    officer.post(url(result), {"lu": [f"{result.pk}:1"]})
    result.refresh_from_db()
    assert result.is_accepted


def test_another_plan_is_out_of_reach(result: Result) -> None:
    other = open_target()
    stranger = signed_in(OFFICER, other.indicator.action.plan.authority)
    assert stranger.get(url(result, "validation")).status_code == 404
    own = reverse(
        "indicators:validation_save", args=[other.indicator.action.plan.slug, 2017]
    )
    assert stranger.post(own, {"valider": f"{result.pk}:1"}).status_code == 404
    result.refresh_from_db()
    assert not result.validation


def test_pilot_does_not_validate(target: Target, result: Result) -> None:
    service = Organisation.objects.get(name="Service Fait")
    pilot = signed_in(PILOT, service)
    assert pilot.post(url(result), {"valider": f"{result.pk}:1"}).status_code == 404
