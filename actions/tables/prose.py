"""What the lines of a pasted document say above its grids.

«36», its title, «MESURE 1», its title, «PILOTE …», «PARTENAIRE …»: a printed plan
says once, above each grid, what the lines of a spreadsheet repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pcaet.lib.tables.sheet import Sheet, text_of

ACTION = re.compile(
    r"^(?:fiche[- ])?action\s*(?:n[°º]\s*)?(?P<code>[0-9]{1,3})\s*[:.–—-]?\s*(?P<title>.*)$",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"^(?P<code>[0-9]{1,3})(?:\s+(?P<title>[A-ZÀ-Ý].{9,}))?$")
MEASURE = re.compile(
    r"^mesure\s*(?:n[°º]\s*)?(?P<code>[0-9]{1,2})\s*[:.–—-]?\s*(?P<title>.*)$",
    re.IGNORECASE,
)
ROLE = re.compile(
    r"^(?P<kind>pilote|partenaire)s?\s*:?(?:\s+(?P<words>.*))?$", re.IGNORECASE
)
KINDS = {"pilote": "pilot", "partenaire": "partner"}
LONGEST_TITLE = 300


class Said(NamedTuple):
    """Words and the row that holds them."""

    text: str
    row: int


NOTHING = Said("", 0)


@dataclass
class Described:
    """A measure as the lines above a grid describe it, and its action."""

    action_code: Said
    action_title: Said
    code: Said
    title: Said = NOTHING
    roles: dict[str, Said] = field(default_factory=dict)


def described(sheet: Sheet, above: int, until: int) -> list[Described]:
    """The measures that the lines of prose between two rows describe.

    The last one is that of the grid which follows, if any.
    """
    found: list[Described] = []
    action = (NOTHING, NOTHING)
    lines = list(_lines(sheet, above, until))
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else NOTHING
        if match := MEASURE.match(line.text):
            title = match["title"] or after.text
            found.append(Described(*action, Said(match["code"], line.row)))
            found[-1].title = Said(title[:LONGEST_TITLE], line.row)
        elif match := ACTION.match(line.text) or NUMBERED.match(line.text):
            title = match["title"] or after.text
            action = (Said(match["code"], line.row), Said(title, line.row))
        elif found and (match := ROLE.match(line.text)):
            words = match["words"] or _unless_keyword(after.text)
            if words:
                found[-1].roles.setdefault(
                    KINDS[match["kind"].lower()], Said(words, line.row)
                )
    return found


def _lines(sheet: Sheet, above: int, until: int) -> Iterator[Said]:
    for row in range(above, until):
        cells = [text for value in sheet.rows[row] if (text := text_of(value))]
        if len(cells) == 1:
            yield Said(cells[0], row)


def _unless_keyword(text: str) -> str:
    keywords = (MEASURE, ACTION, NUMBERED, ROLE)
    return "" if any(word.match(text) for word in keywords) else text
