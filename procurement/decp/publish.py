"""Our contracts as a file of essential data, version 2.0.3, ready to be published."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import fastjsonschema
from fastjsonschema import JsonSchemaValueException

from pcaet.lib.french import NO_BREAK

from ..enums import ContractKind, Source
from ..models import Contract
from ..models.considerations import CONSIDERATIONS, ENVIRONMENTAL, SOCIAL
from ..models.contracts import ContractQuerySet
from .source import CONCESSION, MARKET

# The official schema, as the ministry publishes it (139bercy/format-commande-publique).
SCHEMA = Path(__file__).parents[2] / "fixtures" / "decp_schema_v2.0.3.json"

# What a rule of the schema says of a field that breaks it.
BROKEN = {
    "additionalProperties": "champ inconnu du format",
    "enum": "valeur hors de la liste réglementaire",
    "maxLength": "texte trop long",
    "maximum": "nombre trop grand",
    "minimum": "nombre trop petit",
    "minItems": "liste vide",
    "minLength": "texte vide",
    "pattern": "forme inattendue",
    "type": "nature de valeur inattendue",
}

PUBLISHED_LABELS = {
    "social_clause": "Clause sociale",
    "social_criterion": "Critère social",
    "reserved": "Marché réservé",
    "environmental_clause": "Clause environnementale",
    "environmental_criterion": "Critère environnemental",
}
NO_SOCIAL = "Pas de considération sociale"
NO_ENVIRONMENTAL = "Pas de considération environnementale"


@dataclass(frozen=True, slots=True)
class Published:
    """The file, and the contracts it leaves out each with its fault."""

    content: dict[str, Any]
    incomplete: list[tuple[Contract, str]]

    @property
    def number(self) -> int:
        return sum(len(records) for records in self.content["marches"].values())


def publish(contracts: ContractQuerySet) -> Published:
    """The contracts that the official schema accepts. One query."""
    groups: dict[str, list[dict[str, Any]]] = {MARKET: [], CONCESSION: []}
    incomplete: list[tuple[Contract, str]] = []
    for contract in contracts.filter(source=Source.DECP).iterator(chunk_size=2000):
        record = record_of(contract)
        if why := fault(record, ContractKind(contract.kind)):
            incomplete.append((contract, why))
        else:
            is_market = contract.kind == ContractKind.CONTRACT
            groups[MARKET if is_market else CONCESSION].append(record)
    return Published({"marches": groups}, incomplete)


def record_of(contract: Contract) -> dict[str, Any]:
    """The published record, with what the officer corrected."""
    record = dict(contract.record)
    if any(
        getattr(contract, f"corrected_{name}") is not None for name in CONSIDERATIONS
    ):
        social = _labels(contract, SOCIAL, NO_SOCIAL)
        environmental = _labels(contract, ENVIRONMENTAL, NO_ENVIRONMENTAL)
        record["considerationsSociales"] = {"considerationSociale": social}
        record["considerationsEnvironnementales"] = {
            "considerationEnvironnementale": environmental
        }
    return record


def _labels(contract: Contract, names: tuple[str, ...], none: str) -> list[str]:
    found = [
        PUBLISHED_LABELS[name] for name in names if getattr(contract, f"has_{name}")
    ]
    if contract.kind == ContractKind.CONCESSION:
        found = [
            label.replace("Marché réservé", "Concession réservée") for label in found
        ]
    return found or [none]


@lru_cache
def _validator() -> Callable[[Any], Any]:
    """The official schema, as code: a hundred times quicker than reading it."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    found: Callable[[Any], Any] = fastjsonschema.compile(schema)
    return found


def fault(record: dict[str, Any], kind: ContractKind) -> str:
    """What keeps a record from being published as it is, or nothing."""
    group = MARKET if kind == ContractKind.CONTRACT else CONCESSION
    try:
        _validator()({"marches": {group: [record]}})
    except JsonSchemaValueException as error:
        return _said(error)
    return ""


def _said(error: JsonSchemaValueException) -> str:
    # The name begins «data.marches.marche[0]», which is the record itself.
    place = ".".join(str(error.name).split(".")[3:])
    if error.rule == "required":
        missing = [name for name in error.rule_definition if name not in error.value]
        why = f"absent{NO_BREAK}: {', '.join(missing)}"
    else:
        why = BROKEN.get(str(error.rule), "valeur inattendue")
    return f"{place}{NO_BREAK}: {why}" if place else why
