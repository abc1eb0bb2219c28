"""Fields of forms: lists typed as plain lines, long lists of choices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# A year or a span of years: «2015», «2015-2018», «2015 à 2018».
SPAN = re.compile(r"(\d{4})(?:\s*(?:-|–|à)\s*(\d{4}))?")
SEPARATORS = re.compile(r"[\s,;]*[,;\n][\s,;]*")
LONGEST_SPAN = 100
CONTINUATION = "  "


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Set the choices of a field that depend on what the base holds at the moment."""
    box = form.fields[name]
    assert isinstance(box, forms.ChoiceField)
    box.choices = list(choices)


class LongSelect(forms.Select):
    """A list of hundreds of choices, written without a template for each of them."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        chosen = {str(item) for item in self.format_value(value)}
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        options = self._written(self.choices, chosen)
        return format_html('<select name="{}"{}>{}</select>', name, attributes, options)

    def _written(
        self, choices: Iterable[tuple[Any, Any]], chosen: set[str]
    ) -> SafeString:
        parts = (self._choice(key, label, chosen) for key, label in choices)
        return format_html_join("", "{}", ((part,) for part in parts))

    def _choice(self, key: Any, label: Any, chosen: set[str]) -> SafeString:
        if isinstance(label, list | tuple):
            inside = self._written(label, chosen)
            return format_html('<optgroup label="{}">{}</optgroup>', key, inside)
        mark = SafeString(" selected") if str(key) in chosen else ""
        return format_html('<option value="{}"{}>{}</option>', key, mark, label)


class _ListField(forms.CharField):
    """A text that stands for a list."""

    def as_text(self, value: list[Any]) -> str:
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        return self.as_text(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or []))
        except ValidationError:
            return True


class YearsField(_ListField):
    """Years written «2015, 2016, 2017» or «2015 à 2018»; gives a sorted list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=1000, **kwargs)

    def as_text(self, value: list[Any]) -> str:
        return ", ".join(map(str, value))

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "")
        parts = [part for part in SEPARATORS.split(text.strip()) if part]
        return sorted({year for part in parts for year in _years(part)})


def _years(part: str) -> range:
    found = SPAN.fullmatch(part)
    if not found:
        raise ValidationError(
            f"« {part} » n’est pas une année : écrire par exemple 2015, 2016, 2017."
        )
    first = int(found[1])
    last = int(found[2] or first)
    if last < first or last - first > LONGEST_SPAN:
        raise ValidationError(f"« {part} » n’est pas une suite d’années.")
    return range(first, last + 1)


class LinesField(_ListField):
    """One text a line; a line that opens with spaces goes on with the one above."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(strip=False, **kwargs)

    def as_text(self, value: list[Any]) -> str:
        return "\n".join(str(text).replace("\n", "\n" + CONTINUATION) for text in value)

    def to_python(self, value: Any) -> Any:
        items: list[str] = []
        text = str(super().to_python(value) or "")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        for line in text.split("\n"):
            if items and line.startswith((" ", "\t", "\u00a0")):
                items[-1] += "\n" + line.removeprefix(CONTINUATION).rstrip()
            elif line.strip():
                items.append(line.strip())
        return [item.rstrip() for item in items]
