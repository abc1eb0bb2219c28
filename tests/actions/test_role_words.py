import pytest

from actions.role_words import says_all, says_more


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("CAGB : DEES / Club FACE", ["CAGB", "DEEES", "Club FACE"]),
        ("- Conseil de Bourgogne-Franche-Comté", ["Conseil BFC"]),
        ("INRA, CSGA, CA21, CCI21, ...", ["INRA", "CSGA", "Chambre d'agriculture"]),
        ("SNCF Réseau pour l'infrastructure", ["SNCF Réseau", "pour l'infrastructure"]),
        ("", ["ADEME"]),
    ],
)
def test_a_list_of_names_says_no_more(words: str, known: list[str]) -> None:
    assert not says_more(words, known)


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("ADEME, qui finance les études", ["ADEME"]),
        ("Organisations professionnelles (FFB, CAPEB)", ["FFB", "CAPEB"]),
        ("En cours de choix", []),
    ],
)
def test_a_sentence_says_more(words: str, known: list[str]) -> None:
    assert says_more(words, known)


def test_names_are_found_in_full_or_by_their_acronym() -> None:
    words = "3DE, PLIE et mission ESS apportent leur expertise"

    assert says_all(words, ["Plan local pour l’emploi (PLIE)", "Mission ESS"])
    assert says_all(words, ["Direction du développement durable (3DE)"])
    assert not says_all(words, ["ADEME"])
