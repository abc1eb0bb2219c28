"""The lists that all plans share, with their files in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm

from pcaet.lib.tables.reading import UnreadableTable

from ..access import administers
from .base import Managed, managed_plans
from .formats import FlatCsv, FlatWorkbook, read_flat

if TYPE_CHECKING:
    ExchangeAdmin = Managed
    BaseImportForm = forms.Form
    BaseExportForm = forms.Form
else:
    BaseImportForm = ImportForm
    BaseExportForm = ExportForm

    class ExchangeAdmin(ImportExportMixin, Managed):
        pass


class FlatImportForm(BaseImportForm):
    """One file; what it holds says how it is read."""

    media = forms.Media()

    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        self.resource = resources[0]()
        super().__init__(formats, resources, **kwargs)
        self.fields["format"] = forms.CharField(
            required=False, widget=forms.HiddenInput
        )
        self.fields["import_file"].label = "Fichier"
        self.fields["import_file"].widget.attrs = {"accept": ".xlsx,.ods,.csv"}

    def clean_format(self) -> str:
        return "0"

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        try:
            dataset = read_flat(file.read())
        except UnreadableTable as refused:
            raise ValidationError(str(refused)) from refused
        file.seek(0)
        missing = self.resource.missing_columns(dataset.headers)
        if missing:
            raise ValidationError(
                f"Il manque la colonne {' et la colonne '.join(missing)}. Colonnes "
                f"lues : {', '.join(filter(None, dataset.headers))}."
            )
        if not len(dataset):
            raise ValidationError("Ce fichier n’a que des en-têtes.")
        return file


class FlatExportForm(BaseExportForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["format"].choices[1:]  # type: ignore[attr-defined]
        self.fields["format"] = forms.ChoiceField(
            label="Format", choices=choices, widget=forms.RadioSelect, initial="0"
        )


class FlatList(ExchangeAdmin):
    """A list that all plans share.

    An officer changes what only the plans that they manage use: ``used_by`` holds
    the lookups that lead there. An administrator alone loads a file.
    """

    section = "Organismes et vocabulaire"
    formats = (FlatWorkbook, FlatCsv)
    import_form_class = FlatImportForm
    export_form_class = FlatExportForm
    import_export_change_list_template = "admin/flat_change_list.html"
    import_template_name = "admin/flat_import.html"
    export_template_name = "admin/flat_export.html"
    skip_admin_log = True
    used_by: ClassVar[tuple[str, ...]] = ()

    def autocomplete_label(self, obj: Any) -> str:
        """All plans share it: its own name says enough."""
        return str(obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(Managed, self).has_view_permission(request, obj)

    def reaches(self, request: HttpRequest, obj: Any) -> bool:
        """Whether no plan of others uses the object. Asked once an object."""
        if obj is None or administers(request.user):
            return True
        if not hasattr(obj, "_is_reached"):
            obj._is_reached = self.plans_using(obj) <= managed_plans(
                request
            ) and not self.belongs_to_others(request, obj)
        return bool(obj._is_reached)

    def belongs_to_others(self, request: HttpRequest, obj: Any) -> bool:
        """Whether others would be surprised to see it change."""
        return False

    def plans_using(self, obj: Any) -> set[int]:
        row = self.model._base_manager.filter(pk=obj.pk)
        found = {pk for way in self.used_by for pk in row.values_list(way, flat=True)}
        return found - {None}

    def has_import_permission(self, request: HttpRequest) -> bool:
        return administers(request.user)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_filename(
        self, request: HttpRequest, queryset: Any, file_format: Any
    ) -> str:
        meta = self.model._meta
        return f"{meta.verbose_name_plural}.{file_format.get_extension()}".replace(
            " ", "-"
        )

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().process_import(  # type: ignore[misc]
                request, **kwargs
            )
        except FileNotFoundError:
            # Confirmed twice, or a day later.
            messages.error(request, "Cet aperçu n’est plus valable : recommencer.")
            return redirect("..")
        return answer

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        totals = result.totals
        messages.success(
            request,
            f"Liste importée : {totals['new']} créés, {totals['update']} modifiés, "
            f"{totals['skip']} inchangés.",
        )
