"""Reads the cells of French action tables: budgets, dates, statuses.

A cell is read exactly, or said not to be understood: nothing is guessed. What the
cell held is kept in ``raw``. An empty cell is understood, and says nothing.
"""

from __future__ import annotations

import datetime
import difflib
import re
from dataclasses import dataclass
from decimal import Decimal

from pcaet.lib.numbers import plain, read_number
from pcaet.lib.plan_format import Status
from pcaet.lib.text import clean, fold

Cell = str | int | float | Decimal | datetime.date | None

STATUS_SYNONYMS: dict[str, Status] = {
    "a discuter": "to_discuss",
    "non lance": "to_start",
    "non lancee": "to_start",
    "non demarre": "to_start",
    "non demarree": "to_start",
    "a venir": "to_start",
    "a demarrer": "to_start",
    "nouveau": "new",
    "nouvelle": "new",
    "en cours": "in_progress",
    "en retard": "late",
    "en pause": "paused",
    "suspendu": "paused",
    "suspendue": "paused",
    "bloque": "blocked",
    "bloquee": "blocked",
    "fait": "done",
    "faite": "done",
    "termine": "done",
    "terminee": "done",
    "complete": "done",
    "completee": "done",
    "realise": "done",
    "realisee": "done",
    "abandonne": "abandoned",
    "abandonnee": "abandoned",
}

# «Neuveu» is 0.77 like «Nouveau»; «En court» and «En cours» are 0.88 alike.
SUGGESTION_LIKENESS = 0.75
LONGEST_STATUS = 40

# Euros. Beyond, the cell holds a slip: the State spends half of that in a year.
LARGEST_BUDGET = Decimal(10**12)

SCALES = {
    "": 1,
    "k": 10**3,
    "mille": 10**3,
    "millier": 10**3,
    "m": 10**6,
    "million": 10**6,
    "md": 10**9,
    "milliard": 10**9,
}
AMOUNT = re.compile(
    r"(?P<figure>[0-9](?:[0-9 .,']{0,40}[0-9])?)"
    r"(?: ?(?P<scale>k|mille|millier|millions|million|milliers|milliards|milliard"
    r"|mds|md|m)(?=eur|[^a-z0-9]|$))?"
    r"(?: ?(?P<currency>(?:d'|de )?(?:€|euros?|eur)(?![a-z])))?"
)
NOTE = re.compile(r"\(([^()]*)\)")

# What may stand around amounts, once amounts are written «#».
UNCERTAIN_WORDS = re.compile(
    r"\?+|\b(?:environ|env\b\.?|approximativement|autour de|de l'ordre de|estimee?s? a"
    r"|estimee?|estimatif|estimation|previsionnel|a confirmer|a preciser)|[~≈]"
    r"| ?/ ?an\b|\bpar an\b|\bannuel(?:le)?s?\b"
)
NEUTRAL_WORDS = re.compile(
    r"\b(?:budget|cout|montant|global|total|de la convention|convention|ht|ttc)\b ?:?"
)
# The same expense without and with taxes.
BOTH_TAXES = re.compile(r"# ht(?: |, |/| / | - | soit )# ttc")
SUM = re.compile(r"#(?: ?\+ ?#)+")
RANGE = re.compile(r"(?:de )?# a #|entre # et #|# ?- ?#")
AT_LEAST = re.compile(r"(?:au moins|a partir de|minimum|au minimum) #|# minimum")
AT_MOST = re.compile(r"(?:au plus|jusqu'a|maximum|au maximum) #|# maximum")

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan",
            "fevrier fevr fev",
            "mars",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
# Years in which an action of a plan may begin or end.
YEARS = range(1950, 2101)

BARE_YEAR = re.compile(r"([0-9]{4})(?:[.,]0+)?")
ABOUT_A_YEAR = re.compile(
    r"(?:printemps|ete|automne|hiver|rentree|debut|mi|fin|courant|annee|horizon|en"
    r"|des|depuis|a partir de|d'ici|jusqu'en|(?:1er|2e|2eme|3e|3eme|4e|4eme) trimestre"
    r"|(?:1er|2e|2eme) semestre|[ts][1-4])[ -]([0-9]{4})"
)
MONTH_AND_YEAR = re.compile(r"([a-z]{3,9})\.?[ /-]([0-9]{4}|[0-9]{2})")
NUMBERS_OF_MONTH = re.compile(r"([0-9]{1,2})[/.-]([0-9]{4})")
FRENCH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})")
SPELT_DATE = re.compile(r"([0-9]{1,2})(?:er)? ([a-z]{3,9})\.? ([0-9]{4})")
ISO_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ t]00:00(?::00(?:\.0+)?)?)?"
)


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount in euros, or the two bounds of one."""

    minimum: Decimal | None
    maximum: Decimal | None
    uncertain: bool
    understood: bool
    raw: str


@dataclass(frozen=True, slots=True)
class When:
    """A year, and the date where the cell is that precise.

    A month is dated on its first day.
    """

    year: int | None
    date: datetime.date | None
    understood: bool
    raw: str


def read_status(text: str) -> Status | None:
    """The status that the cell names by a listed word, or None."""
    return STATUS_SYNONYMS.get(fold(text))


def suggest_status(text: str) -> Status | None:
    """The status that a mistyped cell may mean: to be shown, never applied."""
    if len(text) > LONGEST_STATUS:
        return None
    close = difflib.get_close_matches(
        fold(text), STATUS_SYNONYMS, n=1, cutoff=SUGGESTION_LIKENESS
    )
    return STATUS_SYNONYMS[close[0]] if close else None


def read_budget(cell: Cell) -> Budget:
    """The amount of a budget cell; a yearly amount is uncertain, not multiplied."""
    raw = _as_written(cell)
    text = fold(clean(raw))
    found = _read_amounts(text)
    if found is None:
        return Budget(None, None, False, not text, raw)
    minimum, maximum, uncertain = found
    return Budget(minimum, maximum, uncertain, True, raw)


def read_when(cell: Cell) -> When:
    """The year, and the date where there is one, of a start or end cell."""
    raw = _as_written(cell)
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if isinstance(cell, datetime.date):
        return _when(cell.year, cell, raw)
    text = fold(clean(raw))
    if not text:
        return When(None, None, True, raw)
    for pattern in (BARE_YEAR, ABOUT_A_YEAR):
        if match := pattern.fullmatch(text):
            return _when(int(match[1]), None, raw)
    day = _read_date(text)
    return _when(day.year, day, raw) if day else When(None, None, False, raw)


def _as_written(cell: Cell) -> str:
    """The cell as a person sees it: a year stored as 2019.0 reads 2019."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    number = Decimal(str(cell)) if not isinstance(cell, bool) else None
    return plain(number) if number is not None and number.is_finite() else str(cell)


def _read_amounts(text: str) -> tuple[Decimal | None, Decimal | None, bool] | None:
    """Minimum, maximum and doubt, or None where the cell isn't one budget."""
    amounts = _amounts(text)
    skeleton = AMOUNT.sub("#", text)
    notes = " ".join(NOTE.findall(skeleton))
    if not amounts or "#" in text + notes:
        return None
    skeleton = NOTE.sub(" ", skeleton)
    uncertain = bool(UNCERTAIN_WORDS.search(f"{skeleton} {notes}"))
    skeleton = " ".join(UNCERTAIN_WORDS.sub(" ", skeleton).split())
    bounds = _bounds(skeleton, amounts)
    return (*bounds, uncertain) if bounds else None


def _bounds(
    skeleton: str, amounts: list[Decimal]
) -> tuple[Decimal | None, Decimal | None] | None:
    bare = NEUTRAL_WORDS.sub(" ", BOTH_TAXES.sub("# a #", skeleton))
    form = " ".join(bare.split()).rstrip(" .")
    if form == "#":
        return amounts[0], amounts[0]
    if SUM.fullmatch(form):
        return sum(amounts, Decimal(0)), sum(amounts, Decimal(0))
    if RANGE.fullmatch(form):
        return (amounts[0], amounts[1]) if amounts[0] <= amounts[1] else None
    if AT_LEAST.fullmatch(form):
        return amounts[0], None
    return (None, amounts[0]) if AT_MOST.fullmatch(form) else None


def _amounts(text: str) -> list[Decimal]:
    """The amounts of a text, in euros; none where one of them cannot be read.

    In «17 à 27 M€», the unit that closes the text is that of both; in «20 000 à
    1 M€», that is no longer sure.
    """
    amounts: list[Decimal] = []
    scale = ""
    for match in reversed(list(AMOUNT.finditer(text))):
        shares_unit = not (match["scale"] or match["currency"])
        if not shares_unit:
            scale = (match["scale"] or "").removesuffix("s")
        amount = _amount(match["figure"], scale)
        if amount is None or (shares_unit and scale and amount >= 1000 * SCALES[scale]):
            return []
        amounts.insert(0, amount)
    return amounts


def _amount(figure: str, scale: str) -> Decimal | None:
    number = read_number(figure)
    if number is None:
        return None
    decimals = figure.partition(",")[2] or figure.partition(".")[2]
    # «1,500 €» may be one thousand five hundred.
    if not scale and len(decimals) == 3:
        return None
    amount = number * SCALES[scale]
    in_cents = amount * 100 == (amount * 100).to_integral_value()
    return Decimal(plain(amount)) if in_cents and amount < LARGEST_BUDGET else None


def _when(year: int, day: datetime.date | None, raw: str) -> When:
    if year not in YEARS:
        return When(None, None, False, raw)
    return When(year, day, True, raw)


def _read_date(text: str) -> datetime.date | None:
    if match := ISO_DATE.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := FRENCH_DATE.fullmatch(text):
        return _date(match[3], match[2], match[1])
    if match := SPELT_DATE.fullmatch(text):
        return _date(match[3], str(MONTHS.get(match[2], 0)), match[1])
    if match := NUMBERS_OF_MONTH.fullmatch(text):
        return _date(match[2], match[1], "1")
    if match := MONTH_AND_YEAR.fullmatch(text):
        return _date(match[2], str(MONTHS.get(match[1], 0)), "1")
    return None


def _date(year: str, month: str, day: str) -> datetime.date | None:
    """The date, or None where the calendar has no such day; «19» is 2019."""
    whole_year = int(year) + 2000 if len(year) == 2 else int(year)
    try:
        return datetime.date(whole_year, int(month), int(day))
    except ValueError:
        return None
