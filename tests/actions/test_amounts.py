from __future__ import annotations

from decimal import Decimal

import pytest

from actions.amounts import AmountError, read_amount


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("1 500 000", "1500000"),
        ("1\u202f500\u202f000\u202f€", "1500000"),
        ("1,5 M€", "1500000"),
        ("90 K€", "90000"),
        ("12,50", "12.50"),
        ("0", "0"),
        (1500, "1500"),
        (1234.5, "1234.5"),
    ],
)
def test_an_amount_is_read_exactly(text: str | float, euros: str) -> None:
    assert read_amount(text) == Decimal(euros)


@pytest.mark.parametrize("text", ["", "  ", None])
def test_an_empty_cell_has_no_amount(text: str | None) -> None:
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("à définir", "n’est pas compris"),
        ("-5", "n’est pas compris"),
        ("1.500", "n’est pas compris"),
        ("12,345", "n’est pas compris"),
        ("17 à 27 M€", "n’est pas un montant seul"),
        ("au moins 5 000 €", "n’est pas un montant seul"),
        ("environ 5 000 €", "ordre de grandeur"),
        ("50 000€?", "ordre de grandeur"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(AmountError, match=why):
        read_amount(text)
