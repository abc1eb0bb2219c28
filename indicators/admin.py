"""The administration of indicators: what each year promises, and what was done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from actions.access import administers
from actions.administration.base import ManagedAdmin, PlanFilter
from actions.administration.forms import PartForm
from actions.models import Action, Measure, Plan
from actions.wording import is_locked
from pcaet.lib.french import counted, french_number
from pcaet.lib.numbers import plain

from .forms import FrenchNumberField
from .grid import Grid
from .models import Campaign, Indicator, Quantity, Result, Target, TypingRights
from .quantities import figures_left_out
from .readings import reassess
from .typing import Entry, save_result

if TYPE_CHECKING:
    from decimal import Decimal

    from .models import IndicatorQuerySet

SECTION = "Indicateurs et résultats"
# A page of the grid holds as many indicators.
ROWS_A_PAGE = 20
# A plan that names no years shows those of its period, if it is not longer.
LONGEST_PERIOD = 12
FIRST_YEAR, LAST_YEAR = 1900, 2200


# Indicators and their grid ----------------------------------------------------------


class IndicatorForm(PartForm):
    """A measure is chosen among those of the indicator's action."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("measure")
        if isinstance(field, ModelChoiceField):
            action = self.data.get("action") or self.initial.get("action")
            key = str(action or self.instance.action_id or "")
            known = int(key) if key.isdecimal() else None
            field.queryset = Measure.objects.filter(action=known)
            if known is None:
                field.help_text = "Choisir l’action et enregistrer, puis la mesure."


@admin.register(Indicator)
class IndicatorAdmin(ManagedAdmin):
    section = SECTION
    form = IndicatorForm
    list_display = ("name", "kind", "action_code", "plan", "unit")
    list_filter = (PlanFilter, "kind")
    list_select_related = ("action__plan", "measure")
    search_fields = ("name", "group", "action__code", "action__title")
    autocomplete_fields = ("action",)
    fields = (
        "action",
        "measure",
        "name",
        ("kind", "direction", "unit"),
        "group",
        "source",
        "order",
    )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/grille/",
                view(self.indicator_grid),
                name="indicators_indicator_grid",
            ),
            path(
                "action/<int:pk>/grille/",
                view(self.action_grid),
                name="indicators_action_grid",
            ),
            *super().get_urls(),
        ]

    def tools(self, request: HttpRequest, obj: Indicator) -> list[tuple[str, str]]:
        return [
            ("Voir sur le site", obj.get_absolute_url()),
            (
                "Cibles par année",
                reverse("admin:indicators_indicator_grid", args=[obj.pk]),
            ),
            (
                "Son action",
                reverse("admin:actions_action_change", args=[obj.action_id]),
            ),
        ]

    def autocomplete_label(self, obj: Any) -> str:
        return f"{obj} — action {obj.action.code}, {obj.action.plan}"

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if "direction" in form.changed_data:
            reassess([form.instance.pk], reason="Sens souhaité de l’indicateur modifié")

    @admin.display(description="action", ordering="action__order")
    def action_code(self, indicator: Indicator) -> str:
        return indicator.action.code

    @admin.display(description="plan", ordering="action__plan")
    def plan(self, indicator: Indicator) -> Plan:
        return indicator.action.plan

    def indicator_grid(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The years of one indicator."""
        if not self.has_change_permission(request):
            raise Http404
        indicator = get_object_or_404(self.get_queryset(request), pk=pk)
        return self._grid(request, indicator.action, Indicator.objects.filter(pk=pk))

    def action_grid(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The years of all the indicators of an action."""
        if not self.has_change_permission(request):
            raise Http404
        plans = Plan.objects.managed_by(request.user)
        actions = Action.objects.select_related("plan").filter(plan__in=plans)
        action = get_object_or_404(actions, pk=pk)
        return self._grid(request, action, Indicator.objects.filter(action=action))

    def _grid(
        self, request: HttpRequest, action: Action, indicators: IndicatorQuerySet
    ) -> HttpResponse:
        rows = indicators.for_grid().in_document_order()
        page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
        if request.method != "POST":
            return self._show(request, action, page, self._read(request, action, page))
        with transaction.atomic():
            keys = [indicator.pk for indicator in page]
            list(Indicator.objects.select_for_update().filter(pk__in=keys))
            newest = Indicator.objects.filter(pk__in=keys).for_grid()
            grid = self._read(request, action, newest.in_document_order())
            if grid.is_valid():
                written, read_anew = grid.save()
                reassess(read_anew, reason="Lecture de la cible corrigée")
                _say_saved(request, written)
                _say_left_out(request, grid.left_out)
                return redirect(request.get_full_path())
        messages.error(request, "À corriger ci-dessous : rien n’est encore enregistré.")
        return self._show(request, action, page, grid, status=422)

    def _read(
        self, request: HttpRequest, action: Action, rows: Iterable[Indicator]
    ) -> Grid:
        indicators = list(rows)
        years = _years(action.plan, indicators, request.GET.get("annee", ""))
        rights = TypingRights.by_year(
            request.user, action.plan, years, timezone.localdate()
        )
        return Grid(
            indicators,
            years,
            request.POST if request.method == "POST" else None,
            may_word=not is_locked(Target, action.plan, request.user),
            closed_years=[year for year in years if not rights[year].allowed],
        )

    def _show(
        self,
        request: HttpRequest,
        action: Action,
        page: Any,
        grid: Grid,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Cibles par année : {action.code} {action.short_title}",
            "opts": self.opts,
            "action": action,
            "grid": grid,
            "page": page,
            "media": self.media,
        }
        return TemplateResponse(
            request, "admin/indicator_grid.html", context, status=status
        )


def _years(plan: Plan, indicators: Iterable[Indicator], asked: str) -> list[int]:
    """The years of the plan, those that already hold something, and the one asked."""
    years = {*plan.years, *(year for one in indicators for year in one.years)}
    if not years and plan.start_year and plan.end_year:
        years = set(range(plan.start_year, plan.end_year + 1)[:LONGEST_PERIOD])
    if asked.isdecimal() and FIRST_YEAR <= int(asked) <= LAST_YEAR:
        years.add(int(asked))
    return sorted(years)


def _say_saved(request: HttpRequest, written: int) -> None:
    if not written:
        messages.info(request, "Rien n’avait changé : rien n’a été enregistré.")
        return
    said = counted(written, "cellule enregistrée", "cellules enregistrées")
    messages.success(request, f"{said}. Les résultats sont réévalués.")


def _say_left_out(request: HttpRequest, figures: Iterable[str]) -> None:
    for figure in figures:
        messages.warning(
            request,
            f"« {figure} » a trop de chiffres pour être une quantité : il reste dans "
            "le texte de la cible, sans être compté.",
        )


# What belongs to a year -------------------------------------------------------------


class YearAdmin(ManagedAdmin):
    """Rows of a year: once it is locked, only an administrator changes them."""

    section = SECTION

    def year_of(self, obj: Any) -> tuple[Plan, int]:
        return obj.indicator.action.plan, obj.year

    def is_open(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None or obj.pk is None or administers(request.user):
            return True
        if not hasattr(obj, "_is_open"):
            plan, year = self.year_of(obj)
            today = timezone.localdate()
            obj._is_open = TypingRights.of(request.user, plan, year, today).allowed
        return bool(obj._is_open)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_open(
            request, obj
        )

    def refusal_to_delete(self, request: HttpRequest, obj: Any) -> str:
        if self.is_open(request, obj):
            return super().refusal_to_delete(request, obj)
        year = self.year_of(obj)[1]
        return f"L’année {year} est verrouillée : un administrateur peut la rouvrir."


class PromiseAdmin(YearAdmin):
    """Rows from which results are assessed."""

    def indicator_of(self, obj: Any) -> int:
        return int(obj.indicator_id)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        reassess([self.indicator_of(form.instance)], reason="Cible corrigée")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        reassess([self.indicator_of(obj)], reason="Cible supprimée")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        indicators = [self.indicator_of(obj) for obj in queryset]
        super().delete_queryset(request, queryset)
        reassess(indicators, reason="Cible supprimée")


@admin.register(Target)
class TargetAdmin(PromiseAdmin):
    list_display = ("the_year", "text", "indicator", "plan")
    list_display_links = ("the_year", "text")
    readable = {"year": "the_year"}
    list_filter = (PlanFilter, "year")
    list_select_related = ("indicator__action__plan",)
    search_fields = ("text", "indicator__name")
    autocomplete_fields = ("indicator",)
    fields = ("indicator", "year", "text")

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if "text" in form.changed_data:
            obj.read_quantities()
            _say_left_out(request, figures_left_out(obj.text))

    def tools(self, request: HttpRequest, obj: Target) -> list[tuple[str, str]]:
        grid = reverse("admin:indicators_indicator_grid", args=[obj.indicator_id])
        return [
            ("Voir sur le site", obj.indicator.get_absolute_url()),
            ("Quantités lues", grid),
        ]

    @admin.display(description="plan", ordering="indicator__action__plan")
    def plan(self, target: Target) -> Plan:
        return target.indicator.action.plan


@admin.register(Quantity)
class QuantityAdmin(PromiseAdmin):
    list_display = ("reading", "target_text", "the_year", "indicator", "is_doubtful")
    list_filter = (PlanFilter, "is_doubtful", "target__year")
    list_select_related = ("target__indicator__action__plan",)
    search_fields = ("unit", "target__text", "target__indicator__name")
    actions = ("confirm", "delete_selected")
    readonly_fields = ("target_text",)
    fields = ("target_text", ("comparator", "value"), "unit", "is_doubtful")

    def year_of(self, obj: Quantity) -> tuple[Plan, int]:
        return obj.target.indicator.action.plan, obj.target.year

    def indicator_of(self, obj: Quantity) -> int:
        return obj.target.indicator_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Quantities are added in the grid, beside the text that holds them."""
        return False

    def tools(self, request: HttpRequest, obj: Quantity) -> list[tuple[str, str]]:
        grid = reverse(
            "admin:indicators_indicator_grid", args=[obj.target.indicator_id]
        )
        return [("Toute la grille", grid)]

    @admin.action(permissions=["change"], description="Confirmer la lecture")
    def confirm(self, request: HttpRequest, queryset: QuerySet[Quantity]) -> None:
        confirmed = list(queryset.filter(is_doubtful=True))
        for quantity in confirmed:
            quantity.is_doubtful = False
        with transaction.atomic():
            Quantity.objects.bulk_update(confirmed, ["is_doubtful"])
            Quantity.history.bulk_history_create(
                confirmed,
                update=True,
                default_user=request.user,
                default_change_reason="Lecture confirmée",
            )
        said = counted(len(confirmed), "lecture confirmée", "lectures confirmées")
        messages.success(request, f"{said}.")

    @admin.display(description="lecture", ordering="value")
    def reading(self, quantity: Quantity) -> str:
        sign = "" if quantity.comparator == "=" else quantity.get_comparator_display()
        return f"{sign} {french_number(quantity.value)} {quantity.unit}".strip()

    @admin.display(description="cible")
    def target_text(self, quantity: Quantity) -> str:
        return quantity.target.text

    @admin.display(description="année", ordering="target__year")
    def the_year(self, quantity: Quantity) -> str:
        return str(quantity.target.year)

    @admin.display(description="indicateur")
    def indicator(self, quantity: Quantity) -> Indicator:
        return quantity.target.indicator


class ValuesField(forms.CharField):
    """Numbers parted by semicolons; a dash where a value is missing."""

    MISSING = frozenset({"", "-", "–", "—"})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return " ; ".join(
            "–" if item is None else plain(item).replace(".", ",") for item in value
        )

    def to_python(self, value: Any) -> list[Decimal | None]:  # type: ignore[override]
        text = super().to_python(value) or ""
        parts = [part.strip() for part in text.split(";")] if text.strip() else []
        number = FrenchNumberField()
        return [None if p in self.MISSING else number.clean(p) for p in parts]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (initial or [])
        except ValidationError:
            return True


class ResultAdminForm(PartForm):
    values = ValuesField(
        label="Valeurs",
        required=False,
        help_text="Une valeur par quantité de la cible, dans son ordre, séparées par "
        "des points-virgules ; un tiret où la valeur manque. Exemple : 1 ; 3 ; –",
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An older version is brought back over the one that the base holds now.
        self.newest = Result.objects.filter(pk=self.instance.pk).first()
        self.initial["seen_version"] = self.newest.version if self.newest else 0

    def clean_seen_version(self) -> int:
        version = int(self.cleaned_data["seen_version"])
        if self.newest and version != self.newest.version:
            raise ValidationError(
                "Ce résultat a été saisi par quelqu’un d’autre entre-temps : ouvrir de "
                "nouveau la page avant de le modifier."
            )
        return version

    @property
    def entry(self) -> Entry:
        return Entry(
            text=self.cleaned_data["text"],
            values=self.cleaned_data["values"],
            state=self.cleaned_data["state"],
            comment=self.cleaned_data["comment"],
        )


@admin.register(Result)
class ResultAdmin(YearAdmin):
    form = ResultAdminForm
    list_display = (
        "indicator",
        "the_year",
        "text",
        "state_in_words",
        "author",
        "saved_at",
    )
    list_filter = (PlanFilter, "year", "state")
    list_select_related = ("indicator__action__plan", "author")
    search_fields = ("text", "comment", "indicator__name")
    readable = {"values": "values_in_words", "year": "the_year"}
    readonly_fields = ("indicator", "year", "state_in_words", "author", "saved_at")
    history_hidden = ("version", "saved_at", "has_content", "author")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("indicator", "year"),
                    "text",
                    "values",
                    "state",
                    "comment",
                    "seen_version",
                )
            },
        ),
        ("Saisie", {"fields": ("state_in_words", ("author", "saved_at"))}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A result is typed in the plan's grid, beside its target."""
        return False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        save_result(
            indicator=obj.indicator,
            year=obj.year,
            entry=form.entry,
            version=form.newest.version if form.newest else 0,
            user=request.user,
        )

    def tools(self, request: HttpRequest, obj: Result) -> list[tuple[str, str]]:
        return [("Voir sur le site", obj.indicator.get_absolute_url())]

    @admin.display(description="valeurs")
    def values_in_words(self, result: Result) -> str:
        shown = ("–" if v is None else french_number(v) for v in result.values)
        return " ; ".join(shown)

    @admin.display(description="état retenu")
    def state_in_words(self, result: Result) -> str:
        labels = dict(Result._meta.get_field("state").flatchoices)
        return str(labels.get(result.effective_state, "–"))


@admin.register(Campaign)
class CampaignAdmin(YearAdmin):
    list_display = ("__str__", "plan", "opens_on", "closes_on", "is_locked")
    list_filter = (PlanFilter, "is_locked", "year")
    list_select_related = ("plan",)
    search_fields = ("plan__title", "year")
    autocomplete_fields = ("plan",)
    readable = {"year": "the_year"}
    fields = ("plan", "year", ("opens_on", "closes_on"), "is_locked")

    def year_of(self, obj: Campaign) -> tuple[Plan, int]:
        return obj.plan, obj.year

    def tools(self, request: HttpRequest, obj: Campaign) -> list[tuple[str, str]]:
        return [("Voir sur le site", obj.get_absolute_url())]
