"""The samples as other authorities would have written them.

Each variation turns the sheets of a workbook into others that say the same.
"""

from __future__ import annotations

import csv
import datetime
import io
import unicodedata
from collections.abc import Callable
from typing import Any, TypeAlias

import openpyxl

from pcaet.lib.export import Column, write

from .tables import sample, saved

Row: TypeAlias = list[Any]
Sheets: TypeAlias = dict[str, list[Row]]
Variation: TypeAlias = Callable[[Sheets], Sheets]

# Other names that authorities give the columns of the samples.
SYNONYMS = {
    "axe": "Axe stratégique",
    "axe strategique": "AXE",
    "engagement": "Objectif stratégique",
    "objectif": "Objectif opérationnel",
    "objectif strategique": "Engagement",
    "n° action": "Numéro de l’action",
    "action": "Intitulé de l’action",
    "fiche action chapeau": "Titre de l’action",
    "intitule": "Fiche action",
    "n° mesure": "N° de la mesure",
    "mesure": "Sous-action",
    "mesure cit'ergie": "Mesure Cîrergie",
    "pilote": "Responsable",
    "porteur de l'action": "Service pilote",
    "partenaire": "Partenaires associés",
    "partenaires": "Acteurs associés",
    "autres partenaires": "Partenaires",
    "partenaires financiers": "Financeurs",
    "partenaires internes": "Services associés",
    "partenaires externes": "Acteurs externes",
    "indicateur": "Intitulé de l’indicateur",
    "description, definition des sous-actions": "Descriptif",
    "sous-actions": "Contenu",
    "descriptif": "Description",
    "resultats attendus": "Effets attendus",
    "indicateurs de realisation": "Indicateurs de moyens",
    "indicateurs d'effets": "Indicateurs de résultat",
    "concertation, mobilisation": "Participation citoyenne",
    "theme": "Thématique",
    "debut": "Date de démarrage",
    "fin": "Échéance",
    "budget global de l'action": "Coût prévisionnel",
    "indicateur d'avancement de la mesure (menu)": "État d’avancement",
    "caracteristiques": "Typologie",
    "leviers de redirection": "Levier",
    "objectif final d'impact": "Objectif d’impact",
    "2015": "Cible 2015",
    "2016": "Objectif 2016",
    "2017": "Prévu 2017",
    "2018": "2018",
    "2024": "Cible 2024",
    "2026": "Objectif 2026",
}
# The letters that a scan takes for others, each damaged once in a header.
DAMAGES = (("i", "l"), ("t", "f"), ("o", "0"), ("e", "c"), ("l", "1"), ("n", "u"))


def sheets_of(name: str, *, repeated: bool = True) -> Sheets:
    """The cells of a sample; merged ones repeat their value, or stand empty."""
    book = openpyxl.load_workbook(io.BytesIO(sample(name)))
    found: Sheets = {}
    for sheet in book.worksheets:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        for area in sheet.merged_cells.ranges if repeated else ():
            for row in range(area.min_row - 1, area.max_row):
                rows[row][area.min_col - 1] = rows[area.min_row - 1][area.min_col - 1]
        found[sheet.title] = rows
    return found


def bare(text: object) -> str:
    letters = unicodedata.normalize("NFKD", str(text)).replace("’", "'").lower()
    return "".join(sign for sign in letters if not unicodedata.combining(sign)).strip()


# Headers -------------------------------------------------------------------------


def _headers(sheets: Sheets, rename: Callable[[str], str]) -> Sheets:
    """Rename the headers: those of a row, or of a column where tables are turned."""
    for rows in sheets.values():
        cells = rows[0] if len(rows[0]) != 7 else [row[0] for row in rows]
        renamed = [rename(cell) if isinstance(cell, str) else cell for cell in cells]
        if len(rows[0]) == 7:
            for row, cell in zip(rows, renamed, strict=True):
                row[0] = cell
        else:
            rows[0] = renamed
    return sheets


def synonyms(sheets: Sheets) -> Sheets:
    return _headers(sheets, lambda text: SYNONYMS.get(bare(text), text))


def capitals(sheets: Sheets) -> Sheets:
    return _headers(sheets, lambda text: bare(text).upper())


def small(sheets: Sheets) -> Sheets:
    return _headers(sheets, bare)


def scanned(sheets: Sheets) -> Sheets:
    return _headers(sheets, _damaged)


def _damaged(text: str) -> str:
    """One letter in about eight is another."""
    if len(text) < 5 or text.isdigit():
        return text
    for number, (letter, other) in enumerate(DAMAGES):
        place = text.find(letter, 1 + number % 2)
        if place > 0:
            return text[:place] + other + text[place + 1 :]
    return text


# Layout --------------------------------------------------------------------------


def backwards(sheets: Sheets) -> Sheets:
    """The columns in the opposite order."""
    return {name: [row[::-1] for row in rows] for name, rows in sheets.items()}


def turned_order(sheets: Sheets) -> Sheets:
    """The last third of the columns first."""
    found = {}
    for name, rows in sheets.items():
        cut = len(rows[0]) * 2 // 3
        found[name] = [row[cut:] + row[:cut] for row in rows]
    return found


def titled(sheets: Sheets) -> Sheets:
    """A title, an explanation and empty rows above each table."""
    head: list[Row] = [
        ["Plan d’actions 2020-2026"],
        [],
        ["Document de travail, mai"],
        [],
    ]
    return {name: [*head, *rows] for name, rows in sheets.items()}


def aired(sheets: Sheets) -> Sheets:
    """An empty row after every third, the header again after every sixth."""
    found: Sheets = {}
    for name, rows in sheets.items():
        found[name] = [rows[0]]
        for number, row in enumerate(rows[1:], start=1):
            found[name] += [row, *([[]] if number % 3 == 0 else [])]
            found[name] += [rows[0]] if number % 6 == 0 else []
    return found


def spaced(sheets: Sheets) -> Sheets:
    """An empty column first, and one in the middle."""
    return {
        name: [["", *row[:3], None, *row[3:]] for row in rows]
        for name, rows in sheets.items()
    }


def turned(sheets: Sheets) -> Sheets:
    """Rows as columns."""
    return {
        name: [list(column) for column in zip(*rows, strict=True)]
        for name, rows in sheets.items()
    }


def cut(sheets: Sheets) -> Sheets:
    """Each table on several sheets, ten rows each, with its header."""
    found: Sheets = {}
    for name, rows in sheets.items():
        for start in range(1, len(rows), 10):
            part = name if start == 1 else f"{name} ({start // 10 + 1})"
            found[part[:31]] = [rows[0], *rows[start : start + 10]]
    return found


# Files ---------------------------------------------------------------------------


def as_xlsx(sheets: Sheets) -> tuple[str, bytes | str]:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return "plan.xlsx", saved(book)


def as_ods(sheets: Sheets) -> tuple[str, bytes | str]:
    name, rows = next(iter(sheets.items()))
    columns: list[Column[Row]] = [
        Column(str(head or ""), lambda row, place=place: row[place])  # type: ignore[misc]
        for place, head in enumerate(rows[0])
    ]
    return "plan.ods", write("ods", name, columns, rows[1:])


def as_cp1252(sheets: Sheets) -> tuple[str, bytes | str]:
    name, rows = next(iter(sheets.items()))
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows(map(_written, rows))
    return f"{name}.csv", file.getvalue().encode("cp1252", "replace")


def as_pasted(sheets: Sheets) -> tuple[str, bytes | str]:
    """As a spreadsheet puts a selection in the clipboard."""
    rows = next(iter(sheets.values()))
    lines = ["\t".join(_in_clipboard(cell) for cell in _written(row)) for row in rows]
    return "", "\n".join(lines)


def _written(row: Row) -> Row:
    """Dates as a spreadsheet shows them."""
    return [f"{c:%d/%m/%Y}" if isinstance(c, datetime.date) else c for c in row]


def _in_clipboard(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if "\n" in text else text
