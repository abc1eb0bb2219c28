"""The table of synonyms of columns, which administrators complete."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from ..models import ColumnSynonym
from ..tables.columns import header_key
from ..tables.synonyms import FIELDS, YEARLY, names_of

if TYPE_CHECKING:
    _SynonymForm = forms.ModelForm[ColumnSynonym]
    _SynonymAdmin = admin.ModelAdmin[ColumnSynonym]
else:
    _SynonymForm = forms.ModelForm
    _SynonymAdmin = admin.ModelAdmin

CHOICES = [
    ("", "Ne pas importer"),
    *((key, label) for key, (label, _names) in FIELDS.items() if key != "ignored"),
]


@dataclass(frozen=True, slots=True)
class Known:
    """A field, the names that give it from the start, and those that were added."""

    label: str
    names: list[str]
    added: list[str]


def known_names() -> list[Known]:
    """Every name of a column by its field, less those that were given elsewhere."""
    added: dict[str, list[str]] = defaultdict(list)
    taken = set()
    for row in ColumnSynonym.objects.all():
        added[row.field or "ignored"].append(row.name)
        taken.add(row.key)
    found = [
        Known(
            label,
            [name for name in names_of(words) if header_key(name) not in taken],
            added[field],
        )
        for field, (label, words) in FIELDS.items()
    ]
    yearly = [
        Known(f"{label}, avec une année ou un nombre d’années", names_of(words), [])
        for label, words in YEARLY.values()
    ]
    return found + yearly


class SynonymForm(_SynonymForm):
    field = forms.ChoiceField(label="Champ", choices=CHOICES, required=False)

    class Meta:
        model = ColumnSynonym
        fields = ["name", "field"]
        help_texts = {
            "name": "Tel que le tableau l’écrit : capitales, accents et ponctuation "
            "n’y changent rien. Ce choix passe avant les noms déjà connus."
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        key = header_key(name)
        if not key:
            raise ValidationError("Un nom de colonne contient des lettres.")
        others = ColumnSynonym.objects.filter(key=key).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError("Cette colonne a déjà un synonyme.")
        self.instance.key = key
        return name


class ColumnSynonymAdmin(_SynonymAdmin):
    section = "Organismes et vocabulaire"
    form = SynonymForm
    list_display = ["name", "field_label"]
    search_fields = ["name"]
    change_list_template = "admin/synonym_change_list.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        known = {"known": known_names()}
        return super().changelist_view(request, known | (extra_context or {}))

    @admin.display(description="champ", ordering="field")
    def field_label(self, synonym: ColumnSynonym) -> Any:
        return dict(CHOICES).get(synonym.field, synonym.field)
