from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaet.lib.numbers import plain, read_number

SPACES = [" ", "\u00a0", "\u202f", "\u2009", "\u2007", "\t"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30", "30"),
        ("0,5", "0.5"),
        ("0.5", "0.5"),
        ("0.500", "0.5"),
        ("1 500", "1500"),
        ("1 500,50", "1500.5"),
        ("18 000 000", "18000000"),
        ("1’500", "1500"),
        ("1.500.000", "1500000"),
        ("1.500,5", "1500.5"),
        ("7,055", "7.055"),
        (" 30 ", "30"),
        ("-20", "-20"),
        ("−20", "-20"),
        ("+20", "20"),
        ("007", "7"),
    ],
)
def test_french_numbers_are_read(text: str, expected: str) -> None:
    assert read_number(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "environ",
        "30 %",
        "1 500 €",
        "3 ateliers",
        "1 50",
        "1 5000",
        "12 34",
        "1\n500",
        "1,5,0",
        "1,500.50",
        "1.2.3",
        "5,",
        ",5",
        "1e5",
        "NaN",
        "Infinity",
        "٣",
        "²",
        "1_000",
    ],
)
def test_what_is_not_one_number_is_refused(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["1.500", "12.000", "-1.500"])
def test_a_writing_with_two_meanings_is_refused(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("space", SPACES)
def test_all_spaces_group_digits_alike(space: str) -> None:
    assert read_number(f"1{space}234{space}567,8") == Decimal("1234567.8")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("30", "30"),
        ("30.0", "30"),
        ("3E+1", "30"),
        ("0.50", "0.5"),
        ("7.055E+6", "7055000"),
        ("100", "100"),
        ("1E-7", "0.0000001"),
        ("-20.10", "-20.1"),
        ("0", "0"),
        ("0E+3", "0"),
        ("-0.00", "0"),
        # More digits than the 28 that decimal arithmetic keeps.
        ("1234567890123456789012345678901.5", "1234567890123456789012345678901.5"),
    ],
)
def test_plain_notation(value: str, expected: str) -> None:
    assert plain(Decimal(value)) == expected


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_plain_refuses_what_is_not_finite(value: str) -> None:
    with pytest.raises(ValueError, match="fini"):
        plain(Decimal(value))


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    number = read_number(text)

    assert number is None or number.is_finite()


@given(
    st.decimals(min_value=-(10**15), max_value=10**15, places=2),
    st.sampled_from(SPACES),
)
def test_what_is_written_in_french_is_read_back(value: Decimal, space: str) -> None:
    written = f"{value:,.2f}".replace(",", space).replace(".", ",")

    assert read_number(written) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_plain_keeps_the_value(value: Decimal) -> None:
    assert Decimal(plain(value)) == value
