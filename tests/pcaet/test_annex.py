"""The text annexed to the council's deliberation: all that is adopted, nothing done."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from actions.models import Plan
from indicators.models import Indicator, Target
from pcaet.annex import Annex, render_annex, votes_of
from tests.actions.factories import ActionFactory, DeliberationFactory, PlanFactory
from tests.indicators.factories import ResultFactory
from tests.pcaet.pdfs import letters, outline, tags, text_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


def printed(plan: Plan) -> str:
    return text_of(render_annex(plan, printed_on=TODAY))


def test_annex_opens_on_the_deliberation(cec: Plan) -> None:
    text = printed(cec)
    for said in (
        "Annexe à la délibération n° 2026/2026.00030",
        "29 janvier 2026",
        "100 pour, 0 contre, 0 abstention",
        "Commission n°2 Favorable, 17 décembre 2025",
        "6 leviers de redirection",
    ):
        assert said in text


def test_annex_holds_every_target_and_no_result(besancon: Plan) -> None:
    for indicator in Indicator.objects.filter(action__plan=besancon)[:5]:
        ResultFactory(indicator=indicator, year=2015, text="Fait en mars")
    text = printed(besancon)
    assert "Fait en mars" not in text
    said = letters(text)
    for target in Target.objects.filter(indicator__action__plan=besancon):
        assert letters(target.text) in said


def test_plan_without_deliberation_is_told_as_it_is() -> None:
    plan = PlanFactory(is_adopted=False)
    ActionFactory(plan=plan, title="Planter des arbres")
    text = printed(plan)
    assert "Texte du plan" in text
    assert "Projet, non encore adopté" in text
    assert "Planter des arbres" in text


def test_votes_nobody_wrote_are_left_out() -> None:
    vote = DeliberationFactory(votes_for=100, votes_against=None, abstentions=1)
    assert votes_of(vote) == "100\u00a0pour, 1\u00a0abstention"


def test_several_deliberations_are_all_told() -> None:
    plan = PlanFactory()
    for number in ("1", "2"):
        DeliberationFactory(plan=plan, number=number, date=None)
    assert Annex(plan, TODAY).kind == "Annexe à la délibération n° 1 et n° 2"
    assert Annex(plan, TODAY).opening == "Les délibérations"


def test_annex_is_tagged_and_bookmarked(cec: Plan) -> None:
    pdf = render_annex(cec, printed_on=TODAY)
    assert {"H1", "H2", "Table", "TH", "TD", "L"} <= set(tags(pdf))
    assert outline(pdf)[1] == (1, "La délibération")


def test_command_prints_the_annex(cec: Plan, tmp_path: Path) -> None:
    path = tmp_path / "annexe.pdf"
    call_command("render_annex", "gbm-cec", "-o", path, stdout=StringIO())
    assert path.read_bytes().startswith(b"%PDF-")


def test_command_says_that_the_plan_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="inconnu"):
        call_command("render_annex", "inconnu", "-o", tmp_path / "a.pdf")
