"""A short list of codes in one column, so that the base can group by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.enums import ChoicesType


class CodesField(models.CharField):  # type: ignore[type-arg]
    """Several values of an enumeration, in its order; the empty list is «not said»."""

    def __init__(self, *args: Any, codes: ChoicesType | None = None, **kwargs: Any):
        self.codes = codes
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *args: Any) -> list[str]:
        return value.split(",") if value else []

    def to_python(self, value: Any) -> list[str]:
        if isinstance(value, str):
            return value.split(",") if value else []
        return list(value or [])

    def get_prep_value(self, value: Any) -> str:
        return ",".join(self.in_order(self.to_python(value)))

    def in_order(self, values: Iterable[str]) -> list[str]:
        given = set(values)
        if self.codes is None:
            return sorted(given)
        return [code for code in self.codes.values if code in given]

    def in_words(self, values: Iterable[str]) -> str:
        """The labels of the codes, for a history told in French."""
        labels = dict(self.codes.choices) if self.codes else {}
        return ", ".join(str(labels.get(code, code)) for code in values)

    def validate(self, value: list[str], model_instance: models.Model | None) -> None:
        known = set(self.codes.values) if self.codes else set(value)
        if unknown := set(value) - known:
            raise ValidationError(f"Valeur inconnue : {', '.join(sorted(unknown))}.")

    def run_validators(self, value: Any) -> None:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.MultipleChoiceField(
            label=str(self.verbose_name).capitalize(),
            choices=self.codes.choices if self.codes else [],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=self.help_text,
        )
