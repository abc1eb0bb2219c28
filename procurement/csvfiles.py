"""Files beside the published data: sizes of firms, small purchases, execution, AGEC.

Each is recognised by its header. All its rows are checked, the good ones are written
in one transaction, and the report names the others by their line.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from simple_history.utils import bulk_update_with_history

from actions.models import Organisation
from pcaet.lib.batches import batches
from pcaet.lib.text import fold

from .decp import values as v
from .decp.load import (
    FOREIGN_BUYER,
    Delivery,
    Report,
    import_file,
    import_records,
)
from .decp.source import SourceFile, SourceRecord
from .enums import ContractKind, SizeClass, Source
from .execution import (
    EXECUTION_KEY,
    EXECUTION_MAPPING,
    Execution,
    is_execution,
)
from .faults import RowFault
from .models import AgecLine, Buyer, Contract, Holder, ImportedFile

MAX_ROWS = 200_000


class CsvFileError(Exception):
    """The file as a whole cannot be read; the message says why, in French."""


Row = dict[str, str]

# Columns that tell one file from another, folded.
SIRENE_MARK = "categorieentreprise"
AGEC_MARK = "type_produit_acquis"
SMALL_MARKS = {"objet", "montant", "date"}

SIRENE_SIZES = {
    "MIC": SizeClass.MICRO,
    "PME": SizeClass.SME,
    "ETI": SizeClass.MID,
    "GE": SizeClass.LARGE,
}

# Register of purchases under 40 000 €: the column → the field of the published data.
SMALL_MAPPING = {
    "numéro": "id",
    "objet": "objet",
    "CPV": "codeCPV",
    "procédure": "procedure",
    "durée (mois)": "dureeMois",
    "date": "dateNotification",
    "montant": "montant",
    "offres reçues": "offresRecues",
    "considérations sociales": "considerationsSociales",
    "considérations environnementales": "considerationsEnvironnementales",
}
SMALL_COLUMNS = {field: column for column, field in SMALL_MAPPING.items()} | {
    "acheteur.id": "acheteur",
    "titulaires": "titulaire",
}
AGEC_AMOUNTS = {
    "total": "montant_total",
    "reused": "montant_reemploi_et_reutilisation",
    "donated": "montant_produits_issus_don",
    "recycled": "montant_produits_recycles",
}


def import_any(
    content: bytes,
    *,
    name: str,
    today: date,
    user: User | None = None,
    owner: Organisation | None = None,
    only_ours: bool = False,
    dry_run: bool = False,
) -> Report:
    """Bring in a file of any kind that the register knows.

    Args:
        owner: whose the buyers are that the register does not know yet.
        only_ours: leave aside the buyers not linked to the user's authorities.

    Raises:
        DecpFileError, CsvFileError: the file as a whole cannot be read.
    """
    reader = _reader_of(content)
    if reader is None:
        return import_file(
            content,
            name=name,
            today=today,
            user=user,
            owner=owner,
            only_ours=only_ours,
            dry_run=dry_run,
        )
    rows = _rows(content)
    digest = hashlib.sha256(content).hexdigest()
    report = Report(name=name[:300], sha256=digest, shape="")
    with transaction.atomic():
        reader(rows, report, Delivery(today, user, owner, only_ours))
        if report.file_id is None:
            file = ImportedFile.objects.create(
                name=report.name,
                sha256=digest,
                shape=report.shape,
                imported_by=user,
                report=report.as_json(),
            )
            report.file_id = file.pk
        transaction.set_rollback(dry_run)
    return report


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _header(content: bytes) -> set[str]:
    first = _text(content[:20_000]).split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        names = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return set()
    return {fold(name) for name in names}


def _reader_of(
    content: bytes,
) -> Callable[[list[Row], Report, Delivery], None] | None:
    if content.lstrip()[:1] in (b"{", b"[", b"<"):
        return None
    header = _header(content)
    if SIRENE_MARK in header:
        return _read_sizes
    if AGEC_MARK in header:
        return _read_agec
    if is_execution(header):
        return _read_execution
    if header >= SMALL_MARKS and "acheteur.id" not in header:
        return _read_small
    return None


def _rows(content: bytes) -> list[Row]:
    text = _text(content)
    delimiter = max(";,\t", key=text.split("\n", 1)[0].count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    rows.fieldnames = [fold(name) for name in rows.fieldnames or ()]
    try:
        found = [{k: (c or "").strip() for k, c in row.items() if k} for row in rows]
    except (csv.Error, AttributeError) as error:
        raise CsvFileError(
            f"Le CSV est abîmé vers la ligne {rows.line_num}."
        ) from error
    if len(found) > MAX_ROWS:
        raise CsvFileError("Le fichier dépasse 200 000 lignes : le découper.")
    return found


def _each(rows: list[Row], report: Report, read: Callable[[Row], Any]) -> list[Any]:
    """Every row read, the faults in the report with their line."""
    found = []
    for line, row in enumerate(rows, start=2):
        try:
            found.append(read(row))
        except RowFault as fault:
            report.rejected += 1
            path = f"ligne {line}, colonne « {fault.column} »"
            report.rejections.append({"path": path, "reason": fault.reason})
    return found


def _read_sizes(rows: list[Row], report: Report, delivery: Delivery) -> None:
    """Sizes of firms as SIRENE gives them, on every premises of each firm."""
    report.shape, report.read = "sirene", len(rows)
    found = dict(_each(rows, report, _size))
    firms: dict[str, list[Holder]] = {}
    for some in batches(found, 500):
        for holder in Holder.objects.filter(_starts_with(some)):
            firms.setdefault(holder.siren, []).append(holder)
    changed = []
    for siren, (size, year, name, social) in found.items():
        holders = firms.get(siren, [])
        news = [h for h in holders if _set_size(h, size, year, name, social)]
        changed += news
        report.updated += bool(news)
        report.unchanged += not news
    report.unchanged += report.read - report.rejected - len(found)
    Holder.objects.bulk_update(
        changed,
        ["size_class", "size_year", "name", "is_social_economy"],
        batch_size=500,
    )


def _starts_with(sirens: list[str]) -> Q:
    return Q(*(("identifier__startswith", siren) for siren in sirens), _connector=Q.OR)


def _size(row: Row) -> tuple[str, tuple[str, int | None, str, bool | None]]:
    siren = (row.get("siren") or row.get("siret") or "").replace(" ", "")[:9]
    if len(siren) != 9 or not siren.isdigit():
        raise RowFault("siren", "Un SIREN a neuf chiffres.")
    written = row[SIRENE_MARK].upper()
    if written and written not in SIRENE_SIZES:
        raise RowFault(
            "categorieEntreprise", f"« {written[:20]} » n’est pas une taille."
        )
    size = SIRENE_SIZES[written].value if written else ""
    year = v.whole(row.get("anneecategorieentreprise"))
    name = row.get("denominationunitelegale") or row.get("denomination") or ""
    social = {"O": True, "N": False}.get(
        row.get("economiesocialesolidaireunitelegale", "").upper()
    )
    return siren, (size, year if year and year < 2200 else None, name[:300], social)


def _set_size(
    holder: Holder, size: str, year: int | None, name: str, social: bool | None
) -> bool:
    before = (
        holder.size_class,
        holder.size_year,
        holder.name,
        holder.is_social_economy,
    )
    holder.size_class = size or holder.size_class
    holder.size_year = year or holder.size_year
    holder.name = holder.name or name
    holder.is_social_economy = holder.is_social_economy if social is None else social
    return before != (
        holder.size_class,
        holder.size_year,
        holder.name,
        holder.is_social_economy,
    )


def _read_agec(rows: list[Row], report: Report, delivery: Delivery) -> None:
    """The yearly declaration of reused and recycled goods."""
    report.shape, report.read = "agec", len(rows)
    lines: list[dict[str, Any]] = _each(
        rows, report, lambda row: _agec_line(row, delivery)
    )
    kept = [line for line in lines if not delivery.leaves_aside(line["siret"])]
    report.left_aside += len(lines) - len(kept)
    unique = {(line["siret"], line["year"], line["family"]): line for line in kept}
    buyers = {
        b.siret: b for b in Buyer.objects.filter(siret__in={k[0] for k in unique})
    }
    for line in unique.values():
        if line["siret"] not in buyers:
            buyers[line["siret"]] = Buyer.objects.create(
                siret=line["siret"], name=line["name"], organisation=delivery.owner
            )
    known = {
        (line.buyer.siret, line.year, line.family): line
        for line in AgecLine.objects.filter(buyer__in=buyers.values()).select_related(
            "buyer"
        )
    }
    report.unchanged += len(kept) - len(unique)
    for key, line in unique.items():
        columns = {name: line[name] for name in (*AGEC_AMOUNTS, "comment")}
        held = known.get(key)
        if held is None:
            AgecLine.objects.create(
                buyer=buyers[key[0]], year=key[1], family=key[2], **columns
            )
            report.created += 1
        elif any(getattr(held, name) != value for name, value in columns.items()):
            AgecLine.objects.filter(pk=held.pk).update(**columns)
            report.updated += 1
        else:
            report.unchanged += 1


def _agec_line(row: Row, delivery: Delivery) -> dict[str, Any]:
    year = v.whole(row.get("annee"))
    if year is None or not 2000 <= year <= 2200:
        raise RowFault("annee", "Une année est attendue.")
    siret = row.get("siret", "").replace(" ", "")
    if len(siret) != 14 or not siret.isdigit():
        raise RowFault("siret", "Un SIRET a quatorze chiffres.")
    if siret in delivery.foreign and not delivery.leaves_aside(siret):
        raise RowFault("siret", FOREIGN_BUYER.format(siret))
    family = row[AGEC_MARK]
    if not family:
        raise RowFault(AGEC_MARK, "La famille de produits est absente.")
    return {
        "year": year,
        "siret": siret,
        "name": row.get("raison_sociale", "")[:300],
        "family": family[:300],
        "comment": row.get("commentaires", ""),
        **{name: _money(row, column) for name, column in AGEC_AMOUNTS.items()},
    }


def _money(row: Row, column: str) -> Decimal:
    found = v.number(row.get(column))
    if found is None or not 0 <= found < 10**13:
        raise RowFault(column, "Un montant positif est attendu.")
    return found.quantize(Decimal("0.01"))


def _read_execution(rows: list[Row], report: Report, delivery: Delivery) -> None:
    """Insertion, evaluation and disputes of contracts, each with its history."""
    report.shape, report.read = "execution", len(rows)
    contracts = Contract.objects.all()
    if delivery.user:
        contracts = contracts.managed_by(delivery.user)
    execution = Execution(contracts, (row[EXECUTION_KEY] for row in rows))
    changed: dict[int, Contract] = {}
    for contract, is_new in _each(rows, report, execution.read):
        if is_new:
            changed[contract.pk] = contract
        report.updated += is_new
        report.unchanged += not is_new
    bulk_update_with_history(
        list(changed.values()),
        Contract,
        list(EXECUTION_MAPPING.values()),
        batch_size=200,
        default_user=delivery.user,
    )


def _read_small(rows: list[Row], report: Report, delivery: Delivery) -> None:
    """Purchases under 40 000 €, through the same checks as published contracts."""
    records = [
        SourceRecord(
            n, f"ligne {n + 2}", ContractKind.CONTRACT, _small(n, row), is_whole=False
        )
        for n, row in enumerate(rows)
        if any(row.values())
    ]
    report.columns = SMALL_COLUMNS
    source = SourceFile("achats", records)
    import_records(source, report, delivery, origin=Source.SMALL)


def _small(position: int, row: Row) -> dict[str, Any]:
    record: dict[str, Any] = {
        field: _listed(field, cell)
        for column, field in SMALL_MAPPING.items()
        if (cell := row.get(fold(column)))
    }
    record.setdefault("id", f"ligne {position + 2}")
    record["acheteur"] = {"id": row.get("acheteur") or row.get("siret acheteur")}
    holder = row.get("titulaire") or row.get("siret titulaire")
    if holder:
        name = row.get("nom du titulaire", "")
        record["titulaires"] = [{"id": holder, "denominationSociale": name}]
    return record


def _listed(field: str, value: str) -> Any:
    if not field.startswith("considerations"):
        return value
    return [part.strip() for part in value.replace("|", ",").split(",")]
