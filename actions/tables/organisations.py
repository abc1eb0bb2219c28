"""The organisations that a cell names, read by rules; its words are always kept.

«CAGB : Service Environnement / Ville de Besançon : DME» names two services. A part
that reads as a sentence names nobody for sure: it is reported, and stays as words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from .folding import fold

Name: TypeAlias = tuple[str, str | None]
# The organisation that a plan or the base knows under a name, or nothing.
Known: TypeAlias = Callable[[str, str | None], Name | None]

DEPARTMENT = re.compile(
    r"(?:services?|sces?|directions?|dir\.|missions?"
    r"|poles? (?!metropolitain|emploi|d'equilibre|de competitivite)"
    r"|cellules?|unites?|bureaux?|regie|dg[a-z]{0,3}\b|drh\b|dsi\b)\b"
)
# Bodies of their own, even where a column names services.
BODY = re.compile(
    r"(?:ville|mairie|communes?|metropole|communaute|agglo|grand |region|conseils?|"
    r"departements? (?:de|du|d')|etat|prefecture|ademe|dreal|ddt|ars|agence|syndicat|"
    r"chambre|universite|cci|cma|caf|ccas|association|epci|petr|sem|spl|office|"
    r"bailleurs?|entreprises?|habitants?|acteurs|citoyens|elus|etablissement|institut|"
    r"federation|societe|sncf|edf|enedis|grdf|la poste|les |reseau|operateurs?|"
    r"consultants?|titulaires?|representants?|plateforme|equipementiers?)"
)
ABBREVIATED = re.compile(r"^(?:Sces?|See|Soc|Scie)(?= )")
ITEM = re.compile(r"^(?:[-–—•·▪*]|[0-9]{1,2}[.)])\s+")
# Signs that part names, outside brackets and quotation marks.
PARTS = re.compile(r"\s*(?:[;,\n]|\s/\s|\s-\s)\s*")
HELD = re.compile(r"\([^()]*\)|«[^«»]*»|\"[^\"]*\"|“[^“”]*”")
BRACKETED = re.compile(r"(?P<name>[^()]+?)\s*\((?P<inside>[^()]+)\)\.?")
ACRONYM = re.compile(r"(?:[0-9])?[A-ZÀ-Ý][\w&'’.-]{0,11}(?: [A-Z]{2,4})?")
TWO_ACRONYMS = re.compile(rf"({ACRONYM.pattern}) et ({ACRONYM.pattern})")
PURPOSE = re.compile(r"(?P<name>.+?)\s+(?P<note>(?:pour|afin de|en charge de)\s.+)")
ARTICLE = re.compile(r"^(?:(?:la|le|les)\s+|l['’])", re.IGNORECASE)
ELIDED = re.compile(r"^[lL]['’](?=[A-Z]{2})")
OPENED_BY_ETC = re.compile(r"(?:,?\s*(?:etc\.?|\.{2,}|…))+\.?$", re.IGNORECASE)
NOBODY = {
    "neant", "aucun", "aucune", "sans objet", "a definir", "a preciser", "nc", "so",
    "en cours", "en cours de choix", "non defini", "a determiner", "na", "n/a", "tbd",
}  # fmt: skip

LONGEST_NAME = 300
WORDS_OF_NAME = 12
WORDS_BEFORE_VERB = 8
# What opens the predicate of a sentence, as these cells write it.
VERB = re.compile(
    r"\b(?:est|sont|sera|seront|ont|peut|peuvent|doit|doivent|fait|font|apportent?|"
    r"fournissent|fournit|transmet|transmettent|suit|suivent|sollicite|sollicitent|"
    r"assurent?|d[ée]finit|d[ée]finissent|participent?|int[èe]grent?|m[èe]nent|"
    r"communiquent?|contribuent?|accompagnent?|recueille|recueillent|proposent?|"
    r"pilotent?|coordonnent?|animent?|finance|financent|invite|invitent)\b",
    re.IGNORECASE,
)
LABELS = {
    "interne",
    "internes",
    "externe",
    "externes",
    "pilote",
    "partenaires",
    "autres",
}


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation, its service, and for what, when the cell says it."""

    organisation: str
    service: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    named: list[Named]
    unread: list[str]


def names_department(text: str) -> bool:
    """The text opens with the name of a service: «Service Habitat», «DRH»."""
    return bool(DEPARTMENT.match(fold(text)))


class OrganisationReader:
    """Reads cells for a plan whose authority is given.

    ``known`` looks a name up among the organisations of the base and their other
    spellings; what it finds is taken, whatever the rules would say.
    """

    def __init__(self, authority: str, known: Known) -> None:
        self._authority = authority
        self._known = known
        self._read: dict[tuple[str, bool], Reading] = {}

    def exact(self, text: str) -> Name | None:
        """The organisation that goes by this full name: «CAGB : Service Habitat»."""
        body, colon, service = text.partition(" : ")
        return self._known(text, None) or (
            self._known(body, service) if colon else None
        )

    def read(self, text: str, *, departments: bool = False) -> Reading:
        """The organisations of a cell, in its order.

        ``departments`` says that the column names services of the authority.
        """
        key = (text, departments)
        if key not in self._read:
            self._read[key] = self._read_cell(text, departments)
        return self._read[key]

    def _read_cell(self, text: str, departments: bool) -> Reading:
        whole = text.strip().rstrip(".").strip()
        if known := self._known(whole, None) if whole else None:
            return Reading([Named(*known)], [])
        named: list[Named] = []
        unread: list[str] = []
        for line in text.splitlines():
            found, left = self._line(line, departments)
            named += found
            unread += left
        return Reading(list(dict.fromkeys(named)), unread)

    def _line(self, line: str, departments: bool) -> tuple[list[Named], list[str]]:
        line = OPENED_BY_ETC.sub("", ITEM.sub("", line.strip())).strip()
        line = _without_label(line.rstrip(".,;").strip())
        if not any(sign.isalpha() for sign in line) or fold(line) in NOBODY:
            return [], []
        if (told := self._told(line, departments)) is not None:
            return told, []
        named: list[Named] = []
        unread: list[str] = []
        above = ""
        for part in _parts(line):
            if named and part.startswith("pour "):
                named = [Named(n.organisation, n.service, part[:1000]) for n in named]
                continue
            found, above = self._part(part, above, departments)
            if found is None:
                unread.append(part)
            else:
                named += found
        return named, unread

    def _told(self, line: str, departments: bool) -> list[Named] | None:
        """«PLIE et DRH : conseil aux services», «La DRH assure la formation»."""
        masked = HELD.sub(lambda held: "·" * len(held[0]), line)
        verb = VERB.search(masked)
        colon = re.search(r"\s*:\s*", masked)
        if colon and (not verb or colon.start() < verb.start()):
            left, note = line[: colon.start()], line[colon.end() :]
            if not note[:1].islower() or " " not in note:
                return None
        elif verb:
            left, note = line[: verb.start()], line[verb.start() :]
        else:
            return None
        found: list[Named] = []
        for part in _parts(left.strip()):
            named = self._single(part, departments)
            if named is None or len(part.split()) > WORDS_BEFORE_VERB:
                return None
            found += [Named(n.organisation, n.service, note[:1000]) for n in named]
        return found or None

    def _part(
        self, part: str, above: str, departments: bool
    ) -> tuple[list[Named] | None, str]:
        """What a part names (None: a sentence) and the body of the services after."""
        if known := self._known(part, None):
            return [Named(*known)], above
        body, colon, rest = part.partition(":")
        if colon and not rest.strip():
            return [], above
        if colon:
            return self._with_colon(body.strip(), rest.strip(), departments)
        if above and names_department(part):
            return [self._service(above, part)], above
        return self._single(part, departments), ""

    def _with_colon(
        self, left: str, right: str, departments: bool
    ) -> tuple[list[Named] | None, str]:
        """«CAGB : DST» is a body and its service, «DRH : appui» a name and a note."""
        if names_department(left) and not self._known(left, right):
            found = self._single(left, departments)
            noted = [
                Named(n.organisation, n.service, right[:1000]) for n in found or []
            ]
            return (noted or None), ""
        if not _reads_as_name(left) or not _reads_as_name(right):
            return None, ""
        return [self._service(left, right)], left

    def _single(self, part: str, departments: bool) -> list[Named] | None:
        if bracketed := BRACKETED.fullmatch(part):
            return self._bracketed(part, bracketed, departments)
        if both := TWO_ACRONYMS.fullmatch(part):
            return [self._named(name, departments) for name in both.groups()]
        if purpose := PURPOSE.fullmatch(part):
            name = ARTICLE.sub("", purpose["name"])
            return [
                Named(n.organisation, n.service, purpose["note"][:1000])
                for n in self._single(name, departments) or []
            ] or None
        if not _reads_as_name(part):
            return None
        return [self._named(part, departments)]

    def _bracketed(
        self, part: str, match: re.Match[str], departments: bool
    ) -> list[Named] | None:
        """«Région (Pôle Énergie)» has a service, «ADEME (appui)» a note."""
        name, inside = match["name"].strip(), match["inside"].strip()
        if not _reads_as_name(name):
            return None
        if names_department(inside) and not names_department(name):
            return [self._service(name, inside)]
        listed = [item.strip() for item in inside.split(",")]
        if len(listed) > 1 and all(map(ACRONYM.fullmatch, listed)):
            return [self._named(item, departments) for item in listed]
        if ACRONYM.fullmatch(inside) or ACRONYM.fullmatch(name):
            return [self._named(part.rstrip("."), departments)]
        found = self._named(name, departments)
        return [Named(found.organisation, found.service, inside[:1000])]

    def _named(self, name: str, departments: bool) -> Named:
        name = _spelt(name)
        if fold(name) == fold(self._authority):
            return Named(self._authority)
        if known := self._known(name, None) or self._known(self._authority, name):
            return Named(*known)
        folded = fold(name)
        own = DEPARTMENT.match(folded) or (departments and not BODY.match(folded))
        return self._service(self._authority, name) if own else Named(name)

    def _service(self, body: str, service: str) -> Named:
        service = _spelt(service)
        known = self._known(body, service)
        if known:
            return Named(*known)
        parent = self._known(body, None)
        return Named(parent[0] if parent else _spelt(body), service)


def _spelt(name: str) -> str:
    """The name on one line, «Sce» spelt «Service»."""
    name = " ".join(name.split()).strip(" .,;:-")
    name = ELIDED.sub("", ABBREVIATED.sub("Service", name))
    return (
        name[:1].upper() + name[1:] if name[:1].islower() and " " not in name else name
    )


def _without_label(line: str) -> str:
    """«Internes : PLIE, DRH» names the PLIE and the DRH."""
    label, colon, rest = line.partition(":")
    return rest.strip() if colon and fold(label) in LABELS else line


def _reads_as_name(text: str) -> bool:
    folded = fold(text)
    return (
        0 < len(text) <= LONGEST_NAME
        and len(HELD.sub("", text).split()) <= WORDS_OF_NAME
        and any(sign.isalpha() for sign in text)
        and not VERB.search(text)
        and folded not in NOBODY
    )


def _parts(line: str) -> Iterable[str]:
    """The line cut at its separators, but for those within brackets or quotes.

    « - » parts names, save before a service: «CAGB - Service Habitat».
    """
    masked = HELD.sub(lambda held: "·" * len(held[0]), line)
    start = 0
    for cut in PARTS.finditer(masked):
        if not masked[start : cut.start()].strip():
            continue
        if cut[0].strip() == "-" and names_department(line[cut.end() :]):
            yield from _parts(f"{line[: cut.start()]} : {line[cut.end() :]}")
            return
        if part := line[start : cut.start()].strip():
            yield part
        start = cut.end()
    if part := line[start:].strip():
        yield part
