from datetime import date
from typing import Any

import pytest

from actions.models import Plan
from procurement.computed import Value, computed_actions
from procurement.goals import Period
from procurement.models import Buyer, CommitteeSession, Contract
from tests.procurement.records import bring, bring_one, record

pytestmark = pytest.mark.django_db


def values(plan: Plan, year: int = 2024) -> dict[str, Any]:
    actions = computed_actions(
        Contract.objects.all(), plan=plan, period=Period.of_year(year)
    )
    return {i.name: i.value for action in actions for i in action.indicators}


def test_negotiation_of_adapted_procedures_is_not_known(clermont: Plan) -> None:
    name = "% de négociation / contrats le permettant"
    bring(record(procedure="Procédure adaptée"))
    assert values(clermont)[name] is None
    bring(record(id="2", procedure="Procédure avec négociation"))
    assert values(clermont)[name].text == "au moins 50\u202f%"


def test_beneficiaries_are_counted_where_their_part_is_said(clermont: Plan) -> None:
    bring_one()
    bring(record(id="2"))
    Contract.objects.filter(number="2").update(beneficiaries=90)
    Contract.objects.exclude(number="2").update(
        beneficiaries=10, beneficiaries_women=4, beneficiaries_trained=2
    )
    found = values(clermont)
    women = (
        "ratio des différents bénéficiaires (genre, tranche d'âge et par qualification)"
    )
    trained = (
        "% de bénéficiaires de la clause ayant suivi une formation qualifiante ou "
        "certifiante"
    )
    assert found[women] == Value("40\u202f% de femmes", "4 sur 10 bénéficiaires")
    assert found[trained] == Value("20\u202f%", "2 sur 10 bénéficiaires")


def test_the_committee_was_held_on_time(clermont: Plan) -> None:
    name = "Réuni / Pas réuni dans les délais ou pas"
    bring_one()
    assert values(clermont)[name] is None
    CommitteeSession.objects.create(
        buyer=Buyer.objects.get(),
        year=2025,
        planned_on=date(2024, 6, 30),
        held_on=date(2024, 6, 12),
    )
    assert values(clermont)[name] == Value("Réuni", "1 sur 1 dans les délais")
    assert values(clermont, 2025)[name] is None
