from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaet.lib.text import clean, fold, html_to_text

TAGS = ["<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<br/>", "<!--", "-->", "<b"]
ODDITIES = ["<![if !x]>", "<script>", "</script>", "&amp;", "&#0;", "<a href='", "</"]
WORDS = ["<", ">", "- ", "\n", "<à faire>", "<nom>", "é", " ", "mot", '"']
pieces_of_html = st.lists(st.sampled_from([*TAGS, *ODDITIES, *WORDS]), max_size=30).map(
    "".join
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Non  Démarré\n", "non demarre"),
        ("L’ŒUVRE", "l'oeuvre"),
        ("Cit\u00b4ergie – été", "cit'ergie - ete"),
        ("Pi\u00adlote\u00a0:", "pilote :"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  deux   mots ", "deux mots"),
        ("24\u202f000\u00a0€", "24 000 €"),
        ("e\u0301te\u0301", "été"),
        ("une\r\ndeux \n\n\n\n trois", "une\ndeux\n\ntrois"),
        ("zéro\u200bwidth\x00", "zérowidth"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Une</p> <p>Deux &amp; trois</p>", "Une\n\nDeux & trois"),
        ("Une<br>deux<br/>trois", "Une\ndeux\ntrois"),
        (
            "<p>Ceci :</p> <ul> <li>a</li> <li>b</li> </ul> <p>Puis</p>",
            "Ceci :\n- a\n- b\n\nPuis",
        ),
        ("<ul><li>- a</li><li></li><li>• b</li></ul>", "- a\n- b"),
        ("<ul><li><p>a</p></li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n- c"),
        ("<ul><li>-5 °C</li></ul>", "- -5 °C"),
        ("<p>- <b>Ville</b> résiliente</p>", "- Ville résiliente"),
        ("<style>p {}</style><p>x</p><!-- y --><![if !z]>", "x"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("R&D &lt; 2 &eacute;", "R&D < 2 é"),
        ("&parapheur\nsigné", "&parapheur\nsigné"),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "text", ["<à définir>", "<nom du service>", "3 < 5 et 6 > 2", "a <b", "x <![ y"]
)
def test_text_that_looks_like_html_stays(text: str) -> None:
    assert html_to_text(text) == text


@given(st.text())
def test_fold_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_clean_is_stable(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


@given(pieces_of_html | st.text())
def test_no_html_raises(html: str) -> None:
    text = html_to_text(html)
    assert clean(text) == text


@pytest.mark.parametrize("piece", ["<a ", "<", "</b", "<![if ", "<a b='", "&", "- "])
def test_broken_html_is_read_in_a_moment(piece: str) -> None:
    html_to_text("<p>" + piece * 8_000)
