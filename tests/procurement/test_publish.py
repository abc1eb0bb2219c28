"""Our file of contracts follows the official schema, and comes back unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from procurement.decp.load import import_file
from procurement.decp.publish import publish
from procurement.models import Contract
from tests.procurement.records import TODAY, bring, record

DATA = Path(__file__).parents[1] / "data" / "decp"
VALID = DATA / "v2_valide_dematis_2024-07-26.json"
SCHEMA = json.loads((DATA / "schema_decp_v2.0.3.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.django_db


def faults(content: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(content)]


@pytest.mark.parametrize(
    "name",
    [
        VALID.name,
        "marches_concessions.json",
        "Marche.xml",
        "Contrat-concession-modification.xml",
    ],
)
def test_what_we_publish_is_valid_and_comes_back_unchanged(name: str) -> None:
    report = import_file((DATA / name).read_bytes(), name=name, today=TODAY)
    published = publish(Contract.objects.all())
    assert faults(published.content) == []
    assert published.left_out == 0
    content = json.dumps(published.content).encode()
    again = import_file(content, name="retour.json", today=TODAY)
    assert (again.created, again.updated, again.rejected) == (0, 0, 0)
    assert again.unchanged == report.created


def test_incomplete_contracts_are_left_out_and_counted() -> None:
    bring(record())
    published = publish(Contract.objects.all())
    assert published.content["marches"]["marche"] == []
    assert published.left_out == 1


def test_the_officers_corrections_are_published() -> None:
    import_file(VALID.read_bytes(), name=VALID.name, today=TODAY)
    contract = Contract.objects.filter(has_environmental_clause=False).contracts()[0]
    contract.corrected_environmental_clause = True
    contract.save()
    one = Contract.objects.filter(pk=contract.pk)
    content = publish(one).content
    published = content["marches"]["marche"][0]["considerationsEnvironnementales"]
    assert "Clause environnementale" in published["considerationEnvironnementale"]
    assert faults(content) == []
