from hypothesis import given
from hypothesis import strategies as st

from pcaet.lib.casing import learn_casing, unshout

PROSE = [
    "La Ville de Besançon et le TER desservent le plan de mobilité (PDE).",
    "Les thématiques air-énergie-climat concernent le Plan et le plan.",
    "1 réunion en 2015",
]


def known() -> dict[str, str]:
    return {word.casefold(): word for word in learn_casing(PROSE)}


def test_names_and_acronyms_are_learnt_inside_sentences() -> None:
    assert set(learn_casing(PROSE)) >= {"Besançon", "TER", "PDE", "Ville"}
    assert not {"La", "Les", "2015", "plan"} & set(learn_casing(PROSE))


def test_a_shouted_title_is_lowered() -> None:
    shouted = "DÉVELOPPER LE TER À BESANÇON"
    assert unshout(shouted, known()) == "Développer le TER à Besançon"


def test_a_quoted_name_keeps_its_first_capital() -> None:
    shouted = "CONTINUER L'OPÉRATION « FAMILLES ACTIVES »"
    assert unshout(shouted, {}) == "Continuer l'opération « Familles actives »"


def test_a_group_of_consonants_is_an_acronym() -> None:
    assert unshout("CONSEILS (CCH, CDP) ET COP", {}) == "Conseils (CCH, CDP) et cop"


def test_a_title_in_sentence_case_stays_as_it_is() -> None:
    assert unshout("Suivre le budget du PCAET", {}) == "Suivre le budget du PCAET"
    assert unshout("PCAET", {}) == "PCAET"


@given(st.text())
def test_the_words_are_kept(text: str) -> None:
    shown = unshout(text, known())
    assert shown.casefold() == text.casefold() or shown.upper() == text.upper()
