"""Typing pages, tried as officer, owner, colleague and stranger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Organisation
from indicators.models import Campaign, Result, Target
from pcaet.roles import OFFICER, PILOT, READER
from tests.indicators.factories import TargetFactory
from tests.indicators.typists import department_of, open_target, row, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def department(target: Target) -> Organisation:
    return department_of(target)


def page(target: Target) -> str:
    action = target.indicator.action
    return reverse("indicators:result_edit", args=[action.plan.slug, action.code, 2017])


def save_url(target: Target) -> str:
    return reverse("indicators:result_save", args=[target.indicator.pk, 2017])


def test_owner_types_without_javascript(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    fields = row(target, value_0="1", value_1="2,5", text="Deux matinales et demie")
    response = pilot.post(page(target), fields, follow=True)
    assert "1\u00a0résultat enregistré" in response.content.decode()
    result = Result.objects.get()
    assert result.values == [Decimal(1), Decimal("2.5")]
    assert result.text == "Deux matinales et demie"


def test_wrong_number_is_explained_and_nothing_is_lost(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    fields = row(target, value_0="un", text="Gardez ce texte")
    response = pilot.post(page(target), fields)
    content = response.content.decode()
    assert response.status_code == 422
    assert "« un » n’est pas compris comme un nombre" in content
    assert "Gardez ce texte" in content
    assert not Result.objects.exists()


def test_a_right_row_is_saved_beside_a_wrong_one(
    target: Target, department: Organisation
) -> None:
    other = TargetFactory(indicator__action=target.indicator.action, year=2017)
    pilot = signed_in(PILOT, department)
    fields = row(target, value_0="un") | row(other, text="Fait")
    pilot.post(page(target), fields)
    assert [result.indicator for result in Result.objects.all()] == [other.indicator]


def test_second_author_sees_both_versions(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(save_url(target), row(target, text="Première version"))
    response = pilot.post(page(target), row(target, text="Seconde version"))
    content = response.content.decode()
    assert "Première version" in content
    assert "Seconde version" in content
    assert Result.objects.get().text == "Première version"


def test_second_author_replaces_with_a_button(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(save_url(target), row(target, text="Première"))
    pilot.post(page(target), row(target, text="Seconde"))
    assert Result.objects.get().text == "Première"
    pilot.post(page(target), row(target, text="Seconde", over="1"))
    assert Result.objects.get().text == "Seconde"


def test_second_author_gives_way_with_a_button(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(save_url(target), row(target, text="Première"))
    answer = pilot.post(save_url(target), row(target, text="Seconde", over="keep"))
    assert "Première" in answer.json()["row"]
    assert Result.objects.get().text == "Première"


def test_a_third_version_is_shown_again(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(save_url(target), row(target, text="Première"))
    pilot.post(save_url(target), row(target, text="Deuxième", version="1"))
    answer = pilot.post(save_url(target), row(target, text="Troisième", over="1"))
    assert answer.status_code == 409
    assert "Deuxième" in answer.json()["html"]


def test_text_kept_by_somebody_else_is_not_saved_in_my_name(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    answer = pilot.post(save_url(target), row(target, text="x") | {"person": "0"})
    assert answer.status_code == 403
    assert "sous un autre compte" in answer.json()["message"]


def test_untouched_row_never_overwrites(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    seen = pilot.get(page(target)).context["forms"][0]
    base = seen.initial["base"]
    pilot.post(save_url(target), row(target, text="Saisi entre-temps"))
    pilot.post(page(target), row(target, base=base))
    assert Result.objects.get().text == "Saisi entre-temps"


def test_script_saves_one_row(target: Target, department: Organisation) -> None:
    pilot = signed_in(PILOT, department)
    answer = pilot.post(save_url(target), row(target, value_0="1", value_1="3"))
    assert answer.json()["version"] == 1
    assert answer.json()["message"].startswith("Enregistré à ")
    assert "Atteint" in answer.json()["state"]


def test_script_is_told_of_a_conflict(target: Target, department: Organisation) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(save_url(target), row(target, text="Première"))
    answer = pilot.post(save_url(target), row(target, text="Seconde"))
    assert answer.status_code == 409
    assert "Première" in answer.json()["html"]


def test_colleague_of_another_department_cannot_type(
    target: Target, department: Organisation
) -> None:
    plan = target.indicator.action.plan
    elsewhere = Organisation.objects.create(name="Voirie", parent=plan.authority)
    colleague = signed_in(PILOT, elsewhere)
    assert not colleague.get(page(target)).context["forms"]
    assert colleague.post(save_url(target), row(target, text="x")).status_code == 404
    colleague.post(page(target), row(target, text="x"))
    assert not Result.objects.exists()


def test_reader_is_told_why_not(target: Target, department: Organisation) -> None:
    plan = target.indicator.action.plan
    reader = signed_in(READER, plan.authority)
    response = reader.get(page(target), follow=True)
    assert "permet de lire, pas de saisir" in response.content.decode()


def test_stranger_gets_404(target: Target) -> None:
    stranger = signed_in(PILOT)
    assert stranger.get(page(target)).status_code == 404
    assert stranger.post(save_url(target), row(target, text="x")).status_code == 404


def test_anonymous_is_sent_to_the_login(target: Target) -> None:
    assert Client().get(page(target)).status_code == 302
    assert Client().post(save_url(target), row(target)).status_code == 302


def test_pilot_cannot_type_outside_a_campaign(
    target: Target, department: Organisation
) -> None:
    Campaign.objects.all().delete()
    pilot = signed_in(PILOT, department)
    response = pilot.get(page(target), follow=True)
    assert "La saisie de 2017 n’est pas ouverte" in response.content.decode()


def test_locked_year_is_closed_to_the_officer(target: Target) -> None:
    Campaign.objects.update(is_locked=True)
    officer = signed_in(OFFICER, target.indicator.action.plan.authority)
    answer = officer.post(save_url(target), row(target, text="x"))
    assert "verrouillée" in answer.json()["message"]


def test_page_reads_in_a_constant_number_of_queries(
    target: Target, django_assert_max_num_queries: Any
) -> None:
    officer = signed_in(OFFICER, target.indicator.action.plan.authority)
    officer.get(page(target))
    TargetFactory.create_batch(30, indicator__action=target.indicator.action, year=2017)
    with django_assert_max_num_queries(20):
        officer.get(page(target))
