from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.cells import (
    STATUS_SYNONYMS,
    Budget,
    Cell,
    When,
    read_budget,
    read_status,
    read_when,
    suggest_status,
)
from pcaet.lib.plan_format import load

DIJON = Path(__file__).parents[2] / "fixtures" / "dijon-pcaet.json"

cells = (
    st.none()
    | st.text()
    | st.integers()
    | st.floats()
    | st.decimals(min_value=-(10**20), max_value=10**20)
    | st.dates()
    | st.datetimes()
)
words_of_cells = st.text(alphabet="0123456789 .,€?/+-()kmKM#àHTC~", max_size=40)


@pytest.mark.parametrize(
    ("text", "minimum", "maximum"),
    [
        ("24 000 €", 24_000, 24_000),
        ("24\u202f000\u00a0€", 24_000, 24_000),
        ("700 000,00 €", 700_000, 700_000),
        ("346 000 €", 346_000, 346_000),
        ("90 K€", 90_000, 90_000),
        ("7,055M€", 7_055_000, 7_055_000),
        ("35,9M€", 35_900_000, 35_900_000),
        ("1,2 Md€", 1_200_000_000, 1_200_000_000),
        ("3 milliards d’euros", 3_000_000_000, 3_000_000_000),
        ("24 000 euros TTC", 24_000, 24_000),
        ("Budget global : 24 000 €", 24_000, 24_000),
        ("17 à 27 M€", 17_000_000, 27_000_000),
        ("entre 10 000 et 20 000 €", 10_000, 20_000),
        ("10-20 k€", 10_000, 20_000),
        ("de 1 à 2 millions d'euros", 1_000_000, 2_000_000),
        ("5 000 000€ (usine) + 15 000 000€ (réseau)", 20_000_000, 20_000_000),
        ("50 000 € + 3 M€", 3_050_000, 3_050_000),
        ("20 000 € HT / 24 000 € TTC", 20_000, 24_000),
        (
            "budget global convention 154,2 millions € HT 174,1 millions € TTC",
            154_200_000,
            174_100_000,
        ),
        ("au moins 2 M€", 2_000_000, None),
        ("jusqu'à 30 000 €", None, 30_000),
        ("0 €", 0, 0),
    ],
)
def test_budget_is_read(text: str, minimum: int | None, maximum: int | None) -> None:
    budget = read_budget(text)
    assert (budget.minimum, budget.maximum) == (minimum, maximum)
    assert budget.understood
    assert not budget.uncertain
    assert budget.raw == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50 000€?", 50_000),
        ("environ 3 M€", 3_000_000),
        ("~3 M€", 3_000_000),
        ("200 K€/an", 200_000),
        ("200 K€ (par an)", 200_000),
        ("100 000 € (estimatif)", 100_000),
    ],
)
def test_budget_is_read_as_uncertain(text: str, amount: int) -> None:
    budget = read_budget(text)
    assert budget == Budget(
        minimum=Decimal(amount),
        maximum=Decimal(amount),
        uncertain=True,
        understood=True,
        raw=text,
    )


@pytest.mark.parametrize(
    "text",
    [
        "En cours de calcul",
        "?",
        "/",
        "Intégré dans l'action du service énergie",
        "Marché attribué fin 2019",
        "TI : 45 M€ ; agriculture urbaine : ? ; PAT : 2 M€",
        "2 M€ (dont 500 K€ de la Région)",
        "1.500 €",
        "1,500 €",
        "27 à 17 M€",
        "20 000 + 3 M€",
        "-5 000 €",
        "12 ETP",
        "# à 5 €",
        "99999999999999999999 €",
    ],
)
def test_budget_is_not_guessed(text: str) -> None:
    assert read_budget(text) == Budget(None, None, False, False, text)


@pytest.mark.parametrize("cell", ["", "  ", None])
def test_empty_budget_is_understood(cell: Cell) -> None:
    assert read_budget(cell).understood


@pytest.mark.parametrize("cell", [7055000, 7055000.0, Decimal(7055000)])
def test_budget_of_a_number_cell(cell: Cell) -> None:
    assert read_budget(cell) == Budget(
        Decimal(7055000), Decimal(7055000), False, True, "7055000"
    )


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("2019", 2019),
        ("2019.0", 2019),
        (2019, 2019),
        (2019.0, 2019),
        ("été 2019", 2019),
        ("Début 2020", 2020),
        ("mi-2020", 2020),
    ],
)
def test_year_without_date(cell: Cell, year: int) -> None:
    when = read_when(cell)
    assert (when.year, when.date, when.understood) == (year, None, True)


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("mai-19", datetime.date(2019, 5, 1)),
        ("déc-30", datetime.date(2030, 12, 1)),
        ("sept-19", datetime.date(2019, 9, 1)),
        ("Sept. 2019", datetime.date(2019, 9, 1)),
        ("septembre 2019", datetime.date(2019, 9, 1)),
        ("09/2019", datetime.date(2019, 9, 1)),
        ("01/09/2019", datetime.date(2019, 9, 1)),
        ("1/9/19", datetime.date(2019, 9, 1)),
        ("1er septembre 2019", datetime.date(2019, 9, 1)),
        ("2019-09-01", datetime.date(2019, 9, 1)),
        ("2019-09-01 00:00:00", datetime.date(2019, 9, 1)),
        (datetime.date(2019, 9, 1), datetime.date(2019, 9, 1)),
        (datetime.datetime(2019, 9, 1), datetime.date(2019, 9, 1)),
    ],
)
def test_date(cell: Cell, date: datetime.date) -> None:
    when = read_when(cell)
    assert (when.year, when.date, when.understood) == (date.year, date, True)


@pytest.mark.parametrize(
    "cell",
    [
        "?",
        "/",
        "2020-2026",
        "2020 ?",
        "31/02/2020",
        "demain",
        "TI : 2030 ; PAT : 2021 ;",
        43709,
        "0019",
    ],
)
def test_date_is_not_guessed(cell: Cell) -> None:
    assert read_when(cell) == When(None, None, False, str(cell))


@pytest.mark.parametrize("cell", ["", None])
def test_empty_date_is_understood(cell: Cell) -> None:
    assert read_when(cell) == When(None, None, True, "")


def test_raw_date_reads_as_on_screen() -> None:
    assert read_when(2019.0).raw == "2019"
    assert read_when(datetime.datetime(2019, 9, 1)).raw == "2019-09-01"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Fait", "done"),
        ("Terminé", "done"),
        ("Complété", "done"),
        ("Complète", "done"),
        ("Réalisé", "done"),
        ("Non lancé", "to_start"),
        ("À venir", "to_start"),
        ("A démarrer", "to_start"),
        ("Non  démarré ", "to_start"),
        ("Nouveau", "new"),
        ("EN COURS", "in_progress"),
        ("En retard", "late"),
        ("En pause", "paused"),
        ("Suspendu", "paused"),
        ("Bloqué", "blocked"),
        ("Abandonné", "abandoned"),
        ("À discuter", "to_discuss"),
    ],
)
def test_status_is_read(text: str, status: str) -> None:
    assert read_status(text) == status


@pytest.mark.parametrize("text", ["", "Neuveu", "En cours ?", "presque fait"])
def test_status_is_not_guessed(text: str) -> None:
    assert read_status(text) is None


def test_near_miss_is_suggested() -> None:
    assert suggest_status("Neuveu") == "new"
    assert suggest_status("En cour") == "in_progress"


@pytest.mark.parametrize("text", ["", "Peut-être", "En cours " * 50])
def test_no_suggestion_from_afar(text: str) -> None:
    assert suggest_status(text) is None


def test_synonyms_are_written_folded() -> None:
    assert all(read_status(synonym) for synonym in STATUS_SYNONYMS)


def test_dijon_plan_says_what_its_cells_read() -> None:
    actions = load(DIJON.read_text(encoding="utf-8")).actions
    for action in actions:
        budget = read_budget(action.budget.raw)
        assert action.budget.min == (budget.minimum and str(budget.minimum))
        assert action.budget.max == (budget.maximum and str(budget.maximum))
        assert action.budget.uncertain == budget.uncertain
        for written in (action.start, action.end):
            when = read_when(written.raw)
            assert (written.year, written.date) == (when.year, when.date)
        assert action.status == read_status(action.status_raw)
    assert len(actions) == 95


@given(cells | words_of_cells)
def test_no_cell_raises(cell: Cell) -> None:
    budget, when = read_budget(cell), read_when(cell)
    assert budget.understood or (budget.minimum, budget.maximum) == (None, None)
    assert when.understood or (when.year, when.date) == (None, None)
    read_status(budget.raw)
    suggest_status(budget.raw)


@given(words_of_cells)
def test_budget_bounds_are_ordered(text: str) -> None:
    budget = read_budget(text)
    if budget.minimum is not None and budget.maximum is not None:
        assert 0 <= budget.minimum <= budget.maximum


@given(st.integers(min_value=0, max_value=10**11))
def test_budget_written_in_french_reads_back(amount: int) -> None:
    text = f"{amount:,} €".replace(",", "\u202f")
    assert read_budget(text).minimum == amount


@given(
    st.dates(min_value=datetime.date(2000, 1, 1), max_value=datetime.date(2099, 12, 31))
)
def test_date_written_in_french_reads_back(date: datetime.date) -> None:
    assert read_when(f"{date:%d/%m/%Y}").date == date
    assert read_when(f"{date:%d/%m/%y}").date == date


@pytest.mark.parametrize("piece", ["1 ", "1 m ", "(1) ", "1+", "estimee", "? "])
def test_long_cell_is_refused_at_once(piece: str) -> None:
    text = piece * 10_000
    assert not read_budget(text).understood
    assert not read_when(text).understood
