"""Titles that a document shouts in capitals, shown in sentence case.

The words stay in the base as the council voted them; the screen lowers their voice.
Proper names and acronyms are learnt from the plan's own prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
VOWEL = re.compile(r"[AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜŸÆŒ]")
# The first letter of a title and of what it quotes.
OPENING = re.compile(r"^\W*\w|[«“\"]\s*\w")
# A word after one of these opens a sentence: its capital says nothing.
OPENS_SENTENCE = re.compile(r"(?:^|[.!?:;«»\"(•\n]|\s[-–—])\s*$")


def learn_casing(texts: Iterable[str]) -> list[str]:
    """The words that the texts write with capitals inside their sentences."""
    capital: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for text in texts:
        for word, opens in _words(text):
            if word.islower():
                lower.update({word, *word.split("-")})
            elif any(map(str.isalpha, word)) and (not opens or _capitals(word) > 1):
                capital[word] += 1
    best: dict[str, str] = {}
    for word, _count in capital.most_common():
        best.setdefault(word.casefold(), word)
    return sorted(
        word for key, word in best.items() if capital[word] > lower[key.lower()]
    )


def _words(text: str) -> Iterable[tuple[str, bool]]:
    for line in text.splitlines():
        if line.isupper():
            continue
        for found in WORD.finditer(line):
            before = line[max(0, found.start() - 4) : found.start()]
            yield found[0], bool(OPENS_SENTENCE.search(before))


def _capitals(word: str) -> int:
    return sum(letter.isupper() for letter in word)


def unshout(text: str, known: Mapping[str, str]) -> str:
    """``text`` in sentence case if it is all in capitals, as it is otherwise.

    ``known`` gives the spelling of proper names and acronyms by casefolded word.
    """
    words = WORD.findall(text)
    if not text.isupper() or len(words) < 2:
        return text
    lowered = WORD.sub(lambda found: _lower(found[0], known), text)
    return OPENING.sub(lambda found: found[0][:-1] + found[0][-1].upper(), lowered)


def _lower(word: str, known: Mapping[str, str]) -> str:
    whole = known.get(word.casefold())
    return whole or "-".join(_lower_part(part, known) for part in word.split("-"))


def _lower_part(part: str, known: Mapping[str, str]) -> str:
    """A group of consonants is an acronym, known or not."""
    if len(part) > 1 and not VOWEL.search(part) and not part.isdigit():
        return part
    return known.get(part.casefold(), part.lower())
