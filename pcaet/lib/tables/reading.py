"""Reads what people send: xlsx, ods, xls, csv, tsv, or a table pasted as text.

Whatever the file holds, the answer is a list of sheets or a French sentence; the
content decides, not the extension of the file's name.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from .sheet import Area, Sheet, Value

MAX_FILE = 20 * 1024 * 1024  # bytes
MAX_UNZIPPED = 150 * 1024 * 1024  # bytes
MAX_ENTRIES = 1000
MAX_ROWS = 99_999
MAX_COLUMNS = 702  # ZZ
MAX_CELL = 32_767  # characters, as in Excel
READING_SECONDS = 90

CHILD = Path(__file__).with_name("workbook_child.py")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# The first bytes of files that people take for tables.
OTHER_KINDS = {
    b"%PDF": "un PDF : copier le tableau et le coller",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une image",
    b"GIF8": "une image",
    b"{\\rtf": "un texte mis en forme : copier le tableau et le coller",
    b"Rar!": "une archive : envoyer le classeur qu’elle contient",
    b"7z\xbc\xaf": "une archive : envoyer le classeur qu’elle contient",
    b"\x1f\x8b": "une archive : envoyer le classeur qu’elle contient",
}
ACCEPTED = "Formats acceptés : .xlsx, .ods, .csv, .tsv."
REFUSALS = {
    "password": "Ce classeur est protégé par un mot de passe : l’enregistrer sans mot "
    "de passe, puis le renvoyer.",
    "memory": "Ce classeur demande trop de mémoire pour être lu : n’y garder que les "
    "feuilles et les lignes utiles, puis le renvoyer.",
    "damaged": "Ce classeur est abîmé ou incomplet : l’ouvrir dans un tableur, "
    "l’enregistrer de nouveau au format .xlsx, puis le renvoyer.",
    "columns": f"Une feuille dépasse {MAX_COLUMNS} colonnes : supprimer les colonnes "
    "inutiles, puis renvoyer le classeur.",
    "rows": "Une feuille dépasse 99 999 lignes : supprimer les lignes inutiles, puis "
    "renvoyer le classeur.",
}
TOO_LARGE = "Ce fichier dépasse 20 Mo : n’y garder que le tableau, puis le renvoyer."

DELIMITERS = "\t;,|"
SNIFFED_LINES = 60
COLUMNS_OF_SPACES = re.compile(r" {2,}|\t+")


class UnreadableTable(ValueError):
    """What was sent is no readable table; the argument is a French sentence."""


def read_file(name: str, content: bytes) -> list[Sheet]:
    """The sheets of a file.

    Raises:
        UnreadableTable: with the sentence to show.
    """
    if not content:
        raise UnreadableTable(f"« {name} » est vide.")
    if len(content) > MAX_FILE:
        raise UnreadableTable(TOO_LARGE)
    if content.startswith((b"PK", OLE)):
        sheets = _read_workbook(content)
    else:
        for start, kind in OTHER_KINDS.items():
            if content.startswith(start):
                raise UnreadableTable(f"« {name} » est {kind}. {ACCEPTED}")
        sheets = [_read_delimited(Path(name).stem, decode(content))]
    return _checked(sheets)


def read_pasted(text: str) -> list[Sheet]:
    """The table of a text pasted from Word, a spreadsheet, a PDF or a web page.

    Raises:
        UnreadableTable: with the sentence to show.
    """
    if len(text) > MAX_FILE:
        raise UnreadableTable(TOO_LARGE)
    if not text.strip():
        raise UnreadableTable("Rien n’a été collé : copier le tableau, puis le coller.")
    text = text.replace("\0", "")
    if "\t" in text:
        rows = _read_tabs(text)
    elif _delimiter(text):
        rows = _parse(text, _delimiter(text))
    else:
        rows = [COLUMNS_OF_SPACES.split(line.strip()) for line in text.splitlines()]
    return _checked([Sheet("Texte collé", _as_rows(rows), is_pasted=True)])


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 with or without its mark, UTF-16, else cp1252.

    Raises:
        UnreadableTable: where the bytes are no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    control = sum(text.count(chr(code)) for code in (*range(9), *range(14, 27)))
    if control * 100 > len(text) + 100:
        raise UnreadableTable(
            f"Ce fichier n’est ni un texte ni un classeur. {ACCEPTED}"
        )
    return text.replace("\0", "")


# Workbooks -----------------------------------------------------------------------


def _read_workbook(content: bytes) -> list[Sheet]:
    if content.startswith(OLE) and ENCRYPTED in content:
        raise UnreadableTable(REFUSALS["password"])
    if content.startswith(b"PK"):
        _check_archive(content)
    answer = _ask_child(content)
    if "refused" in answer:
        raise UnreadableTable(REFUSALS[answer["refused"]])
    return [_sheet(found) for found in answer["sheets"]]


def _check_archive(content: bytes) -> None:
    """Refuse, before anything is unpacked, what would unpack beyond measure."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableTable(REFUSALS["damaged"]) from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableTable(REFUSALS["password"])
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNZIPPED or len(entries) > MAX_ENTRIES:
        raise UnreadableTable(REFUSALS["memory"])
    names = {entry.filename for entry in entries}
    if any(name.startswith("word/") for name in names):
        raise UnreadableTable(
            "Ce fichier est un texte de Word : copier le tableau et le coller."
        )
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise UnreadableTable(f"Cette archive n’est pas un classeur. {ACCEPTED}")


def _ask_child(content: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD)],
            input=content,
            capture_output=True,
            timeout=READING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "memory"}
    if done.returncode < 0:
        return {"refused": "memory"}
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        return {"refused": "memory" if b"emory" in done.stderr else "damaged"}
    return answer


def _sheet(found: dict[str, Any]) -> Sheet:
    for row in found["rows"]:
        for col, value in enumerate(row):
            if isinstance(value, dict):
                row[col] = datetime.date.fromisoformat(value["d"])
    return Sheet(
        name=found["name"],
        rows=found["rows"],
        merged=[Area(*start, *end) for start, end in found["merged"]],
        uncalculated=[(row, col) for row, col in found["uncalculated"]],
        is_hidden=found["hidden"],
    )


# Delimited texts -----------------------------------------------------------------


def _read_delimited(name: str, text: str) -> Sheet:
    return Sheet(name, _as_rows(_parse(text, _delimiter(text) or ";")))


def _as_rows(rows: list[list[str]]) -> list[list[Value]]:
    return [list(row) for row in rows]


def _parse(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(MAX_FILE)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableTable(
            "Ce texte ne se lit pas comme un tableau : l’enregistrer au format .xlsx."
        ) from error


def _delimiter(text: str) -> str:
    """The sign that cuts the most lines into the same number of cells, or nothing."""
    sample = "".join(text.splitlines(keepends=True)[:SNIFFED_LINES])
    best, best_score = "", 0
    for delimiter in DELIMITERS:
        counts = Counter(len(row) for row in _parse(sample, delimiter) if len(row) > 1)
        if not counts:
            continue
        width, lines = counts.most_common(1)[0]
        # Sentences hold commas too: only a table has as many on most of its lines.
        if delimiter == "," and lines * 2 < sample.count("\n"):
            continue
        score = lines * (width - 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _read_tabs(text: str) -> list[list[str]]:
    """Cells parted by tabs; a spreadsheet quotes those that hold line breaks.

    A quotation mark that no mark followed by a tab or a line end closes is a word's.
    """
    rows: list[list[str]] = [[]]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    place = 0
    while place <= len(text):
        cell, place = _next_cell(text, place)
        rows[-1].append(cell)
        if place >= len(text):
            break
        if text[place] == "\n":
            rows.append([])
        place += 1
    return rows


QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=[\t\n]|$)')
BARE = re.compile(r"[^\t\n]*")


def _next_cell(text: str, place: int) -> tuple[str, int]:
    if text.startswith('"', place) and (quoted := QUOTED.match(text, place)):
        cell = quoted[1]
        # A cell that spans lines is quoted by the spreadsheet; tabs never are.
        if "\t" not in cell:
            return cell.replace('""', '"'), quoted.end()
    bare = BARE.match(text, place)
    return (bare[0], bare.end()) if bare else ("", place)


def _checked(sheets: list[Sheet]) -> list[Sheet]:
    """Refuse what is beyond measure; an overlong cell is cut by nobody."""
    for sheet in sheets:
        if len(sheet.rows) > MAX_ROWS:
            raise UnreadableTable(REFUSALS["rows"])
        for number, row in enumerate(sheet.rows):
            if len(row) > MAX_COLUMNS:
                raise UnreadableTable(REFUSALS["columns"])
            for col, value in enumerate(row):
                if isinstance(value, str) and len(value) > MAX_CELL:
                    raise UnreadableTable(
                        f"« {sheet.name} », cellule {sheet.address(number, col)} : le "
                        f"texte dépasse {MAX_CELL} caractères. Le raccourcir, puis "
                        "renvoyer le fichier."
                    )
    return sheets
