"""The table of synonyms of columns, which administrators complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from ..models import ColumnSynonym
from ..tables.columns import header_key
from ..tables.synonyms import FIELDS

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

    @admin.display(description="champ", ordering="field")
    def field_label(self, synonym: ColumnSynonym) -> Any:
        return dict(CHOICES).get(synonym.field, synonym.field)
