"""The indicators, targets and results of a table, compared with a plan's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from django.utils import timezone

from actions.models import Action, Measure, Plan
from actions.tables.compare import ActionComparer
from actions.tables.comparison import LOCKED
from actions.tables.folding import fold
from actions.tables.preview import Line
from actions.tables.records import Given, IndicatorRecord

from . import quantities
from .attainment import Promise
from .enums import IndicatorKind, State
from .models import Campaign, Indicator, Quantity, Result, Target

WRITING_ORDER: tuple[type, ...] = (Indicator, Target, Quantity, Result)

# A grid repeats its targets from year to year and from line to line.
REPEATED = 4096
Reading: TypeAlias = "Quantity | quantities.Quantity"
TEXTS = {
    "name": "Indicateur",
    "unit": "Unité",
    "source": "Source",
    "group": "Sous l’intitulé",
}


class IndicatorComparer:
    """Compares the indicators of the records with those of their actions."""

    def __init__(self, plan: Plan, actions: ActionComparer) -> None:
        self.work = actions.work
        self.locks = actions.locks
        self.options = actions.options
        self.result = actions.result
        within = {"indicator__action__plan": plan}
        self.known: dict[tuple[int, int | None], list[Indicator]] = defaultdict(list)
        for indicator in Indicator.objects.filter(action__plan=plan).order_by(
            "order", "pk"
        ):
            self.known[indicator.action_id, indicator.measure_id].append(indicator)
        self.targets = {
            (t.indicator_id, t.year): t for t in Target.objects.filter(**within)
        }
        self.results = {
            (r.indicator_id, r.year): r for r in Result.objects.filter(**within)
        }
        self.quantities: dict[int, list[Quantity]] = defaultdict(list)
        rows = Quantity.objects.filter(target__indicator__action__plan=plan)
        for quantity in rows.order_by("order", "pk"):
            self.quantities[quantity.target_id].append(quantity)
        # What the import promises anew, by indicator and year: the target's text.
        self.promised: dict[tuple[int, int], str] = {}
        self.locked_years = set(
            Campaign.objects.filter(plan=plan, is_locked=True).values_list(
                "year", flat=True
            )
        )

    def run(self) -> None:
        for record, action, line in self.result.holders:
            self._holder(record.indicators, action, None, line)
            for item in record.measures:
                if measure := self.result.measures.get(id(item)):
                    self._holder(item.indicators, action, measure, line)

    def _holder(
        self,
        records: list[IndicatorRecord],
        action: Action,
        measure: Measure | None,
        line: Line,
    ) -> None:
        known: list[Indicator] = []
        if action.pk is not None and (measure is None or measure.pk is not None):
            known = self.known[action.pk, measure.pk if measure else None]
        rank = max((indicator.order for indicator in known), default=-1) + 1
        for record, indicator in _paired(records, known):
            if indicator is None:
                if action.pk is not None and self.locks.holds(Indicator):
                    name = record.values["name"]
                    line.change(
                        "Indicateur ajouté", "", record.name, name
                    ).refused = LOCKED
                    continue
                indicator = self.work.create(
                    Indicator(action=action, measure=measure, order=rank)
                )
                rank += 1
            self._one(record, indicator, line)

    def _one(self, record: IndicatorRecord, indicator: Indicator, line: Line) -> None:
        for name, given in record.values.items():
            known = getattr(indicator, name)
            if known == given.value or (
                not given.value and not self.options.erases_empty
            ):
                continue
            old, new = known, given.value
            if name == "kind":
                old = "" if indicator.pk is None else str(IndicatorKind(known).label)
                new = str(IndicatorKind(new).label)
            change = line.change(TEXTS.get(name, "Nature"), old, new, given)
            if indicator.pk is not None and self.locks.holds(Indicator, name):
                change.refused = LOCKED
            else:
                self.work.change(indicator, **{name: given.value})
        for year, given in record.targets.items():
            self._target(indicator, year, given, line)
        for year, parts in record.results.items():
            self._result(indicator, year, parts, line)

    def _target(
        self, indicator: Indicator, year: int, given: Given, line: Line
    ) -> None:
        key = (indicator.pk, year)
        known = self.targets.get(key) if indicator.pk else None
        if known is not None and known.text == given.value:
            return
        change = line.change(
            f"{indicator.name[:80]} — cible {year}",
            known.text if known else "",
            given.value,
            given,
        )
        if indicator.pk is not None and self.locks.holds(Target):
            change.refused = LOCKED
            return
        target = known or self.work.create(Target(indicator=indicator, year=year))
        self.work.change(target, text=given.value)
        if known is not None:
            for quantity in self.quantities[known.pk]:
                self.work.remove(quantity)
        self.promised[id(indicator), year] = given.value
        if not self.work.is_dry:
            self._promise(target, given.value)
        if known is not None and (result := self.results.get(key)):
            self._assess(result, self._promised(indicator, year), indicator)

    def _promise(self, target: Target, text: str) -> None:
        for order, read in enumerate(_read(text)):
            self.work.attach(
                Quantity,
                target=target,
                order=order,
                comparator=read.comparator,
                value=read.value,
                unit=read.unit[: quantities.MAX_UNIT],
                is_doubtful=read.doubtful,
            )

    def _result(
        self, indicator: Indicator, year: int, parts: dict[str, Given], line: Line
    ) -> None:
        known = self.results.get((indicator.pk, year)) if indicator.pk else None
        row = known or Result(indicator=indicator, year=year)
        changed = {
            name: given
            for name, given in parts.items()
            if getattr(row, name) != given.value
        }
        if not changed:
            return
        for name, given in changed.items():
            label = f"{indicator.name[:80]} — {_RESULT_LABELS[name]} {year}"
            old, new = getattr(row, name), given.value
            if name == "state":
                old = str(State(old).label) if old else ""
                new = str(State(new).label)
            change = line.change(label, old, new, given)
            if self._is_year_locked(year):
                change.refused = f"L’année {year} est verrouillée."
        if self._is_year_locked(year):
            return
        if known is None:
            self.work.create(row)
        values: dict[str, object] = {n: given.value for n, given in changed.items()}
        if "text" in changed:
            values["values"] = self._values(indicator, year, str(values["text"]))
        if self.options.user is not None:
            values["author"] = self.options.user
        values |= {"saved_at": timezone.now()}
        if known is not None:
            values["version"] = known.version + 1
        self.work.change(row, **values)
        self._assess(row, self._promised(indicator, year), indicator)

    def _is_year_locked(self, year: int) -> bool:
        return year in self.locked_years and self.locks.holds(Target)

    def _promised(self, indicator: Indicator, year: int) -> Sequence[Reading]:
        """The quantities of the target of the year, as the import leaves them."""
        if (new := self.promised.get((id(indicator), year))) is not None:
            return _read(new)
        known = self.targets.get((indicator.pk, year)) if indicator.pk else None
        return self.quantities[known.pk] if known else []

    def _values(
        self, indicator: Indicator, year: int, text: str
    ) -> list[Decimal | None]:
        """The figures of a result, one for each quantity promised, where they match."""
        promised = self._promised(indicator, year)
        read = [quantity.value for quantity in _read(text)]
        if not promised:
            return list(read[:1]) if len(read) == 1 else []
        return list(read) if len(read) == len(promised) else []

    def _assess(
        self, result: Result, promised: Iterable[Reading], indicator: Indicator
    ) -> None:
        derived = ("has_content", "computed_state", "attainment")
        self.work.change(result, **{name: getattr(result, name) for name in derived})
        result.assess(
            [Promise(q.comparator, q.value) for q in promised], indicator.direction
        )


_RESULT_LABELS = {"text": "résultat", "state": "état", "comment": "commentaire"}


@lru_cache(maxsize=REPEATED)
def _read(text: str) -> tuple[quantities.Quantity, ...]:
    return tuple(quantities.read_quantities(text))


def _paired(
    records: list[IndicatorRecord], known: list[Indicator]
) -> list[tuple[IndicatorRecord, Indicator | None]]:
    """Each indicator of the file with that of the base: same name, in their order.

    One left on each side, with a target in common, is one that was renamed.
    """
    free = list(known)
    found: dict[int, Indicator] = {}
    for exact in (True, False):
        for record in records:
            if id(record) in found:
                continue
            match = next((i for i in free if _is_same(record, i, exact=exact)), None)
            if match is not None:
                found[id(record)] = match
                free.remove(match)
    left = [record for record in records if id(record) not in found]
    if len(left) == len(free) == 1 and len(records) == len(known):
        found[id(left[0])] = free[0]
    return [(record, found.get(id(record))) for record in records]


def _is_same(record: IndicatorRecord, indicator: Indicator, *, exact: bool) -> bool:
    if fold(record.name) != fold(indicator.name):
        return False
    if not exact:
        return True
    given = {name: record.values.get(name) for name in ("group", "kind")}
    return all(
        value is None or value.value == getattr(indicator, name)
        for name, value in given.items()
    )
