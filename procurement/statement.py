"""The public statement of every two years: rates, what they are counted on, method."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from actions.models import Plan

from .formulas import Figure
from .goals import Dashboard, GoalResult, Period, buyers_named, dashboard
from .models import Buyer, Contract
from .models.contracts import ContractQuerySet

# Rates are published every two years: CCP, art. L. 2111-3.
YEARS = 2
# The calendar of the register: contracts of version 1 go back to 2000.
STATEMENT_YEARS = range(2001, 2101)
LEGAL_BASIS = "Code de la commande publique, article L. 2111-3"

CSV_COLUMNS = (
    "objectif",
    "acheteur",
    "contrats qui répondent",
    "contrats renseignés",
    "taux en nombre (%)",
    "valeur qui répond (€ HT)",
    "valeur renseignée (€ HT)",
    "taux en valeur (%)",
    "couverture (%)",
    "contrats comptés",
    "taux maximum",
)


@dataclass(frozen=True, slots=True)
class Statement:
    plan: Plan
    first_year: int
    last_year: int
    board: Dashboard
    buyers: dict[int, Buyer]

    @property
    def goals(self) -> list[GoalResult]:
        return self.board.goals

    @property
    def rows(self) -> list[tuple[GoalResult, list[tuple[Buyer, Figure]]]]:
        return [
            (goal, [(self.buyers[pk], figure) for pk, figure in goal.by_buyer.items()])
            for goal in self.goals
        ]


def contracts_of(plan: Plan) -> ContractQuerySet:
    """The contracts of the authority's buyers."""
    buyers = Buyer.objects.of_authorities([plan.authority.root_id])
    return Contract.objects.filter(buyer__in=buyers)


def latest_statement_year(plan: Plan, today: date) -> int | None:
    """The year that the latest statement ends with, the last finished one that counts.

    None where the plan counts no goal, or nothing was notified in a finished year.
    At most three queries, and none for other plans whose goals are fetched.
    """
    if not any(goal.formula for goal in plan.goals.all()):
        return None
    finished = contracts_of(plan).filter(
        notified_on__gte=date(STATEMENT_YEARS.start, 1, 1),
        notified_on__lt=date(today.year, 1, 1),
    )
    last = finished.order_by("-notified_on").values_list("notified_on", flat=True)
    day = last.first()
    return day.year if day else None


def statement_of(plan: Plan, *, last_year: int) -> Statement:
    """The figures of the two years that end with ``last_year``."""
    first_year = last_year - YEARS + 1
    period = Period(date(first_year, 1, 1), date(last_year, 12, 31))
    board = dashboard(contracts_of(plan), plan=plan, period=period)
    return Statement(plan, first_year, last_year, board, buyers_named(board.goals))


def statement_csv(statement: Statement) -> str:
    """The statement as open data; the mark at the head is for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for goal, buyers in statement.rows:
        writer.writerow(_row(goal, "Ensemble", goal.figure))
        for buyer, figure in buyers:
            writer.writerow(_row(goal, str(buyer), figure))
    return "\ufeff" + out.getvalue()


def _row(goal: GoalResult, buyer: str, figure: Figure) -> list[str]:
    number, value = figure.by_number, figure.by_value
    return [
        _safe(goal.label),
        _safe(buyer),
        str(figure.reached.number),
        str(figure.informed.number),
        _rate(number.rate),
        _amount(figure.reached.value),
        _amount(figure.informed.value),
        _rate(value.rate),
        _rate(figure.coverage.rate),
        str(figure.base.number),
        "oui" if figure.is_upper_bound else "non",
    ]


def _safe(text: str) -> str:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _rate(rate: Decimal | None) -> str:
    return "" if rate is None else f"{rate:.1f}".replace(".", ",")


def _amount(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")
