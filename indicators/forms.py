"""The form of one row: what was done, for one indicator and one year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from pcaet.lib.numbers import plain, read_number
from pcaet.lib.text import clean

from .enums import State
from .models import Cell, Quantity
from .typing import Entry

# What the base holds exactly: 18 digits before the comma, 6 after.
MAX_DIGITS_BEFORE = 18
MAX_DIGITS_AFTER = 6
MAX_TEXT = 20_000


class FrenchNumberField(forms.CharField):
    """An exact number written as French people write it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=False, max_length=60, widget=widget, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        number = read_number(text)
        if number is None:
            raise ValidationError(
                f"« {text} » n’est pas compris comme un nombre : écrire par exemple "
                "1 500 ou 12,5. Les mots vont dans le texte."
            )
        _check_size(number)
        return number


def _check_size(number: Decimal) -> None:
    if abs(number) >= 10**MAX_DIGITS_BEFORE:
        raise ValidationError("Ce nombre est trop grand (18 chiffres au plus).")
    decimals = plain(number).partition(".")[2]
    if len(decimals) > MAX_DIGITS_AFTER:
        raise ValidationError("Six chiffres au plus après la virgule.")


class ResultForm(forms.Form):
    """One cell of the grid, with a field for each quantity promised.

    ``version`` and ``base`` say which state of the cell the author saw: a row that
    they did not touch is never written, whoever changed it meanwhile.
    """

    text = forms.CharField(
        label="Ce qui a été fait",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    state = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Selon les chiffres"), *State.choices],
    )
    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    base = forms.CharField(max_length=16, widget=forms.HiddenInput, required=False)

    def __init__(
        self, cell: Cell, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.cell = cell
        self.conflict: Entry | None = None
        self.conflict_author: User | None = None
        seen = Entry.of(cell.result)
        initial = {
            "text": seen.text,
            "state": seen.state,
            "comment": seen.comment,
            "version": cell.result.version if cell.result else 0,
            "base": seen.fingerprint,
        }
        super().__init__(
            data,
            initial=initial,
            prefix=f"r{cell.indicator.pk}",
            label_suffix="",
            **kwargs,
        )
        self._add_values(seen)
        if not self.value_names:
            self.fields["state"].choices = [  # type: ignore[attr-defined]
                ("", "À choisir"),
                *State.choices,
            ]

    def _add_values(self, seen: Entry) -> None:
        """A field a quantity, or one in the indicator's unit where none is promised."""
        quantities: list[Quantity | None] = [line.quantity for line in self.cell.lines]
        if not quantities and self.cell.target is None:
            quantities = [None]
        self.value_names = [f"value_{index}" for index in range(len(quantities))]
        for index, quantity in enumerate(quantities):
            unit = quantity.unit if quantity else self.cell.indicator.unit
            value = seen.values[index] if index < len(seen.values) else None
            name = self.value_names[index]
            self.fields[name] = FrenchNumberField(label=unit or "Valeur")
            self.initial[name] = (
                plain(value).replace(".", ",") if value is not None else ""
            )

    @property
    def value_rows(self) -> list[tuple[forms.BoundField, Quantity | None]]:
        """Each number's field with the quantity it answers."""
        quantities = [line.quantity for line in self.cell.lines] or [None]
        return [
            (self[name], quantity)
            for name, quantity in zip(self.value_names, quantities, strict=False)
        ]

    def clean_text(self) -> str:
        return clean(self.cleaned_data["text"])

    def clean_comment(self) -> str:
        return clean(self.cleaned_data["comment"])

    @property
    def entry(self) -> Entry:
        """What was typed, once the form is valid."""
        return Entry(
            text=self.cleaned_data["text"],
            values=[self.cleaned_data[name] for name in self.value_names],
            state=self.cleaned_data["state"],
            comment=self.cleaned_data["comment"],
        )

    @property
    def is_touched(self) -> bool:
        """The author changed something of what the page showed them."""
        return bool(self.entry.fingerprint != self.cleaned_data["base"])

    @property
    def is_posted(self) -> bool:
        """This row was in the form that came back."""
        return self.add_prefix("version") in self.data
