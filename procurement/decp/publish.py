"""Our contracts as a file of essential data, version 2.0.3, ready to be published."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..enums import ContractKind, Source
from ..models import Contract
from ..models.contracts import (
    CONSIDERATIONS,
    ENVIRONMENTAL,
    SOCIAL,
    ContractQuerySet,
)
from .source import CONCESSION, MARKET

# What the schema requires of each record (schema_decp_v2.0.3.json).
REQUIRED = {
    ContractKind.CONTRACT: [
        "id",
        "acheteur",
        "nature",
        "objet",
        "codeCPV",
        "techniques",
        "modalitesExecution",
        "marcheInnovant",
        "ccag",
        "offresRecues",
        "attributionAvance",
        "typeGroupementOperateurs",
        "procedure",
        "lieuExecution",
        "dureeMois",
        "dateNotification",
        "datePublicationDonnees",
        "montant",
        "typesPrix",
        "formePrix",
        "titulaires",
        "sousTraitanceDeclaree",
        "considerationsSociales",
        "considerationsEnvironnementales",
    ],
    ContractKind.CONCESSION: [
        "id",
        "autoriteConcedante",
        "nature",
        "objet",
        "procedure",
        "dureeMois",
        "dateSignature",
        "dateDebutExecution",
        "datePublicationDonnees",
        "valeurGlobale",
        "montantSubventionPublique",
        "concessionnaires",
        "considerationsSociales",
        "considerationsEnvironnementales",
    ],
}
# Lengths and least values that publishers miss most often.
LONGEST = {"id": 16, "objet": 1000, "idAccordCadre": 16}
LEAST = {"offresRecues": 1, "dureeMois": 1, "montant": 1, "valeurGlobale": 1}
NUMBERED = {
    "modifications": "modification",
    "actesSousTraitance": "acteSousTraitance",
    "modificationsActesSousTraitance": "modificationActeSousTraitance",
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
    """The file, and how many contracts it leaves out because they are incomplete."""

    content: dict[str, Any]
    left_out: int


def publish(contracts: ContractQuerySet) -> Published:
    """The contracts that say all that the format requires. One query."""
    groups: dict[str, list[dict[str, Any]]] = {MARKET: [], CONCESSION: []}
    left_out = 0
    for contract in contracts.filter(source=Source.DECP).iterator(chunk_size=2000):
        record = record_of(contract)
        if faults(record, ContractKind(contract.kind)):
            left_out += 1
        else:
            is_market = contract.kind == ContractKind.CONTRACT
            groups[MARKET if is_market else CONCESSION].append(record)
    return Published({"marches": groups}, left_out)


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


def faults(record: dict[str, Any], kind: ContractKind) -> list[str]:
    """The fields that keep a record from being published as it is."""
    missing = [name for name in REQUIRED[kind] if name not in record]
    long = [n for n, size in LONGEST.items() if len(str(record.get(n, ""))) > size]
    small = [n for n, least in LEAST.items() if _under(record.get(n), least)]
    unnumbered = [
        outer
        for outer, inner in NUMBERED.items()
        for item in record.get(outer, ())
        if _under(item[inner].get("id", 0), 1)
    ]
    return missing + long + small + unnumbered


def _under(value: Any, least: int) -> bool:
    return value is not None and Decimal(str(value)) < least
