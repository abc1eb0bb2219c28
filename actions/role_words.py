"""What a role's own words say beside the organisations recognised in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from pcaet.lib.text import fold

WORD = re.compile(r"[a-z0-9]+")
TELLING_WORD = re.compile(r"[a-z]{4,}")
ACRONYM_LENGTHS = range(3, 7)
ACRONYM = re.compile(r"\(([^()]+)\)")
# One word more may be an abbreviation or a slip; two say something.
TELLING_WORDS = 2
# «DEES» is 0.89 like «DEEES».
SAME_WORD_LIKENESS = 0.8


def says_more(words: str, known: Iterable[str]) -> bool:
    """The words tell more than the known names and notes do."""
    told = {word for text in known for word in WORD.findall(fold(text))}
    telling = TELLING_WORD.findall(fold(words))
    spelled_out = _spelled_out(telling, told)
    new = {
        word
        for word in telling
        if word not in spelled_out
        and not get_close_matches(word, told, 1, SAME_WORD_LIKENESS)
    }
    return len(new) >= TELLING_WORDS


def _spelled_out(words: Sequence[str], told: set[str]) -> set[str]:
    """The words that an acronym stands for: «Bourgogne-Franche-Comté» for «BFC»."""
    runs = (
        words[start : start + length]
        for length in ACRONYM_LENGTHS
        for start in range(len(words) - length + 1)
    )
    return {word for run in runs if "".join(w[0] for w in run) in told for word in run}


def says_all(words: str, names: Iterable[str]) -> bool:
    """Every name stands in the words, as it is or by the acronym it carries."""
    written = f" {' '.join(WORD.findall(fold(words)))} "
    return all(
        any(
            f" {' '.join(WORD.findall(fold(form)))} " in written for form in forms(name)
        )
        for name in names
    )


def forms(name: str) -> list[str]:
    """«Plan local pour l’emploi (PLIE)» is also written «PLIE»."""
    return [name, ACRONYM.sub("", name), *ACRONYM.findall(name)]
