"""Numbers as French documents write them: «1 500», «1 500,50», «0,5»."""

from __future__ import annotations

import re
from decimal import Decimal

# Any space but a line break: plain, non-breaking, narrow, thin, tab…
HORIZONTAL_SPACES = re.compile(r"[^\S\r\n]+")

# «1 500,50», «1500.5», «1’500»: a decimal comma or point, groups of three.
_SPACED = re.compile(
    r"(?P<whole>[0-9]+|[0-9]{1,3}(?:[ '’][0-9]{3})+)(?:[.,](?P<decimals>[0-9]+))?"
)
# «1.500.000», «1.500,50»: groups made by points, where they can be nothing else.
_POINTED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3}){2,}|[0-9]{1,3}(?:\.[0-9]{3})+(?=,))"
    r"(?:,(?P<decimals>[0-9]+))?"
)
# «1.500» is 1,5 for some and 1 500 for others.
_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_SIGNED = re.compile(r"(?P<sign>[-−–+]?) ?(?P<figure>[0-9].*)")
_GROUPING = re.compile(r"[ .'’]")


def read_number(text: str) -> Decimal | None:
    """The number that a text writes, exactly.

    None where the text is anything else than one number, or where its writing may
    mean two numbers («1.500»): the caller says so, nothing is chosen in silence.
    """
    signed = _SIGNED.fullmatch(HORIZONTAL_SPACES.sub(" ", text.strip()))
    if not signed or _AMBIGUOUS.fullmatch(signed["figure"]):
        return None
    figure = signed["figure"]
    match = _SPACED.fullmatch(figure) or _POINTED.fullmatch(figure)
    if not match:
        return None
    whole = _GROUPING.sub("", match["whole"])
    decimals = match["decimals"]
    number = Decimal(f"{whole}.{decimals}" if decimals else whole)
    return number if signed["sign"] in ("", "+") else number.copy_negate()


def plain(value: Decimal) -> str:
    """A number as the files write it, without exponent nor trailing zeros.

    Raises:
        ValueError: for an infinity or a NaN, which no file may hold.
    """
    if not value.is_finite():
        raise ValueError(f"{value} n’est pas un nombre fini")
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if value.is_zero() else digits
