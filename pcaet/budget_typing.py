"""Typing the money of a plan in a grid: nobody overwrites what they have not seen."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from actions.amounts import AmountError, read_amount
from actions.enums import BudgetNature
from actions.models import Action, BudgetLine, Organisation, Plan
from actions.tables.work import Work, write
from pcaet.lib.form_fields import offer
from pcaet.lib.french import french_number
from pcaet.lib.numbers import plain
from pcaet.lib.text import fold

from .budget import AMOUNTS, NO_FUNDER

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIRST_YEAR, LAST_YEAR = 1900, 2200
# A plan that says two distant years is not typed year after year between them.
LONGEST_PERIOD = 15
# Fields of a page: more would be slow to fill and to send.
CELLS_A_PAGE = 300
FEWEST_ROWS = 5
AMOUNT_LABELS = {"planned": "Prévu", "committed": "Engagé", "spent": "Dépensé"}
EVERY_AMOUNT = "tous"
# What a person answers to a conflict who leaves the other's amount.
KEEP_THEIRS = "keep"
REASON = "Saisie du budget"


class TypingChoice(forms.Form):
    """Which amounts are typed: one nature, one funder, some years."""

    nature = forms.ChoiceField(label="Nature", choices=BudgetNature)
    financeur = forms.ChoiceField(label="Financeur")
    montant = forms.ChoiceField(
        label="Montants",
        choices=[*AMOUNT_LABELS.items(), (EVERY_AMOUNT, "Les trois")],
    )
    annee = forms.IntegerField(
        label="Année (vide : toutes)",
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )
    axe = forms.ChoiceField(label="Axe", required=False)

    def __init__(self, data: QueryDict, plan: Plan) -> None:
        usual = self._usual(bool(data.get("annee")))
        super().__init__({name: data.get(name, usual[name]) for name in usual})
        self._offer("financeur", [(NO_FUNDER, "Sans financeur précisé"), *_names(plan)])
        axes = [(axis.code, str(axis)[:70]) for axis in plan.axes.all()]
        self._offer("axe", [("", "Tous"), *axes])
        self.fields["axe"].label = plan.axis_label or "Axe"
        if len(axes) < 2:
            del self.fields["axe"]
        self.is_valid()
        understood = {name: text for name, text in self.cleaned_data.items() if text}
        self.asked: dict[str, Any] = {**usual, **understood}

    @staticmethod
    def _usual(has_year: bool) -> dict[str, Any]:
        """The planned amounts of all years, or all the amounts of one."""
        return {
            "nature": BudgetNature.INVESTMENT.value,
            "financeur": NO_FUNDER,
            "montant": EVERY_AMOUNT if has_year else AMOUNTS[0],
            "annee": "",
            "axe": "",
        }

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        offer(self, name, choices)


def _names(plan: Plan) -> list[tuple[str, str]]:
    """Those who act in the plan, pay for it or carry it. One query."""
    bodies = Organisation.objects.filter(
        Q(pk=plan.authority_id)
        | Q(budget_lines__action__plan=plan)
        | Q(roles__action__plan=plan)
        | Q(roles__measure__action__plan=plan)
    )
    known = set(bodies.select_related("parent").distinct())
    ordered = sorted(known, key=lambda body: fold(str(body)))
    return [(str(body.pk), str(body)) for body in ordered]


Column = tuple[int, str]
Key = tuple[int, int]  # an action and a year


@dataclass(slots=True)
class Entry:
    """An amount that a person typed, over the one that they saw."""

    action: int
    year: int
    amount: str
    value: Decimal | None
    seen: Decimal | None


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody saved meanwhile."""

    value: Decimal | None
    author: User | None
    saved_at: datetime | None


@dataclass(slots=True)
class AmountCell:
    """A field of the grid: what is saved, or what was typed and could not be."""

    action: Action
    year: int
    amount: str
    saved: Decimal | None
    typed: str | None = None
    error: str = ""
    theirs: Theirs | None = None
    seen: Decimal | None = None

    @property
    def name(self) -> str:
        return f"r{self.action.pk}-{self.year}-{self.amount}"

    @property
    def choice_name(self) -> str:
        return f"over-{self.name}"

    @property
    def text(self) -> str:
        return written(self.saved) if self.typed is None else self.typed

    @property
    def amount_label(self) -> str:
        return AMOUNT_LABELS[self.amount].lower()

    @property
    def theirs_key(self) -> str:
        """The other's amount, as the choice to replace it names it."""
        return key_of(self.theirs.value) if self.theirs else ""


@dataclass(frozen=True, slots=True)
class GridRow:
    action: Action
    cells: list[AmountCell]

    @property
    def seen_name(self) -> str:
        return f"r{self.action.pk}-seen"

    @property
    def seen(self) -> str:
        """The amounts that the page shows, for the server to know them again."""
        shown = {f"{c.year}-{c.amount}": key_of(c.seen) for c in self.cells}
        return json.dumps({name: text for name, text in shown.items() if text})


def written(value: Decimal | None) -> str:
    return "" if value is None else french_number(value)


def key_of(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


@dataclass
class Outcome:
    """What became of what was typed: how many saved, which cells to look at again."""

    saved: int = 0
    wrong: dict[str, AmountCell] = field(default_factory=dict)
    conflicts: dict[str, AmountCell] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return not (self.wrong or self.conflicts)


class BudgetGrid:
    """Actions by years, for one nature and one funder. Six queries.

    ``outcome`` holds the cells whose text is kept because it was not saved.
    """

    def __init__(self, plan: Plan, data: QueryDict) -> None:
        self.plan = plan
        self.form = TypingChoice(data, plan)
        self.asked = self.form.asked
        self.outcome = Outcome()
        self._asked_page = data.get("page")

    @property
    def funder(self) -> int | None:
        asked = self.asked["financeur"]
        return None if asked == NO_FUNDER else int(asked)

    @cached_property
    def years(self) -> list[int]:
        """The year asked, else those of the plan and of what is typed already."""
        if self.asked["annee"]:
            return [self.asked["annee"]]
        plan = self.plan
        known = set(plan.years) | {
            *BudgetLine.objects.filter(action__plan=plan).values_list("year", flat=True)
        }
        if plan.start_year and plan.end_year:
            last = min(plan.end_year, plan.start_year + LONGEST_PERIOD - 1)
            known |= set(range(plan.start_year, last + 1))
        return sorted(known) or [timezone.localdate().year]

    @property
    def amounts(self) -> list[str]:
        asked = self.asked["montant"]
        return list(AMOUNTS) if asked == EVERY_AMOUNT else [asked]

    @property
    def columns(self) -> list[Column]:
        return [(year, amount) for year in self.years for amount in self.amounts]

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(year, AMOUNT_LABELS[amount]) for year, amount in self.columns]

    @cached_property
    def page(self) -> Page[Action]:
        actions = self.plan.actions.only("plan_id", "code", "title", "description")
        if self.asked["axe"]:
            actions = actions.filter(axis__code=self.asked["axe"])
        size = max(CELLS_A_PAGE // len(self.columns), FEWEST_ROWS)
        return Paginator(actions, size).get_page(self._asked_page)

    @property
    def query(self) -> str:
        return urlencode({k: v for k, v in self.asked.items() if v})

    @property
    def rows(self) -> list[GridRow]:
        lines = self._lines(self.page.object_list)
        return [
            GridRow(
                action, [self._cell(action, column, lines) for column in self.columns]
            )
            for action in self.page.object_list
        ]

    def _lines(self, actions: Iterable[Action]) -> dict[Key, BudgetLine]:
        lines = BudgetLine.objects.filter(
            action__in=[action.pk for action in actions],
            nature=self.asked["nature"],
            funder=self.funder,
        )
        return {(line.action_id, line.year): line for line in lines}

    def _cell(
        self, action: Action, column: Column, lines: Mapping[Key, BudgetLine]
    ) -> AmountCell:
        year, amount = column
        line = lines.get((action.pk, year))
        saved = getattr(line, amount) if line else None
        cell = AmountCell(action, year, amount, saved, seen=saved)
        kept = self.outcome.wrong.get(cell.name) or self.outcome.conflicts.get(
            cell.name
        )
        if kept:
            cell.typed, cell.error = kept.typed, kept.error
            cell.theirs, cell.seen = kept.theirs, kept.seen
        return cell

    # Saving -----------------------------------------------------------------------

    def save(self, posted: QueryDict, user: User) -> Outcome:
        """Save what was changed and is right; the rest is kept in ``outcome``."""
        actions = {action.pk: action for action in self.plan.actions.all()}
        entries: list[Entry] = []
        typed: dict[tuple[int, int, str], AmountCell] = {}
        for cell in self._posted(posted, actions):
            try:
                value = read_amount(cell.typed)
            except AmountError as error:
                cell.error = str(error)
                self.outcome.wrong[cell.name] = cell
                continue
            if value != cell.seen:
                entries.append(
                    Entry(cell.action.pk, cell.year, cell.amount, value, cell.seen)
                )
                typed[cell.action.pk, cell.year, cell.amount] = cell
        ledger = Ledger(self.plan, self.asked["nature"], self.funder)
        found = ledger.save(entries, user)
        for entry, theirs in found:
            cell = typed[entry.action, entry.year, entry.amount]
            cell.theirs = theirs
            self.outcome.conflicts[cell.name] = cell
        self.outcome.saved = ledger.saved
        return self.outcome

    def _posted(
        self, posted: QueryDict, actions: Mapping[int, Action]
    ) -> Iterator[AmountCell]:
        """The cells that came back, with what their author saw in them."""
        for pk, action in actions.items():
            seen = _seen(posted.get(f"r{pk}-seen"))
            if seen is None:
                continue
            for year, amount in self.columns:
                cell = AmountCell(action, year, amount, None)
                cell.typed = posted.get(cell.name)
                answer = posted.get(cell.choice_name)
                if cell.typed is None or answer == KEEP_THEIRS:
                    continue
                shown = seen.get(f"{year}-{amount}") if answer is None else answer
                cell.seen = _known(shown)
                yield cell


def _seen(text: str | None) -> dict[str, str] | None:
    """The amounts that a row showed; None where the row was not sent."""
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _known(text: Any) -> Decimal | None:
    try:
        return read_amount(str(text or ""))
    except AmountError:
        return None


class Ledger:
    """The lines of one nature and one funder, written with their history."""

    def __init__(self, plan: Plan, nature: str, funder: int | None) -> None:
        self.plan = plan
        self.nature = nature
        self.funder = funder
        self.saved = 0

    def save(self, entries: list[Entry], user: User) -> list[tuple[Entry, Theirs]]:
        """Write what nobody else changed; give back the rest with the other's amount.

        Lines left without any amount are removed. The number of queries does not grow
        with the entries.
        """
        try:
            return self._save(entries, user)
        except IntegrityError:
            # Somebody created one of these lines elsewhere: now it is seen.
            return self._save(entries, user)

    def _save(self, entries: list[Entry], user: User) -> list[tuple[Entry, Theirs]]:
        self.saved = 0
        wanted: dict[Key, dict[str, Decimal | None]] = defaultdict(dict)
        conflicts: list[tuple[Entry, BudgetLine | None]] = []
        with transaction.atomic():
            Plan.objects.select_for_update().get(pk=self.plan.pk)
            lines = self._lines()
            for entry in entries:
                line = lines.get((entry.action, entry.year))
                current = getattr(line, entry.amount) if line else None
                if current == entry.value:
                    continue
                if current != entry.seen:
                    conflicts.append((entry, line))
                else:
                    wanted[entry.action, entry.year][entry.amount] = entry.value
                    self.saved += 1
            self._write(wanted, lines, user)
        return self._told(conflicts)

    def _lines(self) -> dict[Key, BudgetLine]:
        lines = BudgetLine.objects.filter(
            action__plan=self.plan, nature=self.nature, funder=self.funder
        )
        return {(line.action_id, line.year): line for line in lines}

    def _write(
        self,
        wanted: Mapping[Key, dict[str, Decimal | None]],
        lines: Mapping[Key, BudgetLine],
        user: User,
    ) -> None:
        work = Work()
        for (action, year), values in wanted.items():
            line = lines.get((action, year))
            if line is None:
                work.create(
                    BudgetLine(
                        action_id=action,
                        year=year,
                        nature=self.nature,
                        funder_id=self.funder,
                        **values,
                    )
                )
            elif any(
                {**_amounts(line), **values}[name] is not None for name in AMOUNTS
            ):
                work.change(line, **values)
            else:
                work.remove(line)
        if not work.is_empty:
            write(work, (BudgetLine,), user=user, reason=REASON)

    @staticmethod
    def _told(
        conflicts: list[tuple[Entry, BudgetLine | None]],
    ) -> list[tuple[Entry, Theirs]]:
        """Each conflict with who saved the other amount, and when. One query."""
        if not conflicts:
            return []
        keys = {line.pk for _entry, line in conflicts if line}
        records = BudgetLine.history.filter(id__in=keys).select_related("history_user")
        last = {record.id: record for record in records.order_by("history_date")}
        told = []
        for entry, line in conflicts:
            record = last.get(line.pk) if line else None
            theirs = Theirs(
                getattr(line, entry.amount) if line else None,
                record.history_user if record else None,
                record.history_date if record else None,
            )
            told.append((entry, theirs))
        return told


def _amounts(line: BudgetLine) -> dict[str, Decimal | None]:
    return {name: getattr(line, name) for name in AMOUNTS}
