"""French as it is set: counts, numbers, money, dates, no-break spaces."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

from pcaet.lib.numbers import plain

NO_BREAK = "\u00a0"
NARROW = "\u202f"

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u02bc](?=[\w«(])")
_ELLIPSIS = re.compile(r"(?<!\.)\.\.\.(?!\.)")
_LINK = re.compile(r"(?:de|du|des|à|au|aux|en|pour|par|sur)$|d['’]", re.IGNORECASE)
# Only spaces that the author typed change: no word is parted, none is joined.
_SET_SPACES = (
    (re.compile(r"(?<=[^\s])[ \u00a0](?=[;!?](?!\w))"), NARROW),
    (re.compile(r"(?<=[^\s])[ \u00a0](?=:(?!\w)|»)"), NO_BREAK),
    (re.compile(r"(?<=«)[ \u00a0]"), NO_BREAK),
    (re.compile(r"(?<=[0-9])[ \u00a0](?=[%‰€]|[kKM]€)"), NARROW),
    (re.compile(r"(?<=(?<![0-9])[0-9]) (?=[0-9]{3}(?![0-9]))"), NARROW),
    (re.compile(r"(?<=(?<![0-9])[0-9]{2}) (?=[0-9]{3}(?![0-9]))"), NARROW),
    (re.compile(r"(?<=(?<![0-9])[0-9]{3}) (?=[0-9]{3}(?![0-9]))"), NARROW),
    (re.compile(r"(?<=[nN]°)[ \u00a0](?=[0-9])"), NO_BREAK),
)


def counted(number: int, singular: str, plural: str) -> str:
    """«0 résultat», «1 résultat», «2 résultats», with a no-break space."""
    word = plural if abs(number) >= 2 else singular
    return f"{french_number(number)}{NO_BREAK}{word}"


def plural_of(name: str) -> str:
    """«fiches actions», «leviers de redirection»: what follows «de» stays as it is."""
    words = name.split(" ")
    stop = next((i for i, word in enumerate(words) if _LINK.match(word)), len(words))
    return " ".join([*map(_plural_word, words[:stop]), *words[stop:]])


def _plural_word(word: str) -> str:
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return f"{word.removesuffix('al')}aux"
    return f"{word}x" if word.endswith(("eau", "eu")) else f"{word}s"


def french_number(value: Decimal | int) -> str:
    """«1 500,5»: groups of three from a thousand on, and a decimal comma."""
    sign, figure = ("−", -value) if value < 0 else ("", value)
    whole, _, decimals = plain(Decimal(figure)).partition(".")
    grouped = f"{int(whole):,}".replace(",", NARROW)
    return f"{sign}{grouped},{decimals}" if decimals else f"{sign}{grouped}"


def french_percent(share: Decimal) -> str:
    """A share between 0 and 1 as «78 %»: never 100 % nor 0 % for what only nears it."""
    whole = (share * 100).quantize(Decimal(1), ROUND_HALF_UP)
    if whole in (0, 100) and share not in (0, 1):
        whole = (share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
        whole = min(max(whole, Decimal("0.1")), Decimal("99.9"))
    return f"{french_number(whole)}{NARROW}%"


def french_euros(amount: Decimal | int) -> str:
    """«17 000 000 €», with its cents only where there are some."""
    value = Decimal(amount)
    if value == value.to_integral_value():
        return f"{french_number(value)}{NARROW}€"
    cents = abs(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    whole, _, decimals = f"{cents:f}".partition(".")
    sign = "−" if value < 0 else ""
    return f"{sign}{french_number(int(whole))},{decimals}{NARROW}€"


def french_date(day: datetime.date) -> str:
    """«1er mai 2019», in one piece."""
    number = "1er" if day.day == 1 else str(day.day)
    return NO_BREAK.join((number, MONTHS[day.month - 1], str(day.year)))


def french_time(moment: datetime.datetime) -> str:
    """«14 h 32»: the caller chooses the time zone."""
    return f"{moment:%-H}{NO_BREAK}h{NO_BREAK}{moment:%M}"


def typeset(text: str) -> str:
    """The text with the apostrophes and no-break spaces of French typography.

    The words stay as they are: a space or a sign is exchanged for its better form.
    """
    text = _ELLIPSIS.sub("…", _APOSTROPHE.sub("’", text))
    for spaces, proper in _SET_SPACES:
        text = spaces.sub(proper, text)
    return text
