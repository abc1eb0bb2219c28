from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.models import Plan
from pcaet.lib.casing import learn_casing, unshout

KNOWN = {"besançon": "Besançon", "pcaet": "PCAET", "grand": "Grand", "co2": "CO2"}


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("DÉVELOPPER LE COVOITURAGE", "Développer le covoiturage"),
        ("L’EAU DU GRAND BESANÇON", "L’eau du Grand Besançon"),
        ("LE PCAET, UN OUTIL", "Le PCAET, un outil"),
        ("- RÉDUIRE LE CO2", "- Réduire le CO2"),
        ("ÉCO-QUARTIER DE BESANÇON-OUEST", "Éco-quartier de Besançon-ouest"),
        ("ACHETER 3 BUS", "Acheter 3 bus"),
    ],
)
def test_a_shouted_title_is_lowered(title: str, shown: str) -> None:
    assert unshout(title, KNOWN) == shown


@pytest.mark.parametrize(
    "title", ["Développer le covoiturage", "PCAET", "Plan CLIMAT", "2017", ""]
)
def test_other_titles_stay_as_they_are(title: str) -> None:
    assert unshout(title, KNOWN) == title


def test_proper_names_are_learnt_inside_sentences() -> None:
    texts = [
        "Le service de Besançon. Développer le vélo.",
        "Réunir le SMAC avec Besançon",
    ]
    assert learn_casing(texts) == ["Besançon", "SMAC"]


def test_a_word_mostly_written_low_is_no_name() -> None:
    assert learn_casing(["le Vélo, le vélo et le vélo"]) == []


def test_shouted_lines_teach_nothing() -> None:
    assert learn_casing(["LE VÉLO À BESANÇON"]) == []


@given(st.text())
def test_words_are_never_lost(text: str) -> None:
    shown = unshout(text, {})
    assert shown.casefold() == text.casefold() or shown.upper() == text.upper()


@given(st.text())
def test_lowering_twice_changes_nothing(text: str) -> None:
    once = unshout(text, KNOWN)
    assert unshout(once, KNOWN) == once


def test_besancon_keeps_its_names(besancon: Plan) -> None:
    known = besancon.known_casing
    assert unshout("LES AGENTS DE LA CAGB ET DE BESANÇON", known) == (
        "Les agents de la CAGB et de Besançon"
    )
