"""The flat lists that people keep in a spreadsheet: columns, keys, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Model
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import ModelResource
from import_export.widgets import CachedForeignKeyWidget, CharWidget

from pcaet.lib.text import fold

from .enums import TermKind
from .models import Organisation, ReferenceMeasure, Term

if TYPE_CHECKING:
    Resource: TypeAlias = Any
    Loader: TypeAlias = Any
    Text: TypeAlias = Any
    Key: TypeAlias = Any
else:
    Resource, Loader, Text, Key = (
        ModelResource,
        BaseInstanceLoader,
        CharWidget,
        CachedForeignKeyWidget,
    )

CHANGE_REASON = "Import d’une liste"


class KnownRows(Loader):  # type: ignore[misc]
    """Finds the row of a line by its key, with one query for the whole file."""

    def __init__(self, resource: Any, dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        names = resource.get_import_id_fields()
        self.keys = [resource.fields[name] for name in names]
        self.known = {self._key_of(found): found for found in resource.get_queryset()}

    def _key_of(self, instance: Model) -> tuple[Any, ...]:
        return tuple(field.get_value(instance) for field in self.keys)

    def get_instance(self, row: Any) -> Any:
        return self.known.get(tuple(field.clean(row) for field in self.keys))


class ChoiceText(Text):  # type: ignore[misc]
    """A choice, written by its French label in any case and with any accents."""

    def __init__(self, choices: Any, default: str = "") -> None:
        super().__init__()
        self.labels = dict(choices)
        self.values = {fold(label): value for value, label in choices}
        self.default = default

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = str(value or "").strip()
        if not text and self.default:
            return self.default
        if fold(text) not in self.values:
            known = ", ".join(self.labels.values())
            raise ValueError(f"« {text} » n’est pas connu. Écrire l’un de : {known}.")
        return str(self.values[fold(text)])

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(self.labels.get(value, value))


class RootOrganisation(Key):  # type: ignore[misc]
    """The body that a department is part of, written by its name."""

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> Any:
        return Organisation.objects.filter(parent__isnull=True)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Organisation | None:
        try:
            found: Organisation | None = super().clean(value, row, **kwargs)
        except Organisation.DoesNotExist as error:
            raise ValueError(
                f"L’organisme « {value} » n’est pas connu : le créer d’abord, ou "
                "corriger son nom."
            ) from error
        return found


class FlatResource(Resource):  # type: ignore[misc]
    """A list whose lines are found by their key; an unchanged line is not written."""

    class Meta:
        clean_model_instances = True
        instance_loader_class = KnownRows
        report_skipped = True
        skip_unchanged = True
        use_transactions = True

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Headers are known in any case and with any accents; a key may be left out."""
        known = {
            fold(field.column_name): field.column_name
            for field in self.get_import_fields()
        }
        dataset.headers = [
            known.get(fold(header), header) for header in dataset.headers
        ]
        for name in self.get_import_id_fields():
            if self.fields[name].column_name not in dataset.headers:
                blanks = [""] * dataset.height
                dataset.append_col(blanks, header=self.fields[name].column_name)

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance._change_reason = CHANGE_REASON

    def missing_columns(self, headers: list[str]) -> list[str]:
        """The columns without which no line can be read."""
        present = {fold(header) for header in headers}
        required = [self.fields[name] for name in self._meta.required_columns]
        return [f.column_name for f in required if fold(f.column_name) not in present]


def _column(name: str, attribute: str, widget: Any = None) -> Field:
    return Field(column_name=name, attribute=attribute, widget=widget or CharWidget())


class OrganisationResource(FlatResource):
    name = _column("Nom", "name")
    parent = _column(
        "Service de", "parent", RootOrganisation(Organisation, field="name")
    )
    short_name = _column("Nom court", "short_name")
    kind = _column(
        "Nature",
        "kind",
        ChoiceText(Organisation.Kind.choices, default=Organisation.Kind.OTHER),
    )
    email = _column("Adresse électronique", "email")

    class Meta(FlatResource.Meta):
        model = Organisation
        fields = ("name", "parent", "short_name", "kind", "email")
        import_id_fields = ("name", "parent")
        required_columns = ("name",)
        name = "organismes"

    def get_queryset(self) -> Any:
        return Organisation.objects.select_related("parent")


class TermResource(FlatResource):
    kind = _column("Nature", "kind", ChoiceText(TermKind.choices))
    name = _column("Libellé", "name")
    code = _column("Code dans les échanges", "code")

    class Meta(FlatResource.Meta):
        model = Term
        fields = ("kind", "name", "code")
        import_id_fields = ("kind", "code")
        required_columns = ("kind", "name")
        name = "thèmes, types et mots-clés"

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """A term without a code is known in exchanges by its own words."""
        code, name = (self.fields[key].column_name for key in ("code", "name"))
        row[code] = row[code] or row[name]


class ReferenceMeasureResource(FlatResource):
    catalogue = _column("Catalogue et version", "catalogue")
    code = _column("Code", "code")
    title = _column("Intitulé", "title")
    axis = _column("Axe du catalogue", "axis")

    class Meta(FlatResource.Meta):
        model = ReferenceMeasure
        fields = ("catalogue", "code", "title", "axis")
        import_id_fields = ("catalogue", "code")
        required_columns = ("catalogue", "code")
        name = "mesures de référence"
