"""Reads the value of each field from its cell: exactly, or with a reported fault."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from actions.cells import read_budget, read_status, read_when, suggest_status
from actions.enums import BudgetNature, Status
from pcaet.lib.numbers import plain
from pcaet.lib.tables.sheet import Value, number_text, text_of

from .folding import fold
from .organisations import OrganisationReader
from .records import Level

# Statuses, dates and budgets come back from line to line: each is read once. What
# these readings hold is never changed in place.
REPEATED = 4096

NATURES = {
    **{fold(label): value for value, label in BudgetNature.choices},
    **dict.fromkeys(("invest", "invest.", "inv", "inv.", "i"), "investment"),
    **dict.fromkeys(("fonct", "fonct.", "fct", "f"), "operation"),
}

LONGEST_RAW = 300
LONGEST_CODE = 30
LONGEST_TERM = 200
LONGEST_LEVEL = 500

ITEM = re.compile(r"^[-–—•·▪*]\s+")
# «- Acquisition de bennes - Géolocalisation»: a list on one line.
INLINE_ITEM = re.compile(r"\s+[-–]\s+(?=[A-ZÀÂÉÈÊÎÔÇ])")
LIST_SEPARATOR = re.compile(r"\s*[;\n]\s*")
COMMAS = re.compile(r"\s*,\s*")
CODE_WORDS = re.compile(
    r"^(?:fiche[- ])?(?:action|levier|mesure|fiche|n[°º]|numero|numéro)s?\s*"
    r"(?:n[°º]\s*)?(?=[0-9A-Z])",
    re.IGNORECASE,
)
LEVEL_WORD = (
    r"(?:axe|engagement|objectif|orientation|domaine|volet|ambition|enjeu|thème|"
    r"theme|défi|pilier|chantier|programme|sous-axe|priorité|mesure|levier)"
)
LABELLED_LEVEL = re.compile(
    rf"^{LEVEL_WORD}s?(?:\s+(?:strat[ée]gique|op[ée]rationnel(?:le)?|th[ée]matique))?"
    r"\s*(?:n[°º]\s*)?"
    r"(?P<code>[0-9]+(?:\.[0-9]+)*|[IVX]{1,4}|[A-Z][0-9]{0,2})\.?"
    r"(?:\s*[:|–—-]\s*|\s+)?(?P<title>.*)$",
    re.IGNORECASE | re.DOTALL,
)
NUMBERED_LEVEL = re.compile(
    r"^(?P<code>[0-9]{1,2}(?:\.[0-9]+)*|[A-Z]{1,3}[0-9]{1,2}(?:\.[0-9]+)*)"
    r"(?:\.|\)|\s*[:|–—-])?\s+(?P<title>\S.*)$",
    re.DOTALL,
)
DATES_APART = re.compile(r"\s*(?:\bà\b|\bau\b|->|→|[-–—/])\s*", re.IGNORECASE)
PERIOD = re.compile(
    r"^(?:de |du |entre )?(.+?)\s*(?:–|—|-|→|\bà\b|\bau\b|\bet\b)\s*(.+)$"
)
REFERENCE_CODE = re.compile(r"(?<![0-9.])[0-9](?:\.[0-9]{1,2}){1,3}(?![0-9])")

FLAGS = {
    "attenuation": "attenuation",
    "action d'attenuation": "attenuation",
    "adaptation": "adaptation",
    "action d'adaptation": "adaptation",
    "citoyen": "citoyen",
    "citoyenne": "citoyen",
    "dimension citoyenne": "citoyen",
    "action avec dimension citoyenne": "citoyen",
    "avec dimension citoyenne": "citoyen",
}
STATUS_LABELS = {str(status.value): str(status.label) for status in Status}


@dataclass(frozen=True, slots=True)
class Problem:
    level: Level
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, or None where the cell is refused; and what is to be said of it."""

    value: Any
    problem: Problem | None = None


def tidy_text(value: Value) -> str:
    """A long text: lists on one line are opened, as the plan files write them."""
    text = text_of(value)
    if text.startswith("- ") and "\n" not in text:
        text = "\n- ".join(INLINE_ITEM.split(text))
    return text


def tidy_title(value: Value) -> str:
    """A title: the bullet that opens a single line is the table's, not the title's."""
    text = tidy_text(value)
    if "\n" not in text:
        return ITEM.sub("", text) if text.startswith(("-", "–", "•")) else text
    lines = text.split("\n")
    if any(ITEM.match(line) for line in lines):
        return text
    return " ".join(filter(None, lines))


def items_of(value: Value) -> list[str]:
    """The items of a cell that lists some, one by line."""
    lines = (ITEM.sub("", line).strip() for line in tidy_text(value).split("\n"))
    return [line for line in lines if line]


def terms_of(value: Value) -> list[str]:
    """Words parted by lines or semicolons, by commas where there are none."""
    text = text_of(value)
    cut = LIST_SEPARATOR if LIST_SEPARATOR.search(text) else COMMAS
    found = (ITEM.sub("", part).strip() for part in cut.split(text))
    return list(dict.fromkeys(part[:LONGEST_TERM] for part in found if part))


def read_code(value: Value) -> Reading:
    text = " ".join(CODE_WORDS.sub("", text_of(value)).split())
    if "/" in text or len(text) > LONGEST_CODE:
        return Reading(
            None,
            Problem(
                Level.ERROR,
                f"« {text[:40]} » ne peut pas être un numéro d’action.",
                f"Écrire au plus {LONGEST_CODE} signes, sans barre oblique.",
            ),
        )
    return Reading(text)


@lru_cache(maxsize=REPEATED, typed=True)
def read_status_cell(value: Value) -> Reading:
    raw = " ".join(text_of(value).split())
    if len(raw) > LONGEST_RAW:
        return Reading(None, _too_long(raw))
    if not any(sign.isalnum() for sign in raw):
        return Reading({"status": "", "raw": raw})
    status = read_status(raw)
    if status:
        return Reading({"status": status, "raw": raw})
    likely = suggest_status(raw)
    remedy = (
        f"Est-ce « {STATUS_LABELS[likely]} » ? Corriger la cellule."
        if likely
        else f"Écrire l’un des statuts : {', '.join(STATUS_LABELS.values())}."
    )
    problem = Problem(Level.WARNING, "Ce statut n’est pas connu.", remedy)
    return Reading({"status": "", "raw": raw}, problem)


def read_flags(value: Value) -> tuple[list[str], Reading | None, list[str]]:
    """Types and status of a cell such as «Action en cours, atténuation»."""
    types: list[str] = []
    status: Reading | None = None
    unknown: list[str] = []
    for part in terms_of(value):
        bare = part.removeprefix("Action ").removeprefix("action ")
        if flag := FLAGS.get(fold(part)) or FLAGS.get(fold(bare)):
            types.append(flag)
        elif named := read_status(bare) or read_status(part):
            status = Reading({"status": named, "raw": part})
        else:
            unknown.append(part)
    return types, status, unknown


def read_types(value: Value) -> list[str]:
    return [FLAGS.get(fold(term), term) for term in terms_of(value)]


@lru_cache(maxsize=REPEATED, typed=True)
def read_when_cell(value: Value) -> Reading:
    if isinstance(value, datetime.date):
        raw, found = french_day(value), read_when(value)
    else:
        found = read_when(text_of(value))
        raw = " ".join(found.raw.split())
    if len(raw) > LONGEST_RAW:
        return Reading(None, _too_long(raw))
    content = {
        "year": found.year,
        "date": found.date.isoformat() if found.date else None,
        "raw": raw,
    }
    if found.understood:
        return Reading(content)
    return Reading(content, _undated(raw))


def french_day(day: datetime.date) -> str:
    """A date as people write it in a cell: 31/05/2026."""
    return f"{day:%d/%m/%Y}"


def _undated(raw: str) -> Problem:
    if not any(sign.isalnum() for sign in raw):
        return Problem(Level.NOTE, f"« {raw} » ne dit pas de date : elle reste vide.")
    return Problem(
        Level.WARNING,
        "Cette date n’est pas comprise : le texte est gardé, la date reste vide.",
        "Écrire une année (2026), un mois (mai 2026) ou une date (31/05/2026).",
    )


def read_period(value: Value) -> tuple[Reading, Reading] | None:
    """Start and end of «2019-2022», «de mars 2019 à juin 2022»."""
    text = " ".join(text_of(value).split())
    match = PERIOD.match(text)
    if match:
        start, end = read_when_cell(match[1]), read_when_cell(match[2])
        if not start.problem and not end.problem:
            return start, end
    alone = read_when_cell(value)
    return None if alone.problem else (alone, Reading({**alone.value, "raw": ""}))


@lru_cache(maxsize=REPEATED, typed=True)
def read_budget_cell(value: Value) -> Reading:
    cell = value if isinstance(value, (int, float)) else text_of(value)
    found = read_budget(cell)
    content = {
        "min": plain(found.minimum) if found.minimum is not None else None,
        "max": plain(found.maximum) if found.maximum is not None else None,
        "uncertain": found.uncertain,
        "raw": number_text(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else found.raw,
    }
    if found.understood:
        return Reading(content)
    if not any(sign.isdigit() for sign in found.raw):
        problem = Problem(
            Level.NOTE, "Ce budget n’est pas chiffré : le texte est gardé."
        )
    else:
        problem = Problem(
            Level.WARNING,
            "Ce budget n’est pas compris : le texte est gardé, le montant reste vide.",
            "Écrire un montant (50 000 €, 1,5 M€) ou deux bornes (17 à 27 M€).",
        )
    return Reading(content, problem)


def read_role(
    value: Value, reader: OrganisationReader, *, departments: bool = False
) -> Reading:
    raw = tidy_text(value)
    found = reader.read(raw, departments=departments)
    content = {
        "raw": raw,
        "named": [[n.organisation, n.service, n.note] for n in found.named],
    }
    if not found.unread:
        return Reading(content)
    unread = found.unread[0]
    return Reading(
        content,
        Problem(
            Level.NOTE,
            f"« {unread[:120]} » ne se lit pas comme un nom d’organisme : la phrase est "
            "gardée telle quelle.",
            "Pour lier un organisme, écrire son nom seul.",
        ),
    )


def read_references(
    value: Value, catalogue: str, titles: Mapping[str, str]
) -> tuple[list[list[str]], list[str]]:
    """The measures of a catalogue that a cell cites, and the codes it doesn't hold."""
    codes = list(dict.fromkeys(REFERENCE_CODE.findall(text_of(value))))
    unknown = [code for code in codes if code not in titles]
    return [[catalogue, code] for code in codes], unknown


def split_level(text: str) -> tuple[str, str]:
    """Number and words of a level: «AXE 5 | GOUVERNANCE» is 5 and GOUVERNANCE."""
    text = " ".join(text.split())
    if (match := LABELLED_LEVEL.match(text)) and _is_code(match["code"], text):
        return match["code"], match["title"].strip()[:LONGEST_LEVEL]
    if match := NUMBERED_LEVEL.match(text):
        return match["code"], match["title"].strip()[:LONGEST_LEVEL]
    return "", text[:LONGEST_LEVEL]


def _is_code(code: str, text: str) -> bool:
    """«Objectif A - …» is numbered; «Axe Mobilité» and «Objectif d’impact» are not."""
    return code[0].isdigit() or f"{code} " in f"{text} " or f"{code}:" in text


def _too_long(raw: str) -> Problem:
    return Problem(
        Level.ERROR,
        f"Ce texte compte {len(raw)} signes, pour {LONGEST_RAW} au plus ici.",
        "Le raccourcir, ou choisir une autre colonne pour ce champ.",
    )
