"""Our file of contracts follows the official schema, and comes back unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from jsonschema import Draft7Validator

from procurement.decp.load import import_file
from procurement.decp.publish import SCHEMA as SCHEMA_FILE
from procurement.decp.publish import publish
from procurement.models import Contract
from tests.procurement.records import TODAY, bring, record

DATA = Path(__file__).parents[1] / "data" / "decp"
VALID = DATA / "v2_valide_dematis_2024-07-26.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))

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
    assert published.incomplete == []
    content = json.dumps(published.content).encode()
    again = import_file(content, name="retour.json", today=TODAY)
    assert (again.created, again.updated, again.rejected) == (0, 0, 0)
    assert again.unchanged == report.created


def test_incomplete_contracts_are_left_out_with_what_they_lack() -> None:
    bring(record())
    published = publish(Contract.objects.all())
    assert published.content["marches"]["marche"] == []
    [(contract, why)] = published.incomplete
    assert contract.number == "2024-01"
    assert why.startswith("absent\u00a0: techniques, modalitesExecution")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"procedure": "Gré à gré"}, "procedure : valeur hors de la liste"),
        ({"codeCPV": "4533"}, "codeCPV : forme inattendue"),
        ({"montant": 0}, "montant : nombre trop petit"),
        ({"objet": "x" * 1001}, "objet : texte trop long"),
        (
            {"titulaires": [{"titulaire": {"id": "1", "typeIdentifiant": "X"}}]},
            "titulaires[0].titulaire.typeIdentifiant : valeur hors de la liste",
        ),
    ],
)
def test_what_the_schema_refuses_is_left_out(changes: dict[str, Any], why: str) -> None:
    real = json.loads(VALID.read_text(encoding="utf-8"))["marches"]["marche"][0]
    bring(real | changes)
    published = publish(Contract.objects.all())
    assert published.number == 0
    assert published.incomplete[0][1].replace("\u00a0", " ").startswith(why)


def test_the_page_says_what_the_file_leaves_out(
    client: Client, administrator: User
) -> None:
    import_file(VALID.read_bytes(), name=VALID.name, today=TODAY)
    bring(record(id="incomplet"))
    client.force_login(administrator)
    page = client.get(reverse("procurement:contract_publish")).content.decode()
    assert "118\u00a0contrats ont tout" in page
    assert "1\u00a0contrat incomplet" in page
    file = client.get(reverse("procurement:contract_export")).json()
    assert len(file["marches"]["marche"]) == 117


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
