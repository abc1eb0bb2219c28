"""The public statement on paper."""

from __future__ import annotations

import pytest

from actions.models import Plan
from procurement.statement import statement_of
from procurement.statement_print import render_statement
from tests.pcaet.pdfs import outline, pages, sizes, tags, text_of
from tests.procurement.records import bring, record

pytestmark = pytest.mark.django_db

SMALLEST = 8  # points, for notes


def printed(plan: Plan) -> bytes:
    return render_statement(statement_of(plan, last_year=2024))


def test_statement_says_each_goal_its_rate_and_its_target(clermont: Plan) -> None:
    bring(record(), record(id="2024-02", objet="Autre achat"))
    text = text_of(printed(clermont))
    assert "Bilan public 2023–2024" in text
    assert "2 contrats ont été notifiés, pour 200 000 € HT" in text
    assert "0 contrat répond 2 ne répondent pas 0 ne le dit pas" in text
    assert "✗ Objectif non atteint visé en 2024 : 30 %" in text
    for goal in clermont.goals.all():
        assert goal.label.replace("’", "'").split(" / ")[0] in text


def test_goal_without_contract_is_told_so(clermont: Plan) -> None:
    text = text_of(printed(clermont))
    assert "Aucun contrat de la période n'est concerné" in text
    assert "– On ne peut pas encore le dire" in text


def test_statement_is_tagged_and_its_contents_lead_to_its_parts(
    clermont: Plan,
) -> None:
    bring(record())
    pdf = printed(clermont)
    assert {"H1", "Table", "TH", "TD", "Figure"} <= set(tags(pdf))
    titles = [title for depth, title in outline(pdf) if depth == 1]
    assert titles[0] == "Sommaire"
    assert titles[-1] == "Méthode et sources"
    assert "L’essentiel" in pages(pdf)[2]
    assert min(size for size, count in sizes(pdf).items() if count) >= SMALLEST
