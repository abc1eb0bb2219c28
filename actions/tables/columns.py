"""Which field each column of a table gives, from its header and what it holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from pcaet.lib.tables.layout import Section
from pcaet.lib.tables.sheet import text_of

from .folding import fold
from .organisations import names_department
from .synonyms import FIELDS, YEARLY, names_of
from .values import NATURES

# «Mesure Cîrergie» is 0.93 like «Mesure Cit’ergie»; «Mesure d’urgence» 0.69.
LIKENESS = 0.82
SHORTEST_LIKENED = 5
SAMPLE = 200

NOT_LETTERS = re.compile(r"[^a-z0-9]+")
IN_BRACKETS = re.compile(r"\([^()]*\)")
YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
ALONE = re.compile(YEAR)
YEARLY_HEADER = re.compile(
    rf"(?:(?P<what>[a-z' ]+?) )?(?:en |pour )?{YEAR}(?: (?P<after>[a-z' ]+))?"
)
HORIZON = re.compile(
    r"(?:etape |jalon )?(?:a|d ici|dans) (?P<years>[0-9]{1,2}) (?P<word>a[nu][s5]?)"
)
# Letters and figures that a scan takes for each other, under one of them.
CONFUSED = str.maketrans("1lj|fc0qu5869", "iiiiteoonsbbg")
FIGURES = str.maketrans("olisbzg", "0115829")
LIKE_A_YEAR = re.compile(r"[12l][09o][0-9olisbzg]{2}")
SHORT_CODE = re.compile(r"[A-Za-z]{0,4}[ .-]?[0-9]{1,4}(?:[.-][0-9A-Za-z]{1,4})*\.?")
REFERENCE = re.compile(r"[0-9]\.[0-9](?:\.[0-9]+)?\.?(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Named:
    """What a header names: a field, with its year or number of years where it has one.

    ``is_sure`` says that the words are listed or were chosen by a person.
    """

    field: str
    number: int | None = None
    is_sure: bool = True

    @property
    def key(self) -> str:
        """«target:2015»: how forms and the base write it."""
        return self.field if self.number is None else f"{self.field}:{self.number}"

    @classmethod
    def of_key(cls, key: str) -> Named:
        name, _, number = key.partition(":")
        return cls(name, int(number) if number else None)

    @property
    def label(self) -> str:
        if self.field in YEARLY and self.number is not None:
            label = YEARLY[self.field][0]
            return (
                f"{label} à {self.number} an{'s' if self.number > 1 else ''}"
                if self.field == "milestone"
                else f"{label} {self.number}"
            )
        return FIELDS[self.field][0] if self.field in FIELDS else ""


UNKNOWN = Named("")


@dataclass(frozen=True, slots=True)
class Column:
    index: int
    header: str
    named: Named


def header_key(text: str) -> str:
    """A header for comparison: no accents, signs nor doubled spaces."""
    return " ".join(NOT_LETTERS.sub(" ", fold(text)).split())


def built_in_synonyms() -> dict[str, str]:
    """Every listed header, by its key."""
    found: dict[str, str] = {}
    for field, (_label, words) in FIELDS.items():
        for name in names_of(words):
            found.setdefault(header_key(name), field)
    return found


class Recogniser:
    """Names headers from the synonyms and from what a person chose for the plan."""

    def __init__(
        self, synonyms: Mapping[str, str], chosen: Mapping[str, str] | None = None
    ) -> None:
        self._synonyms = dict(synonyms)
        self._singular = {_singular(key): field for key, field in synonyms.items()}
        self._chosen = dict(chosen or {})
        self._yearly = {
            header_key(name): field
            for field, (_label, words) in YEARLY.items()
            for name in names_of(words)
        }
        self._confusable: dict[str, set[str]] = defaultdict(set)
        for known, field in self._synonyms.items():
            self._confusable[_confusable(known)].add(field)
        self._confused_yearly = {"": "target"} | {
            _confusable(known): field for known, field in self._yearly.items()
        }
        self._likened = [
            (known, _letters(known))
            for known in self._synonyms
            if len(known) >= SHORTEST_LIKENED
        ]
        self._known: dict[str, Named | None] = {}

    def __call__(self, text: str) -> tuple[str, bool] | None:
        named = self.name(text)
        return (named.key, named.is_sure) if named else None

    def name(self, text: str) -> Named | None:
        if text not in self._known:
            self._known[text] = self._name(text)
        return self._known[text]

    def _name(self, text: str) -> Named | None:
        key = header_key(text)
        if not key:
            return None
        if key in self._chosen:
            return Named.of_key(self._chosen[key]) if self._chosen[key] else UNKNOWN
        bare = header_key(IN_BRACKETS.sub(" ", text))
        return (
            self._listed(key)
            or self._listed(bare)
            or self._of_year(bare or key)
            or self._confused(bare or key)
            or self._alike(bare or key)
        )

    def _listed(self, key: str) -> Named | None:
        field = self._synonyms.get(key) or self._singular.get(_singular(key))
        return Named(field) if field else None

    def _of_year(self, key: str) -> Named | None:
        if horizon := HORIZON.fullmatch(key):
            is_sure = horizon["word"] in {"an", "ans"}
            return Named("milestone", int(horizon["years"]), is_sure)
        match = YEARLY_HEADER.fullmatch(key)
        if not match:
            return None
        what = match["what"] or match["after"]
        field = self._yearly.get(what) if what else "target"
        return Named(field, int(match["year"])) if field else None

    def _confused(self, key: str) -> Named | None:
        """A header whose letters a scan took for others: «Fln», «201S»."""
        words = key.split()
        years = [w.translate(FIGURES) for w in words if LIKE_A_YEAR.fullmatch(w)]
        if len(years) == 1:
            what = [w for w in words if not LIKE_A_YEAR.fullmatch(w)]
            field = self._confused_yearly.get(_confusable(" ".join(what)))
            return Named(field, int(years[0]), is_sure=False) if field else None
        fields = self._confusable[_confusable(key)] if len(key) > 1 else set()
        return Named(min(fields), is_sure=False) if len(fields) == 1 else None

    def _alike(self, key: str) -> Named | None:
        """A header that a scan damaged; none where two fields are as close."""
        if len(key) < SHORTEST_LIKENED or len(key) > 60:
            return None
        best: dict[str, float] = {}
        letters = _letters(key)
        matcher = SequenceMatcher(None, "", key)
        for known, theirs in self._likened:
            # A letter that only one of them has is one less in common.
            ours, lost = letters & ~theirs, theirs & ~letters
            common = min(len(key) - ours.bit_count(), len(known) - lost.bit_count())
            if 2 * common < LIKENESS * (len(key) + len(known)):
                continue
            matcher.set_seq1(known)
            if matcher.quick_ratio() < LIKENESS:
                continue
            field = self._synonyms[known]
            best[field] = max(best.get(field, 0), matcher.ratio())
        ranked = sorted(best.items(), key=lambda item: -item[1])
        if not ranked or ranked[0][1] < LIKENESS:
            return None
        if len(ranked) > 1 and ranked[1][1] >= ranked[0][1]:
            return None
        return Named(ranked[0][0], is_sure=False)


def _confusable(key: str) -> str:
    """The same for keys that a scan confuses."""
    return _singular(key).replace("rn", "m").translate(CONFUSED)


def _letters(key: str) -> int:
    """The set of the letters of a key, one bit for each."""
    found = 0
    for letter in key:
        found |= 1 << ord(letter)
    return found


def _singular(key: str) -> str:
    return " ".join(word.removesuffix("s") for word in key.split())


# Fields that several columns may give together.
SHARED = {
    "complement",
    "next_funder",
    "funder_amount",
    "ignored",
    "",
    "themes",
    "partner",
}
# When two columns name one field, the second may be this one.
OTHERWISE = {
    "title": ("description",),
    "engagement": ("context",),
    "context": ("description",),
    "description": ("complement",),
    "pilot": ("pilot_department",),
    "status": ("complement",),
    "budget": ("complement",),
}


def assign(section: Section, recogniser: Recogniser) -> list[Column]:
    """The columns of a table, each with its field; an unknown one has none."""
    columns = [
        Column(index, header, recogniser.name(header) or UNKNOWN)
        for index, header in enumerate(section.headers)
    ]
    columns += [
        Column(index, "", UNKNOWN)
        for index in range(len(section.headers), _width(section))
    ]
    sample = _Sample(section)
    for step in (_by_content, _by_company, _without_doubles):
        columns = step(columns, sample)
    return [c for c in columns if c.header or c.named.field]


def _width(section: Section) -> int:
    rows = section.sheet.rows
    return max((len(rows[row]) for row in section.rows[:SAMPLE]), default=0)


class _Sample:
    """The texts of the first rows of a table, by column."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._texts: dict[int, list[str]] = {}

    def of(self, index: int) -> list[str]:
        if index not in self._texts:
            sheet = self._section.sheet
            rows = self._section.rows[:SAMPLE]
            values = [sheet.cell(row, index) for row in rows]
            self._texts[index] = [text_of(v) for v in values if v != ""]
        return self._texts[index]

    def share(self, index: int, says: Callable[[str], object]) -> float:
        texts = self.of(index)
        return sum(bool(says(text)) for text in texts) / len(texts) if texts else 0


def _by_content(columns: list[Column], sample: _Sample) -> list[Column]:
    """What the cells say where the header does not, or says two things."""
    has_title = any(c.named.field == "title" for c in columns)
    found = []
    for column in columns:
        named, index = column.named, column.index
        if not named.field and sample.share(index, REFERENCE.match) > 0.6:
            named = Named("reference_engagement", is_sure=False)
        elif named.field == "title" and _holds_codes(columns, index, sample):
            named = Named("code", is_sure=False)
        elif named.field == "context" and has_title and _groups(index, sample):
            named = Named("engagement", is_sure=False)
        elif named.field == "pilot" and sample.share(index, names_department) >= 0.5:
            named = Named("pilot_department", is_sure=named.is_sure)
        found.append(Column(index, column.header, named))
    return found


def _holds_codes(columns: list[Column], index: int, sample: _Sample) -> bool:
    """«Action» above 36, 37, 38, beside another column of titles."""
    others = [c for c in columns if c.named.field == "title" and c.index != index]
    return bool(others) and sample.share(index, SHORT_CODE.fullmatch) > 0.8


def _groups(index: int, sample: _Sample) -> bool:
    """«Objectifs» whose cells repeat, or are numbered, groups the actions."""
    texts = sample.of(index)
    return len(texts) >= 4 and len(set(texts)) * 2 <= len(texts)


# What columns of years give in a table of money.
MONEY = {
    **{name: name for name in ("planned", "committed", "spent")},
    **{"target": "planned", "result": "spent"},
}
# A table of these gives no money by year, whatever its years.
NOT_MONEY = {"indicator", "indicators_realisation", "goal", "budget_year"}


def _tells_money(columns: list[Column], sample: _Sample) -> bool:
    """Whether years are of money: some say so, or each row has a nature of budget."""
    if any(column.named.field in NOT_MONEY for column in columns):
        return False
    yearly = {c.named.field for c in columns if c.named.number is not None}
    if yearly & {"planned", "committed", "spent"}:
        return True
    return bool(yearly & MONEY.keys()) and any(_is_nature(c, sample) for c in columns)


def _is_nature(column: Column, sample: _Sample) -> bool:
    if column.named.field != "indicator_kind":
        return column.named.field == "budget_nature"
    return sample.share(column.index, lambda text: fold(text) in NATURES) > 0.5


def _as_money(columns: list[Column], sample: _Sample) -> list[Column]:
    """«Prévu 2019» as an amount; a year alone goes with the heading on its left."""
    found, heading = [], "planned"
    for column in columns:
        named = column.named
        if _is_nature(column, sample):
            named = Named("budget_nature", None, named.is_sure)
        elif named.number is not None and named.field in MONEY:
            if not ALONE.fullmatch(column.header.strip()):
                heading = MONEY[named.field]
            named = Named(heading, named.number, named.is_sure)
        elif named.field in MONEY:
            named = Named("ignored")
        found.append(Column(column.index, column.header, named))
    return found


def _by_company(columns: list[Column], sample: _Sample) -> list[Column]:
    """What a column is, from those beside it."""
    if _tells_money(columns, sample):
        return _as_money(columns, sample)
    fields = {column.named.field for column in columns}
    yearly = fields & {"target", "result"}
    changes: dict[str, str] = {}
    if "title" not in fields:
        stands_alone = not {"code", "measure_code"} <= fields
        if (
            "measure" in fields
            and stands_alone
            and not (yearly or "indicator" in fields)
        ):
            changes |= {"measure": "title", "measure_code": "code"}
        elif "indicators_realisation" in fields and yearly:
            changes["indicators_realisation"] = "indicator"
    elif yearly and "indicator" not in fields and "goal" not in fields:
        changes["indicators_realisation"] = "indicator"
    if yearly and "goal" in fields:
        changes["indicator"] = "goal"
    if not fields & {"axis", "reference_engagement", "engagement"}:
        changes["sub_engagement"] = "engagement"
    columns = [_changed(column, changes) for column in columns]
    if yearly and not fields & {"indicator", "indicators_realisation", "goal"}:
        columns = _indicator_before_years(columns, sample)
    return columns


def _changed(column: Column, changes: Mapping[str, str]) -> Column:
    field = changes.get(column.named.field)
    if field is None:
        return column
    return Column(column.index, column.header, Named(field, None, column.named.is_sure))


def _indicator_before_years(columns: list[Column], sample: _Sample) -> list[Column]:
    """In a grid without header on its left, the indicator stands before the years."""
    first_year = min(c.index for c in columns if c.named.field in {"target", "result"})
    left = [
        c
        for c in columns
        if c.index < first_year
        and c.named.field in {"", "ignored", "title"}
        and sample.of(c.index)
    ]
    if not left:
        return columns
    chosen = left[-1].index
    return [
        Column(c.index, c.header, Named("indicator", is_sure=False))
        if c.index == chosen
        else c
        for c in columns
    ]


def _without_doubles(columns: list[Column], sample: _Sample) -> list[Column]:
    """One column gives each field: the surest, else the first that holds something."""
    ranked = sorted(
        columns,
        key=lambda c: (not c.named.is_sure, not sample.of(c.index), c.index),
    )
    taken: set[str] = set()
    kept: dict[int, Named] = {}
    for column in ranked:
        kept[column.index] = named = _still_free(column.named, taken)
        taken.add(named.key)
    return [Column(c.index, c.header, kept[c.index]) for c in columns]


def _still_free(named: Named, taken: Iterable[str]) -> Named:
    if named.field in SHARED or named.key not in taken:
        return named
    for other in OTHERWISE.get(named.field, ()):
        if other in SHARED or other not in taken:
            return Named(other, is_sure=False)
    return UNKNOWN
