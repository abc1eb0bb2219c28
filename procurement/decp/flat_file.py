"""The ministry's flat CSV."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Iterator
from typing import Any

from ..enums import ContractKind
from .source import DecpFileError, SourceFile, SourceRecord

# The ministry's flat file: a column of the file → a path of the record.
FLAT_MAPPING = {
    "acheteur.id": ("acheteur", "id"),
    "lieuExecution.code": ("lieuExecution", "code"),
    "lieuExecution.typeCode": ("lieuExecution", "typeCode"),
}
FLAT_PLAIN = (
    "id",
    "nature",
    "objet",
    "codeCPV",
    "procedure",
    "dureeMois",
    "dateNotification",
    "datePublicationDonnees",
    "montant",
    "formePrix",
    "attributionAvance",
    "offresRecues",
    "marcheInnovant",
    "ccag",
    "sousTraitanceDeclaree",
    "typeGroupementOperateurs",
    "idAccordCadre",
    "considerationsSociales",
    "considerationsEnvironnementales",
    "modalitesExecution",
    "techniques",
    "typesPrix",
    "tauxAvance",
    "origineUE",
    "origineFrance",
)
FLAT_SUBCONTRACT = {
    "id": "idActeSousTraitance",
    "dureeMois": "dureeMoisActeSousTraitance",
    "dateNotification": "dateNotificationActeSousTraitance",
    "datePublicationDonnees": "datePublicationDonneesActeSousTraitance",
    "montant": "montantActeSousTraitance",
    "variationPrix": "variationPrixActeSousTraitance",
}
FLAT_MODIFICATION = {
    "id": "idModification",
    "montant": "montantModification",
    "dureeMois": "dureeMoisModification",
    "dateNotificationModification": "dateNotificationModificationModification",
    "datePublicationDonneesModification": (
        "datePublicationDonneesModificationModification"
    ),
}
# Missing though mandatory; conditional and empty; unusable, the value after it.
MISSING, CONDITIONAL, UNUSABLE = "MQ", "CDL", "INX"


def read_flat(text: str) -> SourceFile:
    """The records of the flat file.

    Raises:
        DecpFileError: its columns are not those of the ministry.
    """
    first_line = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first_line.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    try:
        columns = set(rows.fieldnames or ())
    except csv.Error:
        columns = set()
    if not columns >= {"id", "acheteur.id", "objet"}:
        raise DecpFileError(
            "Le fichier n’est ni du JSON, ni du XML, ni le CSV du ministère (colonnes "
            "« id », « acheteur.id », « objet »)."
        )
    return SourceFile("csv", _records(rows))


def _records(rows: csv.DictReader[str]) -> Iterator[SourceRecord]:
    try:
        for position, row in enumerate(rows):
            yield _of_row(position, row)
    except csv.Error as error:
        raise DecpFileError(
            f"Le CSV est abîmé vers la ligne {rows.line_num}."
        ) from error


def _of_row(position: int, row: dict[str, Any]) -> SourceRecord:
    notes: list[tuple[str, str]] = []

    def cell(column: str) -> str | None:
        value = (row.get(column) or "").strip()
        if value.startswith(UNUSABLE):
            notes.append((column, "Valeur marquée inutilisable par le ministère."))
            value = value.removeprefix(UNUSABLE).strip()
        return None if value in ("", MISSING, CONDITIONAL) else value

    content: dict[str, Any] = {name: _literal(cell(name)) for name in FLAT_PLAIN}
    for column, (outer, inner) in FLAT_MAPPING.items():
        content.setdefault(outer, {})[inner] = cell(column)
    content["titulaires"] = [
        {
            "id": cell(f"titulaire_id_{n}"),
            "typeIdentifiant": cell(f"titulaire_typeIdentifiant_{n}"),
        }
        for n in (1, 2, 3)
        if cell(f"titulaire_id_{n}")
    ]
    if act := _part(cell, FLAT_SUBCONTRACT):
        act["sousTraitant"] = {
            "id": cell("idSousTraitant"),
            "typeIdentifiant": cell("typeIdentifiantSousTraitant"),
        }
        content["actesSousTraitance"] = [act]
    if modification := _part(cell, FLAT_MODIFICATION):
        content["modifications"] = [modification]
    # The line after the header is line 2.
    return SourceRecord(
        position, f"ligne {position + 2}", ContractKind.CONTRACT, content, notes
    )


def _part(cell: Any, columns: dict[str, str]) -> dict[str, Any]:
    part = {name: cell(column) for name, column in columns.items()}
    return {name: value for name, value in part.items() if value is not None}


def _literal(value: str | None) -> Any:
    """Lists stand in the flat file as Python writes them."""
    if value is None or not value.startswith("["):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
