"""The quantities that a target promises, read from its text.

«1 colloque et 3 matinales organisées» holds two: 1 *colloque*, 3 *matinales
organisées*. The rules are those of the plan format. The text always rules: a reading
that could be wrong is given all the same, marked for a person to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from pcaet.lib.numbers import plain, read_number

EQUAL, AT_LEAST, AT_MOST, ABOUT = "=", ">=", "<=", "~"

# What a wording says of the number that follows it.
COMPARATORS = {
    "au moins": AT_LEAST,
    "au minimum": AT_LEAST,
    "minimum": AT_LEAST,
    "a minima": AT_LEAST,
    "à minima": AT_LEAST,
    "≥": AT_LEAST,
    ">=": AT_LEAST,
    "au plus": AT_MOST,
    "au maximum": AT_MOST,
    "maximum": AT_MOST,
    "jusqu'à": AT_MOST,
    "jusqu’à": AT_MOST,
    "≤": AT_MOST,
    "<=": AT_MOST,
    "environ": ABOUT,
    "près de": ABOUT,
    "autour de": ABOUT,
    "≈": ABOUT,
    "~": ABOUT,
}
# These leave the number itself out, which no comparator can say: doubtful.
STRICT_COMPARATORS = {
    "plus de": AT_LEAST,
    "+ de": AT_LEAST,
    ">": AT_LEAST,
    "moins de": AT_MOST,
    "<": AT_MOST,
}
# These may also follow their number: «2 réunions au minimum».
TRAILING_WORDINGS = {
    "au moins",
    "au minimum",
    "minimum",
    "a minima",
    "à minima",
    "au plus",
    "au maximum",
    "maximum",
    "environ",
}
# …and with a number on each side, only these surely belong to the next.
LEADING_WORDINGS = {"au moins", "au plus", "environ"}

ROUND_NUMBERS = {
    "dizaine": 10,
    "douzaine": 12,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
    "millier": 1000,
}
# Power of ten of an amount in euros, by its scale without the plural.
SCALES = {"k": 3, "millier": 3, "m": 6, "million": 6, "md": 9, "mrd": 9, "milliard": 9}

# A figure of more digits is a SIRET or a bank account, not a count.
MAX_WHOLE_DIGITS = 12

# What the base holds exactly of a value: digits before the comma, and after.
DIGITS_BEFORE, DIGITS_AFTER = 18, 6
# Characters that the base holds of a unit.
MAX_UNIT = 500

# Characters looked at before a number, enough for the longest wording.
NEAR = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that a target counts.

    ``comparator`` is one of =, >=, <=, ~; ``unit`` keeps the words as written, from
    «%» for a rate, from «€» for an amount, whose ``value`` is in euros. ``doubtful``
    marks a reading that a person must confirm.
    """

    comparator: str
    value: Decimal
    unit: str
    doubtful: bool


def read_quantities(text: str) -> list[Quantity]:
    """The quantities of a target text, in its order; none where it has no number.

    A figure that the base cannot hold is an account number, not a count: left out.
    """
    return [quantity for quantity in _all_in(text) if is_storable(quantity.value)]


def figures_left_out(text: str) -> list[str]:
    """The figures of a text that are too long to be quantities."""
    return [plain(q.value) for q in _all_in(text) if not is_storable(q.value)]


def _all_in(text: str) -> list[Quantity]:
    found = _find_numbers(_tidy(text))
    return [quantity for number in found for quantity in _quantities(number)]


def is_storable(value: Decimal) -> bool:
    """Whether the base can hold the value as it is written, to its last digit."""
    decimals = plain(value).partition(".")[2]
    return abs(value) < Decimal(10) ** DIGITS_BEFORE and len(decimals) <= DIGITS_AFTER


@dataclass(slots=True)
class _Number:
    """A number that opens a quantity, and the words up to the next one."""

    start: int
    end: int
    marker: str
    bounds: list[tuple[str, Decimal]]
    unit_head: str
    doubtful: bool
    tail: str = ""


# --- The text ----------------------------------------------------------------------


def _tidy(text: str) -> str:
    """Every space plain and single, line breaks kept: they separate quantities."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _fold(text: str) -> str:
    """The text in small letters, each at its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _any_of(wordings: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(wordings, key=len, reverse=True)))


# --- The numbers -------------------------------------------------------------------

_ALL_COMPARATORS = COMPARATORS | STRICT_COMPARATORS
_WORDS = _any_of(word for word in _ALL_COMPARATORS if word[-1].isalpha())
_SIGNS = _any_of(sign for sign in _ALL_COMPARATORS if not sign[-1].isalpha())
_MARKER = (
    rf"(?:(?P<marker>(?<!\w)(?:{_WORDS})|{_SIGNS})(?P<gap>[ \n]?)(?:de |d['’]|: ?)?)?"
)

# All patterns read folded, tidied text. Each repetition starts on a character that
# cannot belong to the one before, so that reading time grows with the text only.
_FIGURE = r"(?:[0-9]{1,3}(?:[ '’][0-9]{3})+(?![0-9])|[0-9]+)(?:[.,][0-9]+)*"
_RATE = r"(?: ?(?:%|[km]?€))?"
# «H2020», «J-24», «L.2124-3»: digits bound to letters are part of a name.
_UNBOUND = r"(?<!\w)(?<!\w-)(?<![0-9][.,])(?<!\b[^\W\d_]\.)"
_SINGLE = (
    rf"(?P<between>(?<!\w)entre (?={_FIGURE}{_RATE} (?:et|à) [0-9]))?"
    rf"(?:(?<!\w)(?P<sign>[-−–]) ?)?{_UNBOUND}(?P<low>{_FIGURE})"
    rf"(?:(?P<low_rate>{_RATE})(?(between) (?:et|à) |(?: à | ?[-–] ?))"
    rf"(?P<high>{_FIGURE})|(?P<slashed>(?:/[0-9]+)+))?"
)
_ROUND = (
    r"(?:(?:(?<!\w)une )?(?<!\w)(?P<tens>[0-9]+)aine|"
    rf"(?<!\w)une? (?P<round>{_any_of(ROUND_NUMBERS)}))(?!\w)"
    # A «quinzaine» of nothing is a fortnight.
    r"(?:(?<!quinzaine)| (?=d[e'’]))(?: ?de | ?d['’])?"
)
_NUMBER = re.compile(rf"{_MARKER}(?:{_ROUND}|{_SINGLE})")

_MONEY = re.compile(
    rf" ?(?:(?P<scale>{_any_of(SCALES)})s? ?)?(?:d['’]|de )?(?:€|euros?(?!\w))"
)
_PERCENT = re.compile(r" ?%")
_DEGREES = re.compile(r" ?° ?c(?!\w)")

# --- Numbers that name rather than count -------------------------------------------

_ORDINAL = re.compile(
    r"(?:(?:er|ère|re|e|è|ème|eme|ième|nd|nde)s?(?!\w)|°(?! ?c)|\)(?= |$))"
)
_LISTED = re.compile(r"[./-] ")
_NAMED = re.compile(
    r"(?<!\w)(?:n ?[°º]|numéro|cop|articles?|art\.|axe|action|mesure|levier|fiche|"
    r"phase|lot|tranche|page|p\.|annexe|tome|volet|scope|agenda|horizon|loi|décret|"
    r"iso|rt|re|version) ?$"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:[.,][0-9]+)*")
_DATED = re.compile(
    r"(?<!\w)(?:en|d['’]ici(?: à)?|fin|début|avant|après|dès|depuis|courant|horizon|"
    r"année|été|automne|hiver|printemps|rentrée|janvier|février|mars|avril|mai|juin|"
    r"juillet|août|septembre|octobre|novembre|décembre|"
    r"(?:19|20)[0-9]{2}(?: et| à|,)) ?$"
)
_COUNTS_WORD = re.compile(r" ?(?!(?:et|ou|puis|à|au|pour|par|avec|sur|dans)\b)[^\W\d_]")


def _names_something(match: re.Match[str], folded: str) -> bool:
    """Whether the number is a year, a rank, a reference: «COP 21», «article 3»."""
    if match["low"] is None or _is_measured(match, folded):
        return False
    end = match.end()
    before = folded[max(0, match.start("low") - NEAR) : match.start("low")]
    opens_line = not before or before[-1] == "\n"
    return bool(
        match["slashed"]
        or _ORDINAL.match(folded, end)
        or _NAMED.search(before)
        or (opens_line and _LISTED.match(folded, end))
        or (
            _YEAR.fullmatch(match["low"])
            and (_DATED.search(before) or not _COUNTS_WORD.match(folded, end))
        )
    )


def _is_measured(match: re.Match[str], folded: str) -> bool:
    end = match.end()
    return bool(_PERCENT.match(folded, end) or _MONEY.match(folded, end))


def _find_numbers(tidy: str) -> list[_Number]:
    folded = _fold(tidy)
    found: list[_Number] = []
    depth = seen = 0
    for match in _NUMBER.finditer(folded):
        before, seen = folded[seen : match.start()], match.start()
        depth = max(0, depth + before.count("(") - before.count(")"))
        cutting = _CUTTING if found else _CUTTING_LEAD
        names = _names_something(match, folded)
        inside = depth > 0 or bool(cutting.search(before[-NEAR:]))
        if found and (names or inside):
            found[-1].doubtful = True  # its unit holds this number too
        else:
            number = _number(match, folded, after_another=bool(found))
            number.doubtful |= names or inside
            found.append(number)
    _give_tails(found, tidy)
    return found


def _give_tails(found: list[_Number], tidy: str) -> None:
    for number, following in pairwise(found):
        number.tail = tidy[number.end : following.start]
        if _runs_into(number, following):
            number.doubtful = following.doubtful = True
    for number in found[-1:]:
        number.tail = tidy[number.end :]


def _number(match: re.Match[str], folded: str, *, after_another: bool) -> _Number:
    marker, start = match["marker"] or "", match.start()
    if after_another and match["gap"] == "\n" and marker in TRAILING_WORDINGS:
        # «2 réunions au minimum ⏎ 3 ateliers»: the line break leaves it to the first.
        start, marker = match.end("gap"), ""
    money = _MONEY.match(folded, match.end())
    return _Number(
        start=start,
        end=money.end() if money else match.end(),
        marker=marker,
        bounds=_bounds(match, marker, money),
        unit_head="€" if money else "",
        doubtful=marker in STRICT_COMPARATORS or _is_unsure(match, folded),
    )


def _bounds(
    match: re.Match[str], marker: str, money: re.Match[str] | None
) -> list[tuple[str, Decimal]]:
    if match["low"] is None:
        value = Decimal(match["tens"] or ROUND_NUMBERS[match["round"]])
        return [(_ALL_COMPARATORS.get(marker, ABOUT), value)]
    low_money = _MONEY.match(match["low_rate"] or "") or money
    low = _value(match["low"], _power(low_money))
    if match["sign"] and _is_glued_sign(match):
        low = low.copy_negate()
    if match["high"] is None:
        return [(_ALL_COMPARATORS.get(marker, EQUAL), low)]
    high = _value(match["high"], _power(money))
    return [
        (AT_LEAST if low <= high else AT_MOST, low),
        (AT_MOST if low <= high else AT_LEAST, high),
    ]


def _power(money: re.Match[str] | None) -> int:
    return SCALES[money["scale"]] if money and money["scale"] else 0


def _value(figure: str, power: int = 0) -> Decimal:
    """The figure, or its likeliest reading where it has several: see _is_unsure."""
    writings = (figure, figure.replace(".", " "), re.split(r"[.,]", figure)[0])
    number = next(filter(None, map(read_number, writings)), Decimal(0))
    return Decimal(plain(Decimal(f"{number:f}E{power}")))


# --- Doubt -------------------------------------------------------------------------

_DURATION = re.compile(
    r" ?(?:mois|ans?|années?|trimestres?|semaines?|jours?|heures?|h|min|minutes?)"
    r"(?![^\W\d_])"
)
# Units that are written against their figure; any other letters there are suspect.
_KNOWN_UNIT = re.compile(
    r"(?:[kmgt]?wh?c?|kwhep|[km]?t|teq|tco2|tco2e|ha|km|km2|km²|m|m2|m²|m3|m³|l|kg)"
    r"(?!\w)"
)


def _is_glued_sign(match: re.Match[str]) -> bool:
    return match.end("sign") == match.start("low")


def _is_unsure(match: re.Match[str], folded: str) -> bool:
    """Whether the number alone, whatever is around it, may be misread."""
    if match["low"] is None:
        return bool(_DURATION.match(folded, match.end()))
    figure, value = match["low"], read_number(match["low"])
    measured = _is_measured(match, folded)
    return bool(
        match["high"]
        or match["slashed"]
        or value is None
        or value.adjusted() >= MAX_WHOLE_DIGITS
        or (match["sign"] and _is_unsure_sign(match, folded))
        or (not measured and _is_unsure_count(figure, folded, match.end()))
    )


def _is_unsure_count(figure: str, folded: str, end: int) -> bool:
    """A year, a duration, or letters against the figure that are no unit."""
    unknown_letters = folded[end : end + 1].isalpha() and not _KNOWN_UNIT.match(
        folded, end
    )
    return unknown_letters or bool(
        _YEAR.fullmatch(figure) or _DURATION.match(folded, end)
    )


def _is_unsure_sign(match: re.Match[str], folded: str) -> bool:
    """«- 20 %» may be a bullet or a fall, and so may «-3 ateliers»."""
    end = match.end()
    falls = bool(_PERCENT.match(folded, end) or _DEGREES.match(folded, end))
    return falls != _is_glued_sign(match)


# After these words a number is inside a phrase and opens none: «1 instance traitant 1
# sujet», «testée sur 2 domaines». «Participation à 3 évènements» opens one.
_INSIDE = (
    r"du|des|aux?|les?|la|l['’]|ces|ses|leurs?|sur|dans|pour|avec|par|en|chez|vers|"
    r"sous|sans|dès|après|avant|pendant|durant|entre|parmi|selon|contre|depuis|ou|"
    r"dont|soit|chaque|\w+ant"
)
_CUTTING_LEAD = re.compile(rf"(?<!\w)(?:{_INSIDE})[ \n]?$")
_CUTTING = re.compile(rf"(?<!\w)(?:à|de|d['’]|{_INSIDE})[ \n]?$")
_SEPARATED = re.compile(r"(?:^|[,;.:/\n()]|\bet) ?$")


def _runs_into(number: _Number, following: _Number) -> bool:
    """Whether nothing tells where one quantity ends and where the next begins."""
    torn = following.marker in TRAILING_WORDINGS - LEADING_WORDINGS
    words, _, _ = _take_trailing(number.tail)
    return not _trim(number.unit_head + words) or (
        torn and not _SEPARATED.search(_fold(number.tail[-NEAR:]))
    )


# --- The units ---------------------------------------------------------------------

# «au moins un agent», «au plus tard»: these words go on with the phrase.
_TRAILING = re.compile(
    rf" ?(?P<open>\()?(?<!\w)(?P<marker>{_any_of(TRAILING_WORDINGS)})(?!\w)"
    r"(?![ \n](?:[0-9]|(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|"
    r"douze|chaque|tard|tôt|vite|près|la moitié|le tiers)\b))(?(open)\))"
)
_CLOSED = re.compile(r"$|\s*[,;./)\n]|\s+et\b")
_BARE = re.compile(r" ?%? ?")
_JOINERS = " ,;:/+&•·–-?(«["
_CLOSING_SIGNS = {"(": ")", "«": "»", "[": "]"}


def _quantities(number: _Number) -> list[Quantity]:
    words, comparator, sure = number.tail, None, True
    if not number.marker and len(number.bounds) == 1:
        words, comparator, sure = _take_trailing(number.tail)
    unit = _trim(number.unit_head + words)
    doubtful = number.doubtful or not sure or "?" in words or _is_torn(number, unit)
    return [
        Quantity(comparator or bound, value, unit, doubtful)
        for bound, value in number.bounds
    ]


def _is_torn(number: _Number, unit: str) -> bool:
    """Whether something kept the number from its scale: «50 (minimum) K€»."""
    words = _fold(unit)
    return not number.unit_head and bool(_MONEY.match(words) or _DURATION.match(words))


def _take_trailing(tail: str) -> tuple[str, str | None, bool]:
    """The tail without the comparator it holds, that comparator, and whether sure.

    Sure where the wording ends a clause or touches the number; elsewhere it may speak
    of something else, and its words stay.
    """
    match = _TRAILING.search(_fold(tail))
    if not match:
        return tail, None, True
    comparator = COMPARATORS[match["marker"]]
    before, after = tail[: match.start()], tail[match.end() :]
    if match["open"] or _CLOSED.match(after) or _BARE.fullmatch(before):
        another = _TRAILING.search(_fold(before + after))
        return before + after, comparator, another is None
    return tail, comparator, False


def _trim(tail: str) -> str:
    """The words of a unit, less what only joins it to its neighbours."""
    unit = " ".join(tail.split())
    stray = _stray_signs(unit)
    end = len(unit)
    while end:
        if unit[end - 1] in _JOINERS or end - 1 in stray or _is_full_stop(unit, end):
            end -= 1
        elif unit[max(0, end - 3) : end].lower() in ("et", " et"):
            end -= 2
        else:
            break
    return unit[:end].lstrip(" ,;:.)-–")


def _stray_signs(unit: str) -> set[int]:
    """The places of the closing signs that close nothing."""
    stray = set()
    depths = dict.fromkeys(_CLOSING_SIGNS.values(), 0)
    for place, sign in enumerate(unit):
        if sign in _CLOSING_SIGNS:
            depths[_CLOSING_SIGNS[sign]] += 1
        elif depths.get(sign):
            depths[sign] -= 1
        elif sign in depths:
            stray.add(place)
    return stray


def _is_full_stop(unit: str, end: int) -> bool:
    return unit[end - 1] == "." and not unit.endswith(("..", "etc."), 0, end)
