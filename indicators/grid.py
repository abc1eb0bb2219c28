"""The years of indicators as a grid: each target, and the quantities read in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pcaet.lib.french import french_number
from pcaet.lib.numbers import plain
from pcaet.lib.text import clean

from .enums import Comparator
from .forms import MAX_TEXT, FrenchNumberField
from .models import Indicator, Quantity, Result, Target
from .quantities import MAX_UNIT, figures_left_out

# More quantities in one cell are not a reading.
MAX_LINES = 40


class TargetText(forms.CharField):
    """A text that is the same whatever spaces and line ends a browser sends."""

    widget = forms.Textarea

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and clean(initial or "") != clean(data or "")


class QuantityForm(forms.Form):
    """One quantity read in a target, to be confirmed or corrected."""

    comparator = forms.ChoiceField(label="Comparaison", choices=Comparator.choices)
    value = FrenchNumberField(label="Valeur")
    unit = forms.CharField(label="Unité", required=False, max_length=MAX_UNIT)
    confirmed = forms.BooleanField(label="Confirmer la lecture", required=False)
    removed = forms.BooleanField(label="Retirer", required=False)

    def __init__(
        self, quantity: Quantity | None, data: Any = None, *, prefix: str
    ) -> None:
        self.quantity = quantity
        # The page draws no line where there is no target: nothing comes back of it.
        is_posted = data is not None and f"{prefix}-comparator" in data
        super().__init__(
            data if is_posted else None,
            prefix=prefix,
            initial=_shown(quantity),
            label_suffix="",
        )
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        says_something = self.quantity or cleaned.get("unit")
        is_missing = "value" not in self.errors and cleaned.get("value") is None
        if says_something and is_missing and not cleaned.get("removed"):
            self.add_error(
                "value", "Une quantité a une valeur : l’écrire, ou cocher « Retirer »."
            )
        return cleaned

    @property
    def reading(self) -> Quantity | None:
        """The quantity as the form now says it; nothing if it goes or is empty.

        What a person corrected is no longer doubtful.
        """
        if not self.is_bound:
            return self.quantity
        data = self.cleaned_data
        if data["removed"] or data["value"] is None:
            return None
        corrected = {"comparator", "value", "unit", "confirmed"}.intersection(
            self.changed_data
        )
        doubted = self.quantity is not None and self.quantity.is_doubtful
        return Quantity(
            comparator=data["comparator"],
            value=data["value"],
            unit=clean(data["unit"]),
            is_doubtful=doubted and not corrected,
        )

    @property
    def is_wrong(self) -> bool:
        """Something in the fields is to be corrected."""
        return self.is_bound and not self.is_valid()

    @property
    def is_touched(self) -> bool:
        return self.is_bound and self.has_changed()

    @property
    def words(self) -> str:
        """The quantity in words, as «au moins 3 matinales»."""
        if self.quantity is None:
            return ""
        sign = Comparator(self.quantity.comparator)
        before = "" if sign == Comparator.EQUAL else f"{sign.label} "
        return f"{before}{french_number(self.quantity.value)} {self.quantity.unit}"


def _shown(quantity: Quantity | None) -> dict[str, Any]:
    if quantity is None:
        return {"comparator": Comparator.EQUAL, "value": ""}
    return {
        "comparator": quantity.comparator,
        "value": plain(quantity.value).replace(".", ","),
        "unit": quantity.unit,
    }


class CellForm(forms.Form):
    """One indicator in one year: the text of the target, and its quantities.

    ``seen`` says what the page showed: a cell that changed since is not overwritten.
    """

    text = TargetText(
        label="Cible",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reread = forms.BooleanField(label="Relire le texte", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)
    lines = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, max_value=MAX_LINES, required=False
    )

    def __init__(
        self,
        indicator: Indicator,
        year: int,
        data: Mapping[str, Any] | None = None,
        *,
        may_word: bool,
        is_closed: bool,
    ) -> None:
        cell = indicator.cell(year)
        self.indicator = indicator
        self.year = year
        self.target: Target | None = cell.target
        self.result: Result | None = cell.result
        self.is_closed = is_closed
        known = list(self.target.quantities.all()) if self.target else []
        prefix = f"c{indicator.pk}-{year}"
        posted = None if is_closed else data
        if posted is not None and f"{prefix}-seen" not in posted:
            posted = None
        super().__init__(
            posted,
            prefix=prefix,
            initial={
                "text": self.target.text if self.target else "",
                "seen": fingerprint(self.target),
                "lines": len(known),
            },
            label_suffix="",
        )
        self.fields["text"].disabled = not may_word
        self.quantities = list(self._lines(known, posted))

    def _lines(
        self, known: Sequence[Quantity], data: Mapping[str, Any] | None
    ) -> Iterator[QuantityForm]:
        """A form a known quantity, and an empty one to add another."""
        shown = self._lines_shown(len(known), data)
        for index in range(shown + 1):
            quantity = known[index] if index < min(shown, len(known)) else None
            yield QuantityForm(quantity, data, prefix=f"{self.prefix}-q{index}")

    def _lines_shown(self, known: int, data: Mapping[str, Any] | None) -> int:
        asked = str((data or {}).get(f"{self.prefix}-lines", known))
        return min(int(asked), MAX_LINES) if asked.isdecimal() else known

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        return text if self.fields["text"].disabled else clean(text)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.has_wrong_line = any([line.is_wrong for line in self.quantities])  # noqa: C419
        if not self.is_touched:
            return cleaned
        if cleaned.get("seen") != fingerprint(self.target):
            self._show_the_newest()
            raise ValidationError(
                "Cette cible a changé depuis l’affichage de la page : la voici à jour. "
                "Votre saisie est gardée ; enregistrer de nouveau la met à la place."
            )
        if not cleaned.get("text") and self._readings():
            raise ValidationError("Une quantité se lit dans un texte : l’écrire.")
        return cleaned

    def _show_the_newest(self) -> None:
        data = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("seen")] = fingerprint(self.target)
        self.data = data

    def is_valid(self) -> bool:
        return super().is_valid() and not self.has_wrong_line

    @property
    def is_touched(self) -> bool:
        """The person changed something of what the page showed them."""
        return self.is_bound and bool(
            "text" in self.changed_data
            or "reread" in self.changed_data
            or any(line.is_touched for line in self.quantities)
        )

    def _readings(self) -> list[Quantity]:
        lines = [line for line in self.quantities if not line.is_wrong]
        return [reading for line in lines if (reading := line.reading)]

    def save(self) -> bool:
        """Write the target and its quantities; whether the reading changed. Queries.

        A new text is read anew, unless the person also corrected the quantities.
        """
        text = self.cleaned_data["text"]
        if not text:
            return self._remove()
        rewritten = "text" in self.changed_data
        corrected = any(line.is_touched for line in self.quantities)
        target = self.target or Target(indicator=self.indicator, year=self.year)
        if rewritten:
            target.text = text
            target.save()
        if self.cleaned_data["reread"] or (rewritten and not corrected):
            return target.set_quantities(target.quantities_read())
        return target.set_quantities(self._readings())

    def _remove(self) -> bool:
        if self.target is None:
            return False
        self.target.delete()
        return True


def fingerprint(target: Target | None) -> str:
    """Equal for cells that say the same thing."""
    if target is None:
        return ""
    told = [[*map(str, q.reading)] for q in target.quantities.all()]
    content = json.dumps([target.text, told])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


class Grid:
    """Indicators by years, with a form in each cell."""

    def __init__(
        self,
        indicators: Iterable[Indicator],
        years: Sequence[int],
        data: Mapping[str, Any] | None = None,
        *,
        may_word: bool,
        closed_years: Iterable[int] = (),
    ) -> None:
        closed = set(closed_years)
        self.years = years
        self.rows = [
            (
                indicator,
                [
                    CellForm(
                        indicator,
                        year,
                        data,
                        may_word=may_word,
                        is_closed=year in closed,
                    )
                    for year in years
                ],
            )
            for indicator in indicators
        ]

    @property
    def cells(self) -> list[CellForm]:
        return [cell for _, cells in self.rows for cell in cells]

    def is_valid(self) -> bool:
        return all([cell.is_valid() for cell in self.cells if cell.is_touched])  # noqa: C419

    def save(self) -> tuple[int, set[int]]:
        """Write the cells that were touched. Within a transaction.

        Returns how many, and the indicators whose results are to be assessed again.
        """
        touched = [cell for cell in self.cells if cell.is_touched]
        read_anew = {cell.indicator.pk for cell in touched if cell.save()}
        return len(touched), read_anew

    @property
    def left_out(self) -> list[str]:
        """The figures of the texts written that are too long to be quantities."""
        touched = [cell for cell in self.cells if cell.is_touched]
        return [f for cell in touched for f in figures_left_out(cell["text"].value())]

    @property
    def doubtful(self) -> int:
        """How many readings a person has yet to confirm."""
        return sum(
            line.quantity is not None and line.quantity.is_doubtful
            for cell in self.cells
            for line in cell.quantities
        )
