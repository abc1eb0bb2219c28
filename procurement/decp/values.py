"""Single values of the published data: text, numbers, days, identifiers, lists. Pure.

Each reader returns the value, or None where nothing usable stands there.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from html import unescape
from typing import Any

from pcaet.lib.text import fold

# What publishers write for «nothing»: a missing value is never a «no».
ABSENT = frozenset(
    {"", "nc", "mq", "mq nc", "cdl", "inx", "null", "none", "nan", "n/a", "undefined"}
)

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:$|[T Z+-])")
_FRENCH_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?:$|\D)")
_CONTROL = re.compile("[\x00-\x1f\x7f\x80-\x9f\ud800-\udfff]+")
_NOT_A_SIGN = re.compile(r"[^a-z0-9]+")

# Longer texts do not come back: they are not worth remembering.
SHORT = 80
# Whole numbers that a float holds exactly.
SAFE = 10**15

TRUE = frozenset({"true", "oui", "1", "vrai", "yes"})
FALSE = frozenset({"false", "non", "0", "faux", "no"})

# La Poste numbers its premises outside of the common rule.
LA_POSTE = "356000000"


def text(value: Any) -> str | None:
    """The text on one line, without entities nor control characters."""
    if type(value) is str:
        return _short_text(value) if len(value) <= SHORT else _clean(value)
    if isinstance(value, (bool, dict, list)) or value is None:
        return None
    return _clean(str(value))


def _clean(value: str) -> str | None:
    if "&" in value:
        value = unescape(value)
    if not value.isprintable():
        value = _CONTROL.sub(" ", value)
    value = " ".join(value.split())
    return None if value.lower() in ABSENT else value


# Most values are words of short lists, or numbers that come back.
_short_text = lru_cache(maxsize=65536)(_clean)


def number(value: Any) -> Decimal | None:
    """A finite number, written as one or as a text («12 345,60»)."""
    if type(value) is int and -SAFE < value < SAFE:
        return Decimal(value)
    if isinstance(value, bool):
        return None
    written = text(value)
    if written is None:
        return None
    bare = written.replace(" ", "").replace("€", "").replace(",", ".")
    try:
        found = Decimal(bare)
    except InvalidOperation:
        return None
    # An exponent beyond any amount would take the memory of the machine.
    return found if found.is_finite() and abs(found.adjusted()) < 30 else None


def plain_number(value: Any) -> int | float | None:
    """The number as JSON writes it: whole where it is."""
    if type(value) is int and -SAFE < value < SAFE:
        return value
    if type(value) is float and -SAFE < value < SAFE and value.is_integer():
        return int(value)
    found = number(value)
    if found is None:
        return None
    return int(found) if found == found.to_integral_value() else float(found)


def whole(value: Any) -> int | None:
    """A whole number that is not negative, «13.0» included."""
    found = number(value)
    if found is None or found < 0 or found != found.to_integral_value():
        return None
    return int(found) if found < 10**9 else None


def boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    written = (text(value) or "").lower()
    if written in TRUE:
        return True
    return False if written in FALSE else None


@lru_cache(maxsize=8192)
def _day(written: str) -> date | None:
    if found := _DAY.match(written):
        iso = found[1]
    elif french := _FRENCH_DAY.match(written):
        iso = f"{french[3]}-{french[2]}-{french[1]}"
    else:
        return None
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def day(value: Any) -> date | None:
    """A day of the calendar; a zone («2018-12-17+01:00») is left aside."""
    return _day(value.strip()) if isinstance(value, str) else None


def items(value: Any, *inner: str) -> list[Any]:
    """The elements of a list, however the publisher wraps them.

    A list, one element alone, a mapping with the inner name, lists within lists, or a
    list written as text all give the same; empty elements are left out.
    """
    found: list[Any] = []
    _collect(value, inner, found)
    return found


def _collect(value: Any, inner: tuple[str, ...], found: list[Any]) -> None:
    if type(value) is str and value[:1] == "[":
        value = _written_list(value)
    if type(value) is dict:
        for name in inner:
            if name in value:
                _collect(value[name], inner, found)
                return
        if value:
            found.append(value)
    elif type(value) is list:
        for element in value:
            _collect(element, inner, found)
    elif value is not None and value != "":
        found.append(value)


def _written_list(value: str) -> Any:
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError):
        return value


@lru_cache(maxsize=4096)
def folded(value: str) -> str:
    return fold(value)


def bare(value: str) -> str:
    """The letters and figures of a text: what two publications of it share."""
    letters = unicodedata.normalize("NFKD", value).encode("ascii", "ignore")
    return _NOT_A_SIGN.sub("", letters.decode().lower())


@lru_cache(maxsize=65536)
def is_siret(value: str) -> bool:
    """Fourteen figures whose key is right (Luhn's rule, or La Poste's)."""
    if len(value) != 14 or not (value.isascii() and value.isdigit()):
        return False
    if value.startswith(LA_POSTE):
        return sum(map(int, value)) % 5 == 0
    doubled = (int(figure) * (2 - index % 2) for index, figure in enumerate(value))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
