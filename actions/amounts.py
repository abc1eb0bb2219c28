"""Amounts of money as people type them in a cell: one sum, in euros."""

from __future__ import annotations

from decimal import Decimal

from .cells import Cell, read_budget


class AmountError(ValueError):
    """The text is no single amount; the argument is a French sentence."""


def read_amount(cell: Cell) -> Decimal | None:
    """The euros of «1 500 000», «1,5 M€» or «12,50»; nothing for an empty cell.

    Raises:
        AmountError: the cell holds two amounts, a doubtful one or none.
    """
    found = read_budget(cell)
    if not found.raw.strip():
        return None
    text = found.raw.strip()[:60]
    if not found.understood or (found.minimum is None and found.maximum is None):
        raise AmountError(
            f"« {text} » n’est pas compris comme un montant : écrire un nombre positif "
            "en euros, par exemple 1 500 000 ou 1,5 M€."
        )
    if found.minimum is None or found.minimum != found.maximum:
        raise AmountError(f"« {text} » n’est pas un montant seul : en choisir un.")
    if found.uncertain:
        raise AmountError(
            f"« {text} » est un ordre de grandeur : écrire le montant lui-même."
        )
    return found.minimum
