"""What a role's own words say beside the organisations recognised in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from pcaet.lib.text import fold

WORD = re.compile(r"[a-z0-9]+")
TELLING_WORD = re.compile(r"[a-z]{4,}")
ACRONYM = re.compile(r"\(([^()]+)\)")
# One word more may be an abbreviation or a slip; two say something.
TELLING_WORDS = 2
# «DEES» is 0.89 like «DEEES».
SAME_WORD_LIKENESS = 0.8


def says_more(words: str, known: Iterable[str]) -> bool:
    """The words tell more than the known names and notes do."""
    told = {word for text in known for word in WORD.findall(fold(text))}
    new = {
        word
        for word in TELLING_WORD.findall(fold(words))
        if not get_close_matches(word, told, 1, SAME_WORD_LIKENESS)
    }
    return len(new) >= TELLING_WORDS


def says_all(words: str, names: Iterable[str]) -> bool:
    """Every name stands in the words, as it is or by the acronym it carries."""
    written = f" {' '.join(WORD.findall(fold(words)))} "
    return all(
        any(f" {' '.join(WORD.findall(fold(form)))} " in written for form in forms(name))
        for name in names
    )


def forms(name: str) -> list[str]:
    """«Plan local pour l’emploi (PLIE)» is also written «PLIE»."""
    return [name, ACRONYM.sub("", name), *ACRONYM.findall(name)]
