"""The report of an import as a workbook: what to correct, and every change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actions.tables.preview import OUTCOME_LABELS, Outcome
from pcaet.lib.export import Column, write_workbook

LEVELS = {"error": "Refusé", "warning": "À vérifier", "note": "Pour information"}

FAULTS: list[Column[Any]] = [
    Column("Gravité", lambda fault: LEVELS[fault["level"]], 16),
    Column("Cellule", lambda fault: fault["address"], 24),
    Column("Valeur", lambda fault: fault["value"], 40),
    Column("Ce qui ne va pas", lambda fault: fault["message"], 60),
    Column("Que faire", lambda fault: fault["remedy"], 60),
]
CHANGES: list[Column[Any]] = [
    Column("Devenir", lambda row: row[0], 18),
    Column("Nature", lambda row: row[1], 18),
    Column("Intitulé", lambda row: row[2], 50),
    Column("Champ", lambda row: row[3], 30),
    Column("Avant", lambda row: row[4], 40),
    Column("Après", lambda row: row[5], 40),
    Column("Cellule", lambda row: row[6], 24),
    Column("Non appliqué parce que", lambda row: row[7], 40),
]


def report_workbook(report: dict[str, Any]) -> bytes:
    """Two sheets: the faults with their remedies, and the lines with their changes."""
    return write_workbook(
        [
            ("À corriger", FAULTS, report["faults"]),
            ("Lignes", CHANGES, _rows(report["lines"])),
        ]
    )


def _rows(lines: Iterable[dict[str, Any]]) -> Iterable[list[str]]:
    for line in lines:
        outcome = OUTCOME_LABELS[Outcome(line["outcome"])][0].capitalize()
        head = [outcome, line["kind"], line["label"]]
        if not line["changes"]:
            yield [*head, "", "", "", line["address"], ""]
        for change in line["changes"]:
            yield [*head, *change]
