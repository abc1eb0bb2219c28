"""Amounts and durations: which are possible, and which hold after the modifications.

Pure.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from pcaet.lib.months import add_months

from ..enums import ContractKind, ModificationReading
from .understood import ModificationData

# Ministry's rules of consolidation (139bercy/decp-arr2022, augmente/nettoyage.py).
MAX_AMOUNT = {
    ContractKind.CONTRACT: Decimal(3_000_000_000),
    ContractKind.CONCESSION: Decimal(15_000_000_000),
}
MAX_MONTHS = {ContractKind.CONTRACT: 180, ContractKind.CONCESSION: 360}
TYPED_AMOUNT = re.compile(r"([1-9])\1{6}|^123456789")
# A modification under half of the total is more likely an increment than a new total.
INCREMENT_BELOW = Decimal("0.5")


def implausible_amount(amount: Decimal, kind: ContractKind) -> str:
    """Why an amount cannot be one, or nothing."""
    if amount < 1:
        return "Le montant est inférieur à 1 €."
    if amount > MAX_AMOUNT[kind]:
        return "Le montant dépasse ce qu’un contrat peut valoir."
    if TYPED_AMOUNT.search(str(int(amount))):
        return "Le montant est une suite de chiffres tapée au hasard."
    return ""


def read_increments(
    modifications: list[ModificationData], amount: Decimal | None
) -> None:
    """Mark the amounts that are more likely increments than new totals."""
    current = amount
    for item in modifications:
        if item.amount is None:
            continue
        if current is not None and item.amount < current * INCREMENT_BELOW:
            item.reading = ModificationReading.DOUBTFUL
        else:
            current = item.amount


def current_state(
    amount: Decimal | None, months: int | None, modifications: Any
) -> tuple[Decimal | None, int | None]:
    """Amount and duration after the modifications, in their order.

    A doubtful amount changes nothing until a person reads it; neither does a duration
    shorter than the one in force, which is more often the months added.
    """
    for item in modifications:
        if item.amount is not None:
            if item.reading == ModificationReading.TOTAL:
                amount = item.amount
            elif item.reading == ModificationReading.INCREMENT:
                amount = (amount or Decimal(0)) + item.amount
        if item.duration_months and item.duration_months >= (months or 0):
            months = item.duration_months
    return amount, months


def end_of(notified_on: date, months: int | None) -> date | None:
    return add_months(notified_on, months) if months else None
