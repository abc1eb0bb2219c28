"""Files of published contracts, in their four shapes, as records. Pure.

Version 2 in JSON or XML, version 1 in JSON, and the ministry's flat CSV all come out
as the same thing: a mapping with the names of version 2, and its place in the file.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ..enums import ContractKind

# The national consolidation of a month is about 300 MB; an authority's is under one.
MAX_BYTES = 400 * 1024 * 1024
MAX_RECORDS = 1_000_000
# A contract takes a few kilobytes; nothing that is one takes as much as this.
MAX_RECORD_CHARACTERS = 1_000_000

MARKET = "marche"
CONCESSION = "contrat-concession"

# What XML forbids and files of the early years hold.
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class DecpFileError(Exception):
    """The file as a whole cannot be read; the message says why, in French."""


@dataclass(slots=True)
class SourceRecord:
    """One record as it came.

    Attributes:
        path: where it stands, for a person to find it («marches.marche[3]»).
        content: a mapping, or whatever stood in its place.
        notes: what reading already found wrong: (field, sentence).
    """

    position: int
    path: str
    kind: ContractKind
    content: Any
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class SourceFile:
    shape: str
    records: list[SourceRecord]


def read(content: bytes) -> SourceFile:
    """The records of a file, its shape found from its first character.

    Raises:
        DecpFileError: it is too big, broken, or holds no contract.
    """
    if len(content) > MAX_BYTES:
        raise DecpFileError("Le fichier dépasse 400 Mo : le découper par mois.")
    text = _decode(content)
    start = text.lstrip()[:1]
    if not start:
        raise DecpFileError("Le fichier est vide.")
    if start in "{[":
        source = _read_json(text)
    elif start == "<":
        source = _read_xml(text)
    else:
        source = _read_csv(text)
    if len(source.records) > MAX_RECORDS:
        raise DecpFileError("Le fichier dépasse un million de contrats : le découper.")
    return source


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_json(text: str) -> SourceFile:
    try:
        data = json.loads(text, strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise DecpFileError(
            "Le fichier JSON est abîmé ou tronqué : "
            f"ligne {error.lineno}, colonne {error.colno}."
        ) from error
    except (RecursionError, ValueError) as error:
        raise DecpFileError(
            "Le fichier JSON est imbriqué à l’excès ou contient un nombre démesuré."
        ) from error
    root = data.get("marches", data) if isinstance(data, dict) else data
    if isinstance(root, list):
        return SourceFile("json-v1", list(_flat_records(root)))
    if isinstance(root, dict) and (MARKET in root or CONCESSION in root):
        return SourceFile("json-v2", list(_grouped_records(root)))
    raise DecpFileError(
        "Le fichier ne contient ni « marches », ni « contrat-concession » : ce n’est "
        "pas un fichier de données essentielles."
    )


def _grouped_records(root: dict[str, Any]) -> Iterator[SourceRecord]:
    position = 0
    for name, kind in (
        (MARKET, ContractKind.CONTRACT),
        (CONCESSION, ContractKind.CONCESSION),
    ):
        group = root.get(name)
        records = group if isinstance(group, list) else [group] if group else []
        for index, content in enumerate(records):
            path = f"marches.{name}[{index}]"
            yield SourceRecord(position, path, kind, content)
            position += 1


def _flat_records(records: list[Any]) -> Iterator[SourceRecord]:
    for position, content in enumerate(records):
        concession = isinstance(content, dict) and "autoriteConcedante" in content
        kind = ContractKind.CONCESSION if concession else ContractKind.CONTRACT
        yield SourceRecord(position, f"marches[{position}]", kind, content)


def _read_xml(text: str) -> SourceFile:
    bare = _FORBIDDEN_IN_XML.sub("", text)
    # The text is decoded already: what the prologue says of its bytes is over.
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", bare)
    try:
        root: Element = fromstring(bare, forbid_dtd=True)
        data = _of_element(root)
    except DefusedXmlException as error:
        raise DecpFileError(
            "Le fichier XML déclare des entités : il est refusé par sûreté."
        ) from error
    except ParseError as error:
        line, column = error.position
        raise DecpFileError(
            f"Le fichier XML est abîmé ou tronqué : ligne {line}, colonne {column}."
        ) from error
    except RecursionError as error:
        raise DecpFileError("Le fichier XML est imbriqué à l’excès.") from error
    if not isinstance(data, dict) or not (MARKET in data or CONCESSION in data):
        raise DecpFileError("Le fichier XML ne contient aucun contrat.")
    return SourceFile("xml-v2", list(_grouped_records(data)))


def _of_element(element: Element) -> Any:
    """An element as JSON would hold it; a tag that repeats becomes a list."""
    if not len(element):
        return (element.text or "").strip() or None
    found: dict[str, Any] = {}
    for child in element:
        tag = child.tag.rpartition("}")[2]
        value = _of_element(child)
        if tag not in found:
            found[tag] = value
        elif isinstance(found[tag], list):
            found[tag].append(value)
        else:
            found[tag] = [found[tag], value]
    return found


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


def _read_csv(text: str) -> SourceFile:
    first_line = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first_line.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if not {"id", "acheteur.id", "objet"} <= set(rows.fieldnames or ()):
        raise DecpFileError(
            "Le fichier n’est ni du JSON, ni du XML, ni le CSV du ministère (colonnes "
            "« id », « acheteur.id », « objet »)."
        )
    try:
        records = [_of_row(position, row) for position, row in enumerate(rows)]
    except csv.Error as error:
        raise DecpFileError(
            f"Le CSV est abîmé vers la ligne {rows.line_num}."
        ) from error
    return SourceFile("csv", records)


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
