"""Published records to import: the smallest that means something."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from procurement.decp.load import Report, import_file
from procurement.models import Buyer, Contract
from tests.actions.factories import organisation

TODAY = date(2026, 11, 22)
BUYER = "24440055200026"
FIRM = "38462657800213"


def record(**changes: Any) -> dict[str, Any]:
    """A valid contract of version 2; a change of None takes the field away."""
    found: dict[str, Any] = {
        "id": "2024-01",
        "acheteur": {"id": BUYER},
        "nature": "Marché",
        "objet": "Entretien des espaces verts. Lot 1",
        "codeCPV": "77310000-6",
        "procedure": "Appel d'offres ouvert",
        "dureeMois": 12,
        "dateNotification": "2024-03-01",
        "datePublicationDonnees": "2024-03-15",
        "montant": 100000,
        "offresRecues": 3,
        "titulaires": [{"titulaire": {"id": FIRM, "typeIdentifiant": "SIRET"}}],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
        "considerationsEnvironnementales": {
            "considerationEnvironnementale": ["Pas de considération environnementale"]
        },
    }
    found |= changes
    return {name: value for name, value in found.items() if value is not None}


def decp(*records: Any, concessions: tuple[Any, ...] = ()) -> bytes:
    groups = {"marche": list(records), "contrat-concession": list(concessions)}
    return json.dumps({"marches": groups}).encode()


def keep_buyer() -> Buyer:
    """The buyer of the records, linked to the officer's authority."""
    ours = organisation("Grand Besançon")
    return Buyer.objects.create(siret=BUYER, organisation=ours)


def bring(*records: Any, name: str = "essai.json") -> Report:
    """Import records as one file."""
    return import_file(decp(*records), name=name, today=TODAY)


def bring_one(**changes: Any) -> Contract:
    """Import one record and give the contract it made."""
    bring(record(**changes))
    return Contract.objects.get()


def modification(number: int, **changes: Any) -> dict[str, Any]:
    found = {
        "id": number,
        "dateNotificationModification": f"2024-0{number + 4}-01",
        "datePublicationDonneesModification": f"2024-0{number + 4}-10",
    }
    return {"modification": found | changes}
