import json
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.quantities import Quantity, figures_left_out, read_quantities
from pcaet.lib.numbers import plain

BESANCON = Path(__file__).parents[2] / "fixtures" / "besancon-pcaet.json"

SPACES = ["\u00a0", "\u202f", "\u2009", "\u2007", "\t", "  "]
WORDINGS = {"=": "", ">=": "au moins ", "<=": "au plus ", "~": "environ "}


def firm(text: str) -> list[tuple[str, str, str]]:
    """The quantities of a text that must hold no doubtful one."""
    quantities = read_quantities(text)
    assert not [quantity for quantity in quantities if quantity.doubtful]
    return [(q.comparator, plain(q.value), q.unit) for q in quantities]


def doubtful(text: str) -> list[tuple[str, str, str]]:
    """The quantities of a text that must hold only doubtful ones."""
    quantities = read_quantities(text)
    assert all(quantity.doubtful for quantity in quantities)
    return [(q.comparator, plain(q.value), q.unit) for q in quantities]


def write(quantity: Quantity) -> str:
    number = plain(quantity.value).replace(".", ",")
    return f"{WORDINGS[quantity.comparator]}{number} {quantity.unit}".strip()


# --- What each quantity holds ------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "Méthodologie généralisée", "deux réunions", "au moins"]
)
def test_a_text_without_number_has_no_quantity(text: str) -> None:
    assert read_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30", [("=", "30", "")]),
        ("1 label obtenu", [("=", "1", "label obtenu")]),
        (
            "1 colloque et 3 matinales organisées",
            [("=", "1", "colloque"), ("=", "3", "matinales organisées")],
        ),
        (
            "1 recrutement effectué 20 familles recrutées",
            [("=", "1", "recrutement effectué"), ("=", "20", "familles recrutées")],
        ),
        (
            "1 guide, 2 ateliers / 3 visites\n4 fiches",
            [
                ("=", "1", "guide"),
                ("=", "2", "ateliers"),
                ("=", "3", "visites"),
                ("=", "4", "fiches"),
            ],
        ),
        (
            "- 3 ateliers\n- 2 formations\n",
            [("=", "3", "ateliers"), ("=", "2", "formations")],
        ),
        (
            "1 charte signée. 2 ateliers.",
            [("=", "1", "charte signée"), ("=", "2", "ateliers")],
        ),
        (
            "1 document créé (guide, flyer, plaquette...)",
            [("=", "1", "document créé (guide, flyer, plaquette...)")],
        ),
        (
            "1 charte, 2 guides, etc.",
            [("=", "1", "charte"), ("=", "2", "guides, etc.")],
        ),
        (
            "1 veille (retours – colloques) 2 formations (par le service)",
            [
                ("=", "1", "veille (retours – colloques)"),
                ("=", "2", "formations (par le service)"),
            ],
        ),
        ("Participation à 3 évènements", [("=", "3", "évènements")]),
        ("Objectif : 3 ateliers", [("=", "3", "ateliers")]),
        ("« 3 ateliers »", [("=", "3", "ateliers")]),
        ("2 fois par an", [("=", "2", "fois par an")]),
        ("50 tonnes de CO2 évitées", [("=", "50", "tonnes de CO2 évitées")]),
        ("12 000 m2 végétalisés", [("=", "12000", "m2 végétalisés")]),
    ],
)
def test_words_up_to_the_next_number_are_the_unit(
    text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert firm(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "30 % des marchés concernés par des clauses (parmi les marchés pouvant être"
            " concernés)",
            [
                (
                    "=",
                    "30",
                    "% des marchés concernés par des clauses (parmi les marchés"
                    " pouvant être concernés)",
                )
            ],
        ),
        ("100% des objectifs", [("=", "100", "% des objectifs")]),
        ("12,5 %", [("=", "12.5", "%")]),
        ("-20 % de déchets", [("=", "-20", "% de déchets")]),
        ("-2 °C", [("=", "-2", "°C")]),
    ],
)
def test_rates_keep_their_sign_in_the_unit(
    text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert firm(text) == expected


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("50 K€", "50000", "€"),
        ("50k€", "50000", "€"),
        ("90 K € HT", "90000", "€ HT"),
        ("7,055M€", "7055000", "€"),
        ("18 000 000 €", "18000000", "€"),
        ("50 000€", "50000", "€"),
        ("2019 €", "2019", "€"),
        ("154,2 millions € HT", "154200000", "€ HT"),
        ("3 millions d’euros investis", "3000000", "€ investis"),
        ("2 milliards d'euros", "2000000000", "€"),
        ("5 milliers d'euros par an", "5000", "€ par an"),
        ("30 euros/habitant", "30", "€/habitant"),
    ],
)
def test_amounts_are_in_euros(text: str, value: str, unit: str) -> None:
    assert firm(text) == [("=", value, unit)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 500 familles", "1500"),
        ("1 500,50 familles", "1500.5"),
        ("1’500 familles", "1500"),
        ("1.500.000 familles", "1500000"),
        ("0,5 familles", "0.5"),
        ("0 familles", "0"),
    ],
)
def test_french_numbers_are_read_in_a_text(text: str, value: str) -> None:
    assert firm(text) == [("=", value, "familles")]


# --- Comparators -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("Au moins 3 ateliers", ">="),
        ("au minimum 3 ateliers", ">="),
        ("Minimum : 3 ateliers", ">="),
        ("minimum de 3 ateliers", ">="),
        ("a minima 3 ateliers", ">="),
        ("À MINIMA 3 ateliers", ">="),
        ("≥ 3 ateliers", ">="),
        (">=3 ateliers", ">="),
        ("Au moins\n3 ateliers", ">="),
        ("3 ateliers au moins", ">="),
        ("3 ateliers au minimum", ">="),
        ("3 ateliers minimum", ">="),
        ("3 ateliers a minima", ">="),
        ("3 ateliers (minimum)", ">="),
        ("au plus 3 ateliers", "<="),
        ("maximum 3 ateliers", "<="),
        ("jusqu’à 3 ateliers", "<="),
        ("3 ateliers maximum", "<="),
        ("3 ateliers au plus", "<="),
        ("environ 3 ateliers", "~"),
        ("près de 3 ateliers", "~"),
        ("3 ateliers environ", "~"),
    ],
)
def test_comparators_stand_before_or_after(text: str, comparator: str) -> None:
    assert firm(text) == [(comparator, "3", "ateliers")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("une 20aine de contrats", "20"),
        ("Une 50aine de contrats", "50"),
        ("une vingtaine de contrats", "20"),
        ("une quinzaine de contrats", "15"),
        ("une centaine de contrats", "100"),
        ("un millier de contrats", "1000"),
    ],
)
def test_round_numbers_are_about(text: str, value: str) -> None:
    assert firm(text) == [("~", value, "contrats")]


def test_a_round_number_may_have_a_comparator() -> None:
    assert firm("au moins une centaine d'agents") == [(">=", "100", "agents")]


def test_a_round_number_may_follow_another() -> None:
    assert firm("3 ateliers et une dizaine d'agents") == [
        ("=", "3", "ateliers"),
        ("~", "10", "agents"),
    ]


def test_a_fortnight_is_no_number() -> None:
    assert read_quantities("une quinzaine commerciale") == []


def test_a_comparator_speaks_of_one_number_only() -> None:
    text = (
        "Au moins 1 groupe de travail constitué 2 réunions réalisées 60 % des AOT"
        " régionales représentées par au moins un agent ou élu"
    )

    assert firm(text) == [
        (">=", "1", "groupe de travail constitué"),
        ("=", "2", "réunions réalisées"),
        (
            "=",
            "60",
            "% des AOT régionales représentées par au moins un agent ou élu",
        ),
    ]


def test_a_comparator_may_end_a_clause() -> None:
    assert firm("2 réunions réalisées au minimum, services rencontrés") == [
        (">=", "2", "réunions réalisées, services rencontrés")
    ]


def test_a_comparator_may_touch_its_number() -> None:
    assert firm("30 % minimum des marchés") == [(">=", "30", "% des marchés")]


def test_a_line_break_leaves_the_comparator_before_it() -> None:
    assert firm("2 réunions au minimum\n3 ateliers") == [
        (">=", "2", "réunions"),
        ("=", "3", "ateliers"),
    ]


def test_a_comma_gives_the_comparator_to_the_next() -> None:
    assert firm("2 réunions, au minimum 3 ateliers") == [
        ("=", "2", "réunions"),
        (">=", "3", "ateliers"),
    ]


def test_a_comparator_between_two_numbers_is_doubtful() -> None:
    assert doubtful("2 réunions au minimum 3 ateliers") == [
        ("=", "2", "réunions"),
        (">=", "3", "ateliers"),
    ]


def test_a_comparator_inside_a_phrase_is_doubtful() -> None:
    assert doubtful("60 % des services ayant au moins suivi la formation") == [
        (">=", "60", "% des services ayant au moins suivi la formation")
    ]


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("plus de 50 agents", ">="),
        ("> 50 agents", ">="),
        ("moins de 50 agents", "<="),
    ],
)
def test_a_strict_comparator_is_doubtful(text: str, comparator: str) -> None:
    assert doubtful(text) == [(comparator, "50", "agents")]


# --- Doubt -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("COP 21", "21"),
        ("2015", "2015"),
        ("été 2019", "2019"),
        ("article 3", "3"),
        ("n° 12", "12"),
        ("N°12", "12"),
        ("1er", "1"),
        ("6e étoile", "6"),
        ("24 mois", "24"),
        ("2 jours de formation", "2"),
        ("01/09/2019", "1"),
        ("2/3 des marchés", "2"),
        ("2000 familles", "2000"),
        ("1.500 familles", "1500"),
        ("1.2.3", "1"),
        ("3D", "3"),
        ("50 000€?", "50000"),
        ("50 (minimum) K€", "50"),
        ("- 20 % de déchets", "20"),
        ("-3 ateliers", "-3"),
        ("213 500 123 000 18", "213500123000"),
    ],
)
def test_what_may_not_be_a_quantity_is_doubtful(text: str, value: str) -> None:
    assert doubtful(text)[0][1] == value


@pytest.mark.parametrize("text", ["H2020", "CO2", "CG25", "J-24", "L.2124-3", "v1.2.3"])
def test_digits_of_a_name_are_no_number(text: str) -> None:
    assert read_quantities(text) == []


def test_a_number_with_impossible_size_is_doubtful() -> None:
    assert doubtful("SIRET 21350012300018") == [("=", "21350012300018", "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 à 8 BOM", [(">=", "4", "BOM"), ("<=", "8", "BOM")]),
        ("entre 4 et 8 BOM", [(">=", "4", "BOM"), ("<=", "8", "BOM")]),
        ("4-8 BOM", [(">=", "4", "BOM"), ("<=", "8", "BOM")]),
        ("passer de 8 à 4 BOM", [("<=", "8", "BOM"), (">=", "4", "BOM")]),
        ("30 % à 50 % de bio", [(">=", "30", "% de bio"), ("<=", "50", "% de bio")]),
        ("17 à 27 M€", [(">=", "17000000", "€"), ("<=", "27000000", "€")]),
        ("500 K€ à 2 M€", [(">=", "500000", "€"), ("<=", "2000000", "€")]),
    ],
)
def test_a_range_gives_its_two_bounds_to_confirm(
    text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert doubtful(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance traitant 1 sujet", ("=", "1", "instance traitant 1 sujet")),
        (
            "Méthodologie testée sur 2 domaines ou types",
            ("=", "2", "domaines ou types"),
        ),
        ("1 stand à la COP 21", ("=", "1", "stand à la COP 21")),
        ("2 bilans en 2016 et 2017", ("=", "2", "bilans en 2016 et 2017")),
        ("30 % de moins d’ici 2030", ("=", "30", "% de moins d’ici 2030")),
        ("20 familles dont 5 aidées", ("=", "20", "familles dont 5 aidées")),
        ("2 formations (10 agents)", ("=", "2", "formations (10 agents)")),
    ],
)
def test_a_number_inside_a_phrase_stays_in_its_unit(
    text: str, expected: tuple[str, str, str]
) -> None:
    assert doubtful(text) == [expected]


def test_doubt_does_not_reach_the_next_quantity() -> None:
    quantities = read_quantities("2 formations (10 agents) et 3 ateliers")

    assert [(q.unit, q.doubtful) for q in quantities] == [
        ("formations (10 agents)", True),
        ("ateliers", False),
    ]


def test_numbers_without_words_between_them_are_doubtful() -> None:
    assert doubtful("03 81 61") == [("=", "3", ""), ("=", "81", ""), ("=", "61", "")]


# --- The plan of Grand Besançon ----------------------------------------------------


def besancon_targets() -> Iterator[dict[str, Any]]:
    plan = json.loads(BESANCON.read_text(encoding="utf-8"))
    for action in plan["actions"]:
        for measure in action["measures"]:
            for indicator in measure["indicators"]:
                yield from indicator["targets"].values()


def test_besancon_quantities_are_all_read() -> None:
    targets = list(besancon_targets())
    read = [q for target in targets for q in read_quantities(target["text"])]

    assert len(targets) == 92
    assert len(read) == 120
    assert Counter(q.comparator for q in read) == {"=": 112, ">=": 8}
    assert sum(q.unit.startswith("%") for q in read) == 8
    assert {q.unit for q in read if q.doubtful} == {
        "instance traitant 1 sujet",
        "domaines ou types de produits et services",
    }


def test_besancon_file_holds_what_is_read() -> None:
    for target in besancon_targets():
        assert target["quantities"] == [
            {"comparator": q.comparator, "value": plain(q.value), "unit": q.unit}
            for q in read_quantities(target["text"])
        ]


# --- Any text ----------------------------------------------------------------------

PIECES = [
    *["1", "3", "20", "1 500", "0,5", "1.500", "2015", "20aine", "7,055", "12 345 6"],
    *["%", "€", "K€", "M€", "mois", "er", "ateliers", "réunions tenues", "CO2", "COP"],
    *["au moins", "au minimum", "maximum", "environ", "plus de", ">=", "une", "un"],
    *["et", ",", "/", "\n", "à", "de", "sur", "entre", "traitant", "ou", "n°", "-"],
    *[
        "(",
        ")",
        "«",
        "»",
        ".",
        "...",
        "?",
        ":",
        "–",
        "etc.",
        "vingtaine",
        "vingtaine de",
    ],
]
likely_texts = st.lists(st.sampled_from(PIECES)).map(" ".join)
texts = st.one_of(
    st.text(), likely_texts, st.lists(st.sampled_from(PIECES)).map("".join)
)
units = st.lists(
    st.sampled_from(["réunions", "réalisées", "agents", "formés", "(guide, flyer)"]),
    min_size=1,
    max_size=4,
).map(" ".join)
clear_quantities = st.builds(
    Quantity,
    comparator=st.sampled_from(list(WORDINGS)),
    value=st.one_of(
        st.integers(0, 1800), st.decimals(0, 1800, places=2), st.integers(2101, 10**11)
    ).map(Decimal),
    unit=st.one_of(units, units.map("% de {}".format), units.map("€ pour {}".format)),
    doubtful=st.just(False),
)


@given(texts)
def test_any_text_is_read(text: str) -> None:
    for quantity in read_quantities(text):
        assert quantity.comparator in WORDINGS
        assert quantity.value.is_finite()
        assert quantity.unit == " ".join(quantity.unit.split())


@given(texts, st.sampled_from(SPACES))
def test_spaces_of_any_kind_are_equivalent(text: str, space: str) -> None:
    assert read_quantities(text.replace(" ", space)) == read_quantities(text)


@given(st.lists(clear_quantities), st.sampled_from([", ", " et ", " / ", "\n", " "]))
def test_written_quantities_are_read_back_in_order(
    quantities: list[Quantity], joiner: str
) -> None:
    assert read_quantities(joiner.join(map(write, quantities))) == quantities


@given(likely_texts)
def test_a_firm_reading_reads_back_the_same(text: str) -> None:
    sure = [q for q in read_quantities(text) if not q.doubtful]

    assert read_quantities(", ".join(map(write, sure))) == sure


@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "1",
        "1 ",
        "1 111 ",
        "1,",
        "1.",
        "1-",
        "au moins ",
        "entre 1 ",
        "(",
        ")",
        "3 (",
    ],
)
def test_reading_time_grows_with_the_text_only(pattern: str) -> None:
    started = time.process_time()
    read_quantities(pattern * (100_000 // len(pattern)))

    assert time.process_time() - started < 30  # quadratic reading takes hours


def test_a_figure_that_the_base_cannot_hold_is_left_out() -> None:
    text = "12 visites, compte 1234567890123456789012"
    assert [q.value for q in read_quantities(text)] == [Decimal(12)]
    assert figures_left_out(text) == ["1234567890123456789012"]
    assert figures_left_out("999999999999999999 visites et 0,000001 t") == []
    assert read_quantities("0,0000001 t") == []
