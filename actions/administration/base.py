"""The administration of what belongs to plans: reach, lock, history, search."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as delete_all
from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin

from pcaet.lib.text import fold

from ..access import administers
from ..belonging import PARENTS, part_of, plan_lookups, plan_of
from ..models import Plan
from ..wording import (
    is_locked,
    keep_locked,
    locked_fields,
    refusal_to_delete,
    voted_fields,
)
from .forms import LoadedSelect, PartForm, PartFormSet
from .history import tell_changes

if TYPE_CHECKING:
    # Django's own classes take their model at type checking only.
    ModelAdmin = admin.ModelAdmin[Any]
    HistoryAdmin = admin.ModelAdmin[Any]
    SearchedAdmin = admin.ModelAdmin[Any]
    AnyAdmin = BaseModelAdmin[Any]
    AnyInline = InlineModelAdmin[Any, Any]
    TabularInline = admin.TabularInline[Any, Any]
    StackedInline = admin.StackedInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    HistoryAdmin = SimpleHistoryAdmin
    SearchedAdmin = AnyAdmin = AnyInline = object
    TabularInline = admin.TabularInline
    StackedInline = admin.StackedInline


class SignedInRequest(HttpRequest):
    user: User


def managed_plans(request: HttpRequest) -> set[int]:
    """The plans that the user manages. One query a request."""
    if not hasattr(request, "managed_plans"):
        plans = Plan.objects.managed_by(request.user).values_list("pk", flat=True)
        request.managed_plans = set(plans)  # type: ignore[attr-defined]
    return request.managed_plans  # type: ignore[attr-defined, no-any-return]


def address(instance: Model) -> str:
    """Where the administration shows the instance."""
    meta = instance._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_change"
    return reverse(name, args=[instance.pk])


class PlanFilter(admin.SimpleListFilter):
    """The plans that the user manages."""

    title = "plan"
    parameter_name = "plan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        plans = Plan.objects.filter(pk__in=managed_plans(request))
        return [(plan.pk, plan.title) for plan in plans]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = str(self.value() or "")
        if not value.isdigit():
            return queryset
        return queryset.filter(part_of(queryset.model, Plan.objects.filter(pk=value)))


class FoldedSearch(SearchedAdmin):
    """Search without accents nor capitals, which SQLite cannot do in French."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = fold(search_term).split()
        if not words:
            return queryset, False
        rows = queryset.order_by().values_list("pk", *self.search_fields)
        found = {pk for pk, *texts in rows if _holds(texts, words)}
        return queryset.filter(pk__in=found), False


def _holds(texts: Iterable[object], words: Iterable[str]) -> bool:
    text = fold(" ".join(str(text) for text in texts if text is not None))
    return all(word in text for word in words)


# Beside these choices, a person may create what is missing from the list.
CREATED_ON_THE_WAY = frozenset({"authority", "organisation", "funder", "term"})


class Scoped(AnyAdmin):
    """Choices of foreign keys, kept within the plans that the user manages."""

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A choice is a choice: what it names is edited on its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_change_related = False
            widget.can_delete_related = False
            widget.can_view_related = False
            if db_field.name not in CREATED_ON_THE_WAY:
                widget.can_add_related = False
        return field

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        related: type[Model] = db_field.related_model
        if db_field.name in PARENTS and plan_lookups(related):
            plans = Plan.objects.filter(pk__in=managed_plans(request))
            kwargs.setdefault(
                "queryset", related._default_manager.filter(part_of(related, plans))
            )
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class Rows(InlineAdminFormSet):
    """Rows on the page of what holds them; the script adds one under its name."""

    def inline_formset_data(self) -> str:
        data = json.loads(super().inline_formset_data())
        name = str(self.opts.verbose_name)
        data["options"]["addText"] = f"Ajouter : {name}"
        return json.dumps(data)


class Titled(ModelAdmin):
    """Pages that name what they show, with the links that go with it."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "–"
    view_on_site = False
    change_form_template = "admin/part_change_form.html"

    def tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Links of the object's page: label and address."""
        return []

    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        title = {"title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        name = capfirst(str(self.opts.verbose_name))
        context["title"] = f"{name} : {obj or 'ajouter'}"
        context["subtitle"] = None
        context["tools"] = self.tools(request, obj) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_inline_formsets(self, *args: Any, **kwargs: Any) -> list[Any]:
        found = super().get_inline_formsets(*args, **kwargs)
        for rows in found:
            rows.__class__ = Rows
        return found


class Managed(Scoped, FoldedSearch, Titled):
    """Rows of the plans that the user manages.

    Of an adopted plan, the words that the council voted are read only, but for an
    administrator. ``section`` is where the home page lists the model; a field of
    ``readable`` is shown by the method it names where it cannot be typed.
    """

    form = PartForm
    section: ClassVar[str] = "Plans"
    readable: ClassVar[dict[str, str]] = {}
    actions: Any = ("delete_selected",)
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 90})}
    }

    # What is reached

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        if isinstance(self.list_select_related, (list, tuple)):
            queryset = queryset.select_related(*self.list_select_related)
        if administers(request.user):
            return queryset
        plans = Plan.objects.filter(pk__in=managed_plans(request))
        return queryset.filter(part_of(self.model, plans))

    def reaches(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the object is of a plan that the user manages."""
        if obj is None or administers(request.user):
            return True
        plan = plan_of(obj)
        return plan is not None and plan.pk in managed_plans(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self.reaches(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.reaches(
            request, obj
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (
            super().has_delete_permission(request, obj)
            and self.reaches(request, obj)
            and not (obj and self.refusal_to_delete(request, obj))
        )

    # What is locked

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        locked = locked_fields(obj, request.user) if obj else frozenset()
        shown = self.readable.values()
        return [*super().get_readonly_fields(request, obj), *sorted(locked), *shown]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fieldsets, with fields that are only read in their readable form."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.readable:
            return fieldsets
        if self.has_change_permission(request, obj):
            read = set(self.get_readonly_fields(request, obj))
        else:
            read = set(flatten_fieldsets(fieldsets))
        swapped = {name: shown for name, shown in self.readable.items() if name in read}
        return [
            (title, {**options, "fields": _swap(options["fields"], swapped)})
            for title, options in fieldsets
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.user = request.user  # type: ignore[attr-defined]
        return form

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        if change:
            keep_locked(obj, request.user)
        super().save_model(request, obj, form, change)

    def refusal_to_delete(self, request: HttpRequest, obj: Any) -> str:
        """Why the object stays, in French; nothing if it may go."""
        return refusal_to_delete(obj, request.user)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj and (refusal := self.refusal_to_delete(request, obj)):
            messages.error(request, refusal)
            return redirect(address(obj))
        return super().delete_view(request, object_id, extra_context)

    @admin.action(permissions=["delete"], description="Supprimer la sélection")
    def delete_selected(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        refusals = (self.refusal_to_delete(request, obj) for obj in queryset)
        refusal = next(filter(None, refusals), "")
        if refusal:
            messages.error(request, f"{refusal} Rien n’est supprimé.")
            return None
        return delete_all(self, request, queryset)

    # What is shown

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The plan of each line says nothing in the list of one plan."""
        columns = super().get_list_display(request)
        one_plan = "plan" in request.GET or len(managed_plans(request)) == 1
        return [name for name in columns if not (one_plan and name == "plan")]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj = kwargs.get("obj")
        context["is_locked"] = bool(obj and locked_fields(obj, request.user))
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="année", ordering="year")
    def the_year(self, obj: Any) -> str:
        """2015, where a number would read 2 015."""
        return str(obj.year)

    def autocomplete_label(self, obj: Any) -> str:
        """The object in a list of choices, where plans stand side by side."""
        return f"{obj} — {plan_of(obj)}"


class Told(HistoryAdmin):
    """The history of an object in French, and its versions brought back.

    The fields of ``history_hidden`` say nothing to people.
    """

    history_hidden: ClassVar[tuple[str, ...]] = ()
    object_history_template = "admin/part_history.html"
    object_history_form_template = "admin/part_version.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().history_view(request, object_id, extra_context)
        except PermissionDenied as refused:
            raise Http404 from refused

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, **kwargs: Any
    ) -> None:
        records = list(historical_records)
        if records and (older := records[-1].prev_record):
            records.append(older)
        tell_changes(self.model, records, hidden=self.history_hidden)

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return f"Historique : {obj}"

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: Any = None,
    ) -> HttpResponse:
        """A version, and the button that brings it back."""
        if request.method == "POST" and not self.may_revert(request, object_id):
            raise Http404
        try:
            return super().history_form_view(  # type: ignore[misc, no-any-return]
                request, object_id, version_id, extra_context
            )
        except PermissionDenied as refused:
            raise Http404 from refused

    def may_revert(self, request: HttpRequest, object_id: str) -> bool:
        """What was deleted comes back by an administrator only."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return administers(request.user)
        return self.has_change_permission(request, obj)


class ManagedAdmin(Told, Managed):
    """Rows of managed plans, with their history."""


def _swap(fields: Iterable[Any], by: dict[str, str]) -> list[Any]:
    return [
        tuple(by.get(name, name) for name in line)
        if isinstance(line, (list, tuple))
        else by.get(line, line)
        for line in fields
    ]


class PartInline(Scoped, AnyInline):
    """Rows of a part of the plan on the page of what holds it."""

    extra = 0
    view_on_site = False
    formset = PartFormSet
    select_related: ClassVar[tuple[str, ...]] = ()
    readable: ClassVar[dict[str, str]] = {}
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 60})}
    }

    def is_locked(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the council voted these rows, and the user may not touch them."""
        return obj is not None and is_locked(self.model, plan_of(obj), request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        return queryset.select_related(*self.select_related)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_readonly_fields(request, obj)
        if not self.is_locked(request, obj):
            return list(fields)
        voted = sorted(voted_fields(self.model))
        return [*fields, *voted, *self.readable.values()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        is_locked = self.is_locked(request, obj)
        return _swap(fields, self.readable if is_locked else {})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_add_permission(request, obj)
        return allowed and not self.is_locked(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and not self.is_locked(request, obj)


class PartTable(PartInline, TabularInline):
    pass


class PartStack(PartInline, StackedInline):
    pass
