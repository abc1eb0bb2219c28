"""A record under the names of version 2, less what means nothing. Pure.

This is the record as we publish it again, in the order of the schema.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from ..enums import ContractKind
from . import values as v
from .words import IDENTIFIERS

# Names of lists that some publishers double.
ALIASES = {
    "considerationsSociales_considerationSociale": "considerationsSociales",
    "considerationsEnvironnementales_considerationEnvironnementale": (
        "considerationsEnvironnementales"
    ),
}

# Escaped, so that no lone half of a character or NUL ever reaches the base.
compact_json = json.JSONEncoder(separators=(",", ":")).encode


def digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def without_aliases(raw: dict[str, Any]) -> dict[str, Any]:
    """The record with each list under its plain name."""
    doubled = {alias: name for alias, name in ALIASES.items() if alias in raw}
    if not doubled:
        return raw
    return {name: raw[alias] for alias, name in doubled.items()} | raw


_Cleaner = Callable[[Any], Any]


def _iso_day(value: Any) -> str | None:
    found = v.day(value)
    return found.isoformat() if found else None


def _list_in(outer: str, inner: str) -> _Cleaner:
    doubled = f"{outer}_{inner}"

    def clean(value: Any) -> Any:
        texts = value.get(inner) if type(value) is dict else None
        if type(texts) is list and all(type(text) is str for text in texts):
            return known(tuple(texts))
        return read(v.items(value, inner, doubled))

    def read(items: Iterable[Any]) -> Any:
        found = [t for t in map(v.text, items) if t]
        return {inner: found} if found else None

    # The same few lists come back in every record, and nothing ever changes them.
    known = lru_cache(maxsize=1024)(read)

    return clean


_PLACE: dict[str, _Cleaner] = {"code": v.text, "typeCode": v.text}
_FIRM: dict[str, _Cleaner] = {"typeIdentifiant": v.text, "id": v.text}


def _place(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return _cleaned(value, _PLACE) or None


def _firm(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    found = _cleaned(value, _FIRM)
    if "typeIdentifiant" in found:
        kind = IDENTIFIERS.get(found["typeIdentifiant"].casefold())
        found["typeIdentifiant"] = kind.value if kind else found["typeIdentifiant"]
    return found or None


def _firms(inner: str) -> _Cleaner:
    def clean(value: Any) -> Any:
        found = [_firm(item) for item in v.items(value, inner)]
        return [{inner: firm} for firm in found if firm] or None

    return clean


def _wrapped(outer: str, columns: dict[str, _Cleaner], *also: str) -> _Cleaner:
    def clean(value: Any) -> Any:
        parts = [
            _cleaned(item, columns)
            for item in v.items(value, outer, *also)
            if isinstance(item, dict)
        ]
        return [{outer: part} for part in parts if part] or None

    return clean


def _cleaned(raw: dict[str, Any], columns: dict[str, _Cleaner]) -> dict[str, Any]:
    found = {}
    for name, clean in columns.items():
        value = raw.get(name)
        if value is not None and (cleaned := clean(value)) is not None:
            found[name] = cleaned
    return found


_SUBCONTRACT: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "sousTraitant": _firm,
    "dureeMois": v.plain_number,
    "dateNotification": _iso_day,
    "montant": v.plain_number,
    "variationPrix": v.text,
    "datePublicationDonnees": _iso_day,
}
_SUBCONTRACT_CHANGE: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "dureeMois": v.plain_number,
    "dateNotificationModificationSousTraitance": _iso_day,
    "montant": v.plain_number,
    "datePublicationDonnees": _iso_day,
}
_MODIFICATION: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "dureeMois": v.plain_number,
    "montant": v.plain_number,
    "titulaires": _firms("titulaire"),
    "dateNotificationModification": _iso_day,
    "datePublicationDonneesModification": _iso_day,
}
_CONCESSION_CHANGE: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "dureeMois": v.plain_number,
    "valeurGlobale": v.plain_number,
    "dateSignatureModification": _iso_day,
    "datePublicationDonneesModification": _iso_day,
}
_TARIFF: dict[str, _Cleaner] = {"intituleTarif": v.text, "tarif": v.plain_number}


def _tariffs(value: Any) -> Any:
    # A tariff holds a field of its own name: no nesting to look through here.
    rows = value if isinstance(value, list) else [value]
    rows = [row.get("tarif") if _holds(row, "tarif") else row for row in rows]
    flat = [r for row in rows for r in (row if isinstance(row, list) else [row])]
    parts = [_cleaned(row, _TARIFF) for row in flat if isinstance(row, dict)]
    return [{"tarif": part} for part in parts if part] or None


def _holds(row: Any, name: str) -> bool:
    return isinstance(row, dict) and isinstance(row.get(name), (dict, list))


_YEAR_DATA: dict[str, _Cleaner] = {
    "datePublicationDonneesExecution": _iso_day,
    "depensesInvestissement": v.plain_number,
    "tarifs": _tariffs,
}
_SOCIAL = _list_in("considerationsSociales", "considerationSociale")
_ENVIRONMENTAL = _list_in(
    "considerationsEnvironnementales", "considerationEnvironnementale"
)
MARKET_COLUMNS: dict[str, _Cleaner] = {
    "id": v.text,
    "nature": v.text,
    "objet": v.text,
    "codeCPV": v.text,
    "techniques": _list_in("techniques", "technique"),
    "modalitesExecution": _list_in("modalitesExecution", "modaliteExecution"),
    "idAccordCadre": v.text,
    "marcheInnovant": v.boolean,
    "ccag": v.text,
    "offresRecues": v.plain_number,
    "attributionAvance": v.boolean,
    "tauxAvance": v.plain_number,
    "typeGroupementOperateurs": v.text,
    "sousTraitanceDeclaree": v.boolean,
    "actesSousTraitance": _wrapped("acteSousTraitance", _SUBCONTRACT),
    "modificationsActesSousTraitance": _wrapped(
        "modificationActeSousTraitance",
        _SUBCONTRACT_CHANGE,
        "modificationActesSousTraitance",
    ),
    "procedure": v.text,
    "lieuExecution": _place,
    "dureeMois": v.plain_number,
    "dateNotification": _iso_day,
    "datePublicationDonnees": _iso_day,
    "montant": v.plain_number,
    "typesPrix": _list_in("typesPrix", "typePrix"),
    "formePrix": v.text,
    "origineUE": v.plain_number,
    "origineFrance": v.plain_number,
    "titulaires": _firms("titulaire"),
    "considerationsSociales": _SOCIAL,
    "considerationsEnvironnementales": _ENVIRONMENTAL,
    "modifications": _wrapped("modification", _MODIFICATION),
}
CONCESSION_COLUMNS: dict[str, _Cleaner] = {
    "id": v.text,
    "nature": v.text,
    "objet": v.text,
    "procedure": v.text,
    "dureeMois": v.plain_number,
    "dateSignature": _iso_day,
    "datePublicationDonnees": _iso_day,
    "dateDebutExecution": _iso_day,
    "valeurGlobale": v.plain_number,
    "montantSubventionPublique": v.plain_number,
    "donneesExecution": _wrapped("donneesAnnuelles", _YEAR_DATA),
    "concessionnaires": _firms("concessionnaire"),
    "considerationsSociales": _SOCIAL,
    "considerationsEnvironnementales": _ENVIRONMENTAL,
    "modifications": _wrapped("modification", _CONCESSION_CHANGE),
}


def clean_record(raw: dict[str, Any], kind: ContractKind) -> dict[str, Any]:
    """The record under the names of version 2, less what means nothing.

    The buyer, whose identifier is repaired apart, is left for the caller to set.
    """
    is_concession = kind == ContractKind.CONCESSION
    return _cleaned(raw, CONCESSION_COLUMNS if is_concession else MARKET_COLUMNS)


PUBLICATIONS = (
    ("modifications", "modification", "datePublicationDonneesModification"),
    ("actesSousTraitance", "acteSousTraitance", "datePublicationDonnees"),
    (
        "modificationsActesSousTraitance",
        "modificationActeSousTraitance",
        "datePublicationDonnees",
    ),
)


def published_days(record: dict[str, Any]) -> list[date]:
    """Every day on which something of the record was published."""
    written = [record.get("datePublicationDonnees")]
    for outer, inner, name in PUBLICATIONS:
        if outer in record:
            written += [item[inner].get(name) for item in record[outer]]
    return [found for found in map(v.day, written) if found]
