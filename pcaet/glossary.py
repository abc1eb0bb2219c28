"""The acronyms of a document, each with what the plan itself says it stands for.

Nothing is invented: an acronym is told where an organisation bears it as its short
name or among its other spellings, or where the plan writes it in brackets after the
words that it shortens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from actions.models import Organisation, OrganisationAlias
from pcaet.lib.text import fold

# Capitals, with figures or a joining sign within: «ADEME», «CO2», «R&D».
ACRONYM = re.compile(r"\b[A-ZÀ-ÖØ-Þ](?:[A-ZÀ-ÖØ-Þ0-9]|[&.](?=[A-ZÀ-ÖØ-Þ]))+\b")
# «Plan Climat Air Énergie Territorial (PCAET)»: words, then their initials.
SPELT = re.compile(rf"([^\n().;:«»]{{6,160}}?)\s*\(({ACRONYM.pattern})\)")
WORD = re.compile(r"[^\W\d_]+")
# Words that an acronym leaves out.
SMALL_WORDS = frozenset(
    {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"}
    | {"pour", "sur", "un", "une", "par"}
)


@dataclass(frozen=True, slots=True)
class Term:
    acronym: str
    meaning: str


def glossary_of(text: str) -> list[Term]:
    """The acronyms of this text whose meaning is known. Two queries."""
    used = set(ACRONYM.findall(text))
    known = dict(_spelt_out(text))
    known |= {name: meaning for name, meaning in _organisations() if name in used}
    found = [Term(name, known[name]) for name in used & set(known)]
    return sorted(found, key=lambda term: fold(term.acronym))


def _organisations() -> Iterable[tuple[str, str]]:
    """The other spellings of organisations, then their short names, which prevail."""
    aliases = OrganisationAlias.objects.values_list("name", "organisation__name")
    short = Organisation.objects.exclude(short_name="").values_list(
        "short_name", "name"
    )
    for written, name in (*aliases, *short):
        if ACRONYM.fullmatch(written) and not ACRONYM.fullmatch(name):
            yield written, name


def _spelt_out(text: str) -> Iterable[tuple[str, str]]:
    for before, acronym in SPELT.findall(text):
        if meaning := _shortened_by(acronym, before):
            yield acronym, meaning


def _shortened_by(acronym: str, before: str) -> str:
    """The last words of the text, if their initials are the acronym."""
    letters = [sign for sign in fold(acronym) if sign.isalnum()]
    for word in reversed(list(WORD.finditer(before))):
        initial = fold(word[0])[:1]
        if letters and initial == letters[-1]:
            letters.pop()
        elif fold(word[0]) not in SMALL_WORDS:
            return ""
        if not letters:
            return before[word.start() :].strip()
    return ""
