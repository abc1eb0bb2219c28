"""The money of a plan: actions by years, what is planned, committed and spent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.db.models import Prefetch
from django.http import QueryDict

from actions.enums import BudgetNature
from actions.models import Action, Axis, BudgetLine, Organisation, Plan
from pcaet.lib.form_fields import offer
from pcaet.lib.text import fold

AMOUNTS = ("planned", "committed", "spent")
ZERO = Decimal(0)
# Lines without a funder are chosen by this word.
NO_FUNDER = "aucun"


@dataclass(slots=True)
class Money:
    """Sums in euros; an amount that nobody entered is missing, never zero."""

    planned: Decimal | None = None
    committed: Decimal | None = None
    spent: Decimal | None = None

    def add(self, other: Money | BudgetLine) -> None:
        for name in AMOUNTS:
            amount = getattr(other, name)
            if amount is not None:
                setattr(self, name, (getattr(self, name) or ZERO) + amount)

    @property
    def is_known(self) -> bool:
        return any(getattr(self, name) is not None for name in AMOUNTS)


@dataclass(slots=True)
class BudgetRow:
    """An action in the matrix, with the estimate that the document gives."""

    action: Action
    by_year: dict[int, Money]
    total: Money = field(default_factory=Money)

    def cells(self, years: Iterable[int]) -> list[tuple[int, Money]]:
        return [(year, self.by_year.get(year, Money())) for year in years]

    @property
    def has_estimate(self) -> bool:
        return self.action.budget_min is not None or self.action.budget_max is not None


@dataclass(slots=True)
class AxisBudget:
    """The actions of an axis and what they add up to.

    ``low`` and ``high`` add the estimates of the document; ``estimated`` is how many
    actions have one, ``uncertain`` how many of those the document doubts.
    """

    axis: Axis | None
    rows: list[BudgetRow] = field(default_factory=list)
    total: Money = field(default_factory=Money)
    by_year: dict[int, Money] = field(default_factory=lambda: defaultdict(Money))
    low: Decimal = ZERO
    high: Decimal = ZERO
    estimated: int = 0
    uncertain: int = 0

    @property
    def covered(self) -> int:
        """Actions with an amount entered for some year."""
        return sum(row.total.is_known for row in self.rows)

    def cells(self, years: Iterable[int]) -> list[tuple[int, Money]]:
        return [(year, self.by_year.get(year, Money())) for year in years]

    def add(self, row: BudgetRow) -> None:
        self.rows.append(row)
        self.total.add(row.total)
        for year, money in row.by_year.items():
            self.by_year[year].add(money)
        low, high = row.action.budget_min, row.action.budget_max
        if row.has_estimate:
            self.estimated += 1
            self.uncertain += row.action.budget_uncertain
            self.low += low if low is not None else ZERO
            self.high += high if high is not None else low or ZERO


@dataclass(frozen=True, slots=True)
class Share:
    """What a funder pays, or a nature takes, and the address that shows it alone."""

    label: str
    money: Money
    actions: int
    query: str


class BudgetFilter(forms.Form):
    """What is shown of the money."""

    nature = forms.ChoiceField(label="Nature", required=False)
    financeur = forms.ChoiceField(label="Financeur", required=False)

    def __init__(self, data: QueryDict, funders: Iterable[Organisation | None]) -> None:
        super().__init__(data)
        known = sorted(filter(None, funders), key=lambda body: fold(str(body)))
        named = [(str(body.pk), str(body)) for body in known]
        if None in funders:
            named.append((NO_FUNDER, "Sans financeur précisé"))
        for name, choices in (
            ("nature", list(BudgetNature.choices)),
            ("financeur", named),
        ):
            offer(self, name, [("", "Tout"), *choices])


class Budget:
    """The matrix of a plan. Three queries, whatever its size."""

    def __init__(self, plan: Plan, data: QueryDict) -> None:
        self.plan = plan
        lines = BudgetLine.objects.select_related("funder__parent")
        self._actions = list(
            plan.actions.select_related("axis", "engagement")
            .defer("context", "consultation")
            .prefetch_related(Prefetch("budget_lines", lines))
        )
        everything = [line for a in self._actions for line in a.budget_lines.all()]
        self.form = BudgetFilter(data, {line.funder for line in everything})
        self.form.is_valid()
        asked = self.form.cleaned_data
        self.asked = {name: value for name, value in asked.items() if value}
        self.years = sorted({line.year for line in everything})

    def _is_chosen(self, line: BudgetLine) -> bool:
        told = _told(line)
        return all(told[name] == value for name, value in self.asked.items())

    @property
    def query(self) -> str:
        return urlencode(self.asked)

    @cached_property
    def rows(self) -> list[BudgetRow]:
        return [self._row(action) for action in self._actions]

    def _row(self, action: Action) -> BudgetRow:
        row = BudgetRow(action, defaultdict(Money))
        for line in filter(self._is_chosen, action.budget_lines.all()):
            row.by_year[line.year].add(line)
            row.total.add(line)
        return row

    @cached_property
    def axes(self) -> list[AxisBudget]:
        """Each action counts once, in its home axis."""
        found: dict[int | None, AxisBudget] = {}
        for row in self.rows:
            axis = row.action.axis
            key = axis.pk if axis else None
            found.setdefault(key, AxisBudget(axis)).add(row)
        last = max((a.axis.order for a in found.values() if a.axis), default=0) + 1
        return sorted(found.values(), key=lambda a: a.axis.order if a.axis else last)

    @cached_property
    def whole(self) -> AxisBudget:
        whole = AxisBudget(None)
        for row in self.rows:
            whole.add(row)
        return whole

    @property
    def by_nature(self) -> list[Share]:
        labels = dict(BudgetNature.choices)
        return self._shares(
            "nature", {key: str(label) for key, label in labels.items()}
        )

    @property
    def by_funder(self) -> list[Share]:
        """The funders of the lines shown, by name; those without one come last."""
        funders = {line.funder for line in self.lines if line.funder}
        known = sorted(funders, key=lambda body: fold(str(body)))
        labels = {str(body.pk): str(body) for body in known}
        return self._shares("financeur", labels | {NO_FUNDER: "Sans financeur précisé"})

    def _shares(self, name: str, labels: dict[str, str]) -> list[Share]:
        """The lines shown, cut by one of the filters; only what has an amount."""
        money: dict[str, Money] = defaultdict(Money)
        actions: dict[str, set[int]] = defaultdict(set)
        for line in self.lines:
            money[_told(line)[name]].add(line)
            actions[_told(line)[name]].add(line.action_id)
        return [
            Share(label, money[key], len(actions[key]), self._query_with(name, key))
            for key, label in labels.items()
            if money[key].is_known
        ]

    def _query_with(self, name: str, value: str) -> str:
        return urlencode({**self.asked, name: value})

    @property
    def scale(self) -> Decimal:
        """The largest amount of an axis: bars are drawn on it."""
        totals = (axis.total for axis in self.axes)
        return max(
            (max(m.planned or ZERO, m.spent or ZERO) for m in totals), default=ZERO
        )

    @property
    def lines(self) -> list[BudgetLine]:
        """The lines shown, for files."""
        return [
            line
            for action in self._actions
            for line in filter(self._is_chosen, action.budget_lines.all())
        ]


def _told(line: BudgetLine) -> dict[str, str]:
    """What the filters say of a line."""
    return {"nature": line.nature, "financeur": str(line.funder_id or NO_FUNDER)}
