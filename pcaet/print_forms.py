"""The forms of printing: what a booklet holds, how an authority signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from actions.models import Brand
from pcaet.lib.pictures import PictureError, redrawn

from .booklet import Options
from .fiche import PeriodError, read_period

if TYPE_CHECKING:
    # Django's own class takes its model at type checking only.
    BrandModelForm = forms.ModelForm[Brand]
else:
    BrandModelForm = forms.ModelForm

LONGEST_SESSION = 120
WITH_RESULTS = "avec"


class BookletForm(forms.Form):
    """How the chosen actions are printed."""

    years = forms.CharField(
        label="Années des grilles",
        required=False,
        max_length=20,
        help_text="Par exemple 2017 ou 2015-2017 ; toutes, si rien n’est dit.",
    )
    results = forms.TypedChoiceField(
        label="Résultats",
        choices=[
            (WITH_RESULTS, "Les cibles et leurs résultats"),
            ("sans", "Les cibles seules, telles que le conseil les a votées"),
        ],
        coerce=lambda choice: choice == WITH_RESULTS,
    )
    notes = forms.BooleanField(
        label="Des lignes vides sous chaque fiche, pour prendre des notes",
        required=False,
    )
    session = forms.CharField(
        label="Séance",
        required=False,
        max_length=LONGEST_SESSION,
        help_text="Écrite sur la couverture, par exemple « Conseil communautaire du "
        "12 décembre 2026 ».",
    )
    query = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_years(self) -> str:
        years = str(self.cleaned_data["years"]).strip()
        try:
            read_period(years)
        except PeriodError as error:
            raise ValidationError(str(error)) from error
        return years

    def options(self) -> Options:
        return Options(**self.cleaned_data)


class BrandForm(BrandModelForm):
    """The logo is drawn again: nothing of the file sent is kept as it came."""

    logo = forms.FileField(
        label="Logo",
        required=False,
        help_text=Brand._meta.get_field("logo").help_text,
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.webp"}),
    )
    drops_logo = forms.BooleanField(label="Retirer le logo actuel", required=False)

    class Meta:
        model = Brand
        fields = ["logo", "accent", "footer"]
        widgets = {"accent": forms.TextInput(attrs={"type": "color"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["logo", "drops_logo", "accent", "footer"])
        if not self.instance.logo:
            del self.fields["drops_logo"]

    def clean_logo(self) -> Any:
        sent = self.cleaned_data["logo"]
        if not sent or sent == self.instance.logo:
            return self.instance.logo
        try:
            return redrawn(sent)
        except PictureError as error:
            raise ValidationError(str(error)) from error

    def clean_accent(self) -> str:
        return str(self.cleaned_data["accent"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("drops_logo"):
            cleaned["logo"] = ""
        return cleaned
