"""The form that sends a file or a pasted table."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from actions.access import administers, member_roots
from actions.enums import PlanKind
from actions.models import Organisation, Plan
from pcaet.lib.tables.reading import MAX_FILE, TOO_LARGE


class TableForm(forms.Form):
    """One table, for a plan that the user manages or for a new one."""

    file = forms.FileField(
        label="Fichier",
        required=False,
        help_text="Classeur ou texte : .xlsx, .ods, .csv, .tsv, 20 Mo au plus.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt"}
        ),
    )
    pasted = forms.CharField(
        label="Ou tableau collé",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Copier le tableau dans Word, Excel ou un PDF, puis le coller ici, "
        "avec sa ligne d’en-tête.",
    )
    plan = forms.ModelChoiceField(
        Plan.objects.none(), label="Plan", required=False, empty_label="Nouveau plan"
    )
    title = forms.CharField(
        label="Titre du nouveau plan", required=False, max_length=300
    )
    kind = forms.ChoiceField(
        label="Nature du nouveau plan", choices=PlanKind, required=False
    )
    authority = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Collectivité du nouveau plan",
        required=False,
        empty_label="À choisir",
    )
    erases_empty = forms.BooleanField(
        label="Les cellules vides effacent la valeur actuelle",
        required=False,
        help_text="Sinon, ce que le tableau laisse vide reste comme il est.",
    )
    action_code = forms.CharField(
        label="N° de l’action, pour une grille d’indicateurs sans action",
        required=False,
        max_length=30,
    )
    measure_code = forms.CharField(
        label="N° de sa mesure", required=False, max_length=30
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        authorities = Organisation.objects.filter(parent__isnull=True)
        if not administers(user):
            authorities = authorities.filter(pk__in=member_roots(user))
        self._choose_among("plan", Plan.objects.managed_by(user))
        self._choose_among("authority", authorities)

    def _choose_among(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > MAX_FILE:
            raise ValidationError(TOO_LARGE)
        return file

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("file") and not data.get("pasted", "").strip():
            if "file" not in self.errors:
                self.add_error("file", "Choisir un fichier, ou coller un tableau.")
        elif data.get("file") and data.get("pasted", "").strip():
            self.add_error("pasted", "Choisir l’un des deux : le fichier ou le texte.")
        if not data.get("plan"):
            self._check_new_plan(data)
        return data

    def _check_new_plan(self, data: dict[str, Any]) -> None:
        slug = slugify(data.get("title", ""))[:80].strip("-")
        if not slug:
            self.add_error("title", "Donner un titre au nouveau plan.")
        elif Plan.objects.filter(slug=slug).exists():
            self.add_error(
                "title", "Un plan porte déjà ce titre : le choisir ci-dessus."
            )
        if not data.get("authority"):
            self.add_error("authority", "Choisir la collectivité du nouveau plan.")
        data["slug"] = slug

    def target(self) -> Plan:
        """The plan chosen, or the new one, created empty."""
        data = self.cleaned_data
        if data["plan"]:
            plan: Plan = data["plan"]
            return plan
        return Plan.objects.create(
            slug=data["slug"],
            title=data["title"],
            kind=data["kind"] or PlanKind.PCAET,
            authority=data["authority"],
        )

    def content(self) -> tuple[str, bytes, bool]:
        """Name and bytes of what was sent, and whether it was pasted."""
        file = self.cleaned_data["file"]
        if file:
            return file.name, file.read(), False
        return "Texte collé", self.cleaned_data["pasted"].encode(), True
