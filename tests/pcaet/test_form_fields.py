"""Lists typed as plain lines, long lists of choices."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from pcaet.lib.form_fields import LinesField, LongSelect, YearsField
from pcaet.lib.text import clean

texts = st.text(max_size=80).map(clean).filter(bool)


@pytest.mark.parametrize(
    ("typed", "years"),
    [
        ("2015, 2016, 2017", [2015, 2016, 2017]),
        ("2017 ; 2015", [2015, 2017]),
        ("2015\n2016", [2015, 2016]),
        ("2015 à 2018", [2015, 2016, 2017, 2018]),
        ("2015-2016, 2018", [2015, 2016, 2018]),
        ("2015, 2015", [2015]),
        ("", []),
        (" , ", []),
    ],
)
def test_years_are_read(typed: str, years: list[int]) -> None:
    assert YearsField(required=False).clean(typed) == years


@pytest.mark.parametrize("typed", ["deux mille", "15", "2018-2015", "1000-9999"])
def test_what_is_no_year_is_said_in_french(typed: str) -> None:
    with pytest.raises(ValidationError, match=f"« {typed} »"):
        YearsField().clean(typed)


@given(st.text())
def test_years_never_raise_anything_else(typed: str) -> None:
    try:
        found = YearsField(required=False).clean(typed)
    except ValidationError:
        return
    assert found == sorted(set(found))


def test_a_line_is_an_item_and_an_indented_line_goes_on() -> None:
    typed = "Un appel à projets\r\n  en deux vagues\r\n\r\nUne charte\r\n"
    assert LinesField().clean(typed) == [
        "Un appel à projets\nen deux vagues",
        "Une charte",
    ]


@given(st.lists(texts))
def test_lines_come_back_as_they_were(items: list[str]) -> None:
    field = LinesField(required=False)
    assert field.clean(field.prepare_value(items)) == items


def test_an_untouched_list_has_not_changed() -> None:
    items = ["Un\n\ndeux", "Trois"]
    field = LinesField(required=False)
    typed = field.prepare_value(items).replace("\n", "\r\n")
    assert not field.has_changed(items, typed)
    assert field.has_changed(items, typed + "\r\nQuatre")


CHOICES = [("", "Tous"), ("1", "A & B"), ("Ville", [("2", "Énergie"), ("3", "<b>")])]


@pytest.mark.parametrize("value", ["", "1", "3", None, "9"])
def test_a_long_list_says_what_a_short_one_says(value: str | None) -> None:
    rendered = [
        widget(choices=CHOICES).render("organisme", value, {"id": "id_organisme"})
        for widget in (forms.Select, LongSelect)
    ]
    usual, plain = ("".join(html.split()) for html in rendered)
    assert plain == usual
