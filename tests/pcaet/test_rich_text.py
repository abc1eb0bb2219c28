"""What officers type or paste is kept readable and shown clean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaet.lib.rich_text import read_rich_text, rich_html


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Une année\n\n\n\ndense", "Une année\n\ndense"),
        ("• un\n– deux\n- trois", "- un\n- deux\n- trois"),
        ("5 < 6 & <à définir>", "5 < 6 & <à définir>"),
        (
            "<p>Une <b>bonne</b> <i>année</i></p><p>Suite",
            "Une **bonne** *année*\n\nSuite",
        ),
        ("<b><p>Tout</p><p>en gras</p></b>", "**Tout**\n\n**en gras**"),
        ("<h1>Titre</h1><div>Texte<br>suite</div>", "### Titre\n\nTexte\nsuite"),
        ("<ul><li><p>un</p></li><li>deux</ul>", "- un\n- deux"),
        ("<ol><li>un<li>deux</ol>", "1. un\n2. deux"),
        ("<b>gras </b>puis", "**gras** puis"),
        ("<b><i>les deux</i></b>", "***les deux***"),
        ("Bon<script>alert(1)</script><style>p{}</style>", "Bon"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
    ],
)
def test_what_is_typed_or_pasted_is_kept_with_plain_marks(
    typed: str, kept: str
) -> None:
    assert read_rich_text(typed) == kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Un\ndeux\n\ntrois", "<p>Un<br>deux</p><p>trois</p>"),
        (
            "### Le bilan\n- un\n- deux",
            "<h3>Le bilan</h3><ul><li>un</li><li>deux</li></ul>",
        ),
        ("1. un\n2. deux", "<ol><li>un</li><li>deux</li></ol>"),
        ("**gras** et *italique*", "<p><strong>gras</strong> et <em>italique</em></p>"),
        ("***les deux***", "<p><strong><em>les deux</em></strong></p>"),
        ("5*3*2 = 30 et ** seul", "<p>5*3*2 = 30 et ** seul</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("Qui ?", "<p>Qui\u202f?</p>"),
        ("", ""),
    ],
)
def test_marks_are_shown_as_clean_html(text: str, shown: str) -> None:
    assert rich_html(text) == shown


@pytest.mark.parametrize(
    "pasted",
    [
        '<p style="color:red" onclick="f()">Texte</p>',
        '<a href="javascript:f()">Texte</a>',
        '<img src="x" onerror="f()">Texte',
        "<svg onload=f()>Texte</svg>",
        "<iframe src='x'></iframe>Texte",
        "<p><!-- [if mso] -->Texte",
    ],
)
def test_nothing_but_words_comes_out_of_a_hostile_paste(pasted: str) -> None:
    assert rich_html(read_rich_text(pasted)) == "<p>Texte</p>"


@given(st.text(alphabet="*- \n1.#<>/pbliau&;é", max_size=60))
def test_reading_what_is_shown_keeps_it_the_same(text: str) -> None:
    shown = rich_html(read_rich_text(text))
    assert rich_html(read_rich_text(shown)) == shown
