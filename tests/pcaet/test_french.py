"""French typography, numbers, dates and plurals."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from actions.models import Plan
from pcaet.lib.french import french_percent, typeset
from pcaet.templatetags import french


@pytest.mark.parametrize(
    ("number", "form"), [(0, ""), (1, ""), (2, "s"), (1500, "s"), (-1, ""), (-2, "s")]
)
def test_zero_and_one_are_singular(number: int, form: str) -> None:
    assert french.pluralizefr(number) == form


def test_both_forms_may_be_given() -> None:
    assert french.pluralizefr(1, "cheval,chevaux") == "cheval"
    assert french.pluralizefr(2, "cheval,chevaux") == "chevaux"


def test_a_count_stays_on_one_line() -> None:
    assert french.counted(0, "action,actions") == "0\u00a0action"
    assert french.counted(1500, "action,actions") == "1\u202f500\u00a0actions"
    assert french.counted(3, "avis") == "3\u00a0avis"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1500.50", "1\u202f500,5"),
        ("999", "999"),
        ("1234567", "1\u202f234\u202f567"),
        ("-1500", "−1\u202f500"),
        ("-0.5", "−0,5"),
        ("0", "0"),
        ("1E+3", "1\u202f000"),
    ],
)
def test_numbers_are_grouped_by_three(value: str, shown: str) -> None:
    assert french.number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        ("0.784", "78"),
        ("0.5", "50"),
        ("1", "100"),
        ("0", "0"),
        ("0.998", "99,8"),
        ("0.99999", "99,9"),
        ("0.004", "0,4"),
        ("0.00001", "0,1"),
    ],
)
def test_a_rate_reads_100_only_when_it_is_whole(share: str, shown: str) -> None:
    assert french.percent(Decimal(share)) == f"{shown}\u202f%"


@given(st.decimals(min_value=0, max_value=1, places=6))
def test_a_rate_between_nothing_and_all_never_reads_as_either(share: Decimal) -> None:
    shown = french_percent(share)
    assert (shown == "100\u202f%") == (share == 1)
    assert (shown == "0\u202f%") == (share == 0)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("17000000", "17\u202f000\u202f000\u202f€"),
        ("1500.50", "1\u202f500,50\u202f€"),
        ("-12", "−12\u202f€"),
        ("-0.05", "−0,05\u202f€"),
    ],
)
def test_amounts_show_cents_only_where_there_are_some(amount: str, shown: str) -> None:
    assert french.euros(Decimal(amount)) == shown


def test_what_is_not_known_shows_nothing() -> None:
    shown = [
        french.number(None),
        french.percent(None),
        french.euros(None),
        french.day(None),
        french.moment(None),
    ]
    assert shown == [""] * 5


def test_dates_are_said_in_french() -> None:
    assert french.day(datetime.date(2026, 1, 29)) == "29\u00a0janvier\u00a02026"
    assert french.day(datetime.date(2019, 5, 1)) == "1er\u00a0mai\u00a02019"


def test_a_moment_is_in_the_time_of_the_site() -> None:
    summer_noon = datetime.datetime(2026, 7, 1, 12, 5, tzinfo=datetime.UTC)
    with timezone.override("Europe/Paris"):
        shown = french.moment(summer_noon)
    assert shown == "1er\u00a0juillet\u00a02026 à 14\u00a0h\u00a005"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("l'eau", "l’eau"),
        ("Quoi ?", "Quoi\u202f?"),
        ("Objectif : 30 %", "Objectif\u00a0: 30\u202f%"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("18 000 000 €", "18\u202f000\u202f000\u202f€"),
        ("action n° 3", "action n°\u00a03"),
        ("etc...", "etc…"),
        ("à 14:30, voir https://x.fr/?a=1", "à 14:30, voir https://x.fr/?a=1"),
        ("de 2015 à 2018", "de 2015 à 2018"),
        ("30%", "30%"),
    ],
)
def test_only_spaces_and_signs_are_bettered(typed: str, shown: str) -> None:
    assert typeset(typed) == shown


@given(st.text(alphabet="ab1 0'’«»:;?!%€.-\u00a0\u202f\n", max_size=60))
def test_typesetting_is_stable_and_keeps_every_letter(text: str) -> None:
    def letters(value: str) -> str:
        return "".join(sign for sign in value if sign.isalnum())

    once = typeset(text)
    assert letters(once) == letters(text)
    assert typeset(once) == once


def test_shouted_titles_are_lowered_with_the_plans_proper_names() -> None:
    plan = Plan(cased_words="PCAET\nBesançon")
    assert french.unshout("LE PCAET DE BESANÇON", plan) == "Le PCAET de Besançon"
    assert french.unshout("L'eau à Besançon", plan) == "L’eau à Besançon"


def test_a_title_given_as_a_list_goes_on_one_line() -> None:
    plan = Plan()
    said = french.unshout("- Acheter des vélos\n- Les prêter", plan)
    assert said.replace("\u202f", " ") == "Acheter des vélos ; Les prêter"
    assert french.title_lines("- Acheter\n- Prêter") == ["Acheter", "Prêter"]


def test_paragraphs_and_lists_become_html() -> None:
    html = french.paragraphs("Deux lignes\nd'un bloc :\n- un\n- deux\n\nFin")
    assert html == (
        "<p>Deux lignes<br>d’un bloc\u00a0:</p><ul><li>un</li><li>deux</li></ul><p>Fin</p>"
    )


def test_text_that_looks_like_html_is_escaped() -> None:
    assert french.paragraphs("<b>x</b>\n- <i>") == (
        "<p>&lt;b&gt;x&lt;/b&gt;</p><ul><li>&lt;i&gt;</li></ul>"
    )


def test_an_empty_text_makes_no_paragraph() -> None:
    assert french.paragraphs("  \n\n ") == ""
