"""The administration of plans: what a council voted, and who does it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, F, Prefetch, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html_join

from pcaet.lib.form_fields import LinesField, YearsField

from .access import administers, member_roots
from .administration.base import (
    ManagedAdmin,
    PartStack,
    PartTable,
    PlanFilter,
    Told,
)
from .administration.flat import FlatList
from .administration.forms import PartForm
from .administration.merge_views import merge_organisations
from .administration.synonyms import ColumnSynonymAdmin
from .models import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    Axis,
    BudgetLine,
    ColumnSynonym,
    Deliberation,
    Engagement,
    Measure,
    Membership,
    Milestone,
    Opinion,
    Organisation,
    OrganisationAlias,
    Photo,
    Placement,
    Plan,
    ReferenceMeasure,
    Role,
    Term,
)
from .resources import OrganisationResource, ReferenceMeasureResource, TermResource

RAW_ROLES = ("pilot_raw", "partner_raw", "funder_raw", "internal_raw", "external_raw")
AS_WRITTEN = "Tel qu’écrit dans le document"
AS_WRITTEN_HELP = (
    "Les cellules du document, mot pour mot. Elles restent affichées quand elles en "
    "disent plus que les organismes, dates et montants reconnus."
)


# Plans ---------------------------------------------------------------------------


class PlanForm(PartForm):
    years = YearsField(
        label="Années suivies",
        required=False,
        help_text="Les années de la grille, séparées par des virgules : "
        "2015, 2016, 2017, 2018.",
    )


class AxisTable(PartTable):
    model = Axis
    fields = ("order", "code", "title")
    show_change_link = True


class DeliberationStack(PartStack):
    model = Deliberation
    fields = (
        ("number", "report_number", "date"),
        "title",
        ("votes_for", "votes_against", "abstentions", "interested"),
    )
    show_change_link = True


@admin.register(Plan)
class PlanAdmin(ManagedAdmin):
    form = PlanForm
    list_display = (
        "title",
        "authority",
        "kind",
        "period",
        "number_of_actions",
        "is_adopted",
        "is_public",
    )
    list_filter = ("kind", "is_adopted", "is_public")
    list_select_related = ("authority__parent",)
    search_fields = ("title", "slug", "authority__name")
    autocomplete_fields = ("authority",)
    readable = {"years": "years_in_words"}
    inlines = (DeliberationStack, AxisTable)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("authority", "authority_note"),
                    "title",
                    ("kind", "slug"),
                    ("start_year", "end_year"),
                    "years",
                    "is_adopted",
                    "is_public",
                )
            },
        ),
        (
            "Ce que dit le document",
            {"fields": ("introduction", "guiding_question", "long_term_goal")},
        ),
        (
            "Les mots du plan",
            {
                "fields": (
                    ("axis_label", "engagement_label"),
                    ("action_label", "measure_label"),
                    "cased_words",
                ),
                "description": "Comment ce plan nomme ses niveaux : Axe ou Domaine, "
                "Engagement ou Objectif… Un niveau que le plan n’a pas reste vide.",
                "classes": ("collapse",),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        plans = super().get_queryset(request)
        counted: QuerySet[Any] = plans.annotate(action_count=Count("actions"))
        return counted

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> dict[str, Any]:
        return {} if obj else {"slug": ("title",)}

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "authority" and not administers(request.user):
            roots = list(member_roots(request.user))
            kwargs["queryset"] = Organisation.objects.within(roots)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def tools(self, request: HttpRequest, obj: Plan) -> list[tuple[str, str]]:
        actions = reverse("admin:actions_action_changelist")
        return [
            ("Voir sur le site", obj.get_absolute_url()),
            ("Ses actions", f"{actions}?plan={obj.pk}"),
        ]

    def autocomplete_label(self, obj: Any) -> str:
        return f"{obj} — {obj.authority}"

    @admin.display(description="actions", ordering="action_count")
    def number_of_actions(self, plan: Any) -> int:
        return int(plan.action_count)

    @admin.display(description="années suivies")
    def years_in_words(self, plan: Plan) -> str:
        return ", ".join(map(str, plan.years))

    @admin.display(description="période", ordering="start_year")
    def period(self, plan: Plan) -> str:
        return plan.period


class OpinionTable(PartTable):
    model = Opinion
    fields = ("order", "body", "date", "opinion")


@admin.register(Deliberation)
class DeliberationAdmin(ManagedAdmin):
    list_display = ("__str__", "title", "date", "plan")
    list_filter = (PlanFilter,)
    list_select_related = ("plan",)
    search_fields = ("number", "title", "plan__title")
    autocomplete_fields = ("plan",)
    inlines = (OpinionTable,)
    fields = (
        "plan",
        ("number", "report_number", "date"),
        "title",
        ("votes_for", "votes_against", "abstentions", "interested"),
        "order",
    )


class EngagementTable(PartTable):
    model = Engagement
    fields = ("order", "code", "title")
    show_change_link = True


@admin.register(Axis)
class AxisAdmin(ManagedAdmin):
    list_display = ("__str__", "plan", "order")
    list_filter = (PlanFilter,)
    list_select_related = ("plan",)
    search_fields = ("code", "title", "plan__title")
    autocomplete_fields = ("plan",)
    inlines = (EngagementTable,)
    fields = ("plan", ("code", "order"), "title", "introduction")


@admin.register(Engagement)
class EngagementAdmin(ManagedAdmin):
    list_display = ("__str__", "axis", "plan", "order")
    list_filter = (PlanFilter,)
    list_select_related = ("axis__plan",)
    search_fields = ("code", "title", "axis__title", "axis__plan__title")
    fields = ("axis", ("code", "order"), "title")

    @admin.display(description="plan", ordering="axis__plan")
    def plan(self, engagement: Engagement) -> Plan:
        return engagement.axis.plan


# Actions -------------------------------------------------------------------------


class ActionForm(PartForm):
    expected_results = LinesField(
        label="Résultats attendus",
        required=False,
        help_text="Un résultat par ligne. Une ligne qui commence par des espaces "
        "continue le résultat précédent.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


class MeasureStack(PartStack):
    model = Measure
    fields = (("code", "order", "status"), "title", "description")
    show_change_link = True


class RoleTable(PartTable):
    model = Role
    fields = ("order", "kind", "organisation", "note")
    autocomplete_fields = ("organisation",)
    select_related = ("organisation__parent",)
    classes = ("quiet",)


class PlacementTable(PartTable):
    model = Placement
    fields = ("axis", "engagement", "order")
    select_related = ("axis", "engagement")
    classes = ("quiet",)
    verbose_name_plural = "places dans le plan (une action peut en avoir plusieurs)"


class MilestoneTable(PartTable):
    model = Milestone
    fields = ("order", "horizon_years", "date", "text", "done")
    classes = ("quiet",)


class BudgetLineTable(PartTable):
    model = BudgetLine
    fields = ("year", "nature", "funder", "planned", "committed", "spent")
    autocomplete_fields = ("funder",)
    select_related = ("funder__parent",)
    classes = ("quiet",)


class ActionLinkTable(PartTable):
    model = ActionLink
    fk_name = "source"
    fields = ("order", "relation", "target")
    autocomplete_fields = ("target",)
    select_related = ("target__plan",)
    classes = ("quiet",)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A link may lead to any plan that the user reads."""
        if db_field.name == "target":
            plans = Plan.objects.visible_to(request.user)
            kwargs["queryset"] = Action.objects.filter(plan__in=plans)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PhotoTable(PartTable):
    model = Photo
    fields = ("order", "image", "text", "credit")
    classes = ("quiet",)


class ActionTermTable(PartTable):
    model = ActionTerm
    fields = ("order", "term")
    autocomplete_fields = ("term",)
    select_related = ("term",)
    classes = ("quiet",)


class ActionReferenceTable(PartTable):
    model = ActionReference
    fields = ("order", "reference_measure")
    autocomplete_fields = ("reference_measure",)
    select_related = ("reference_measure",)
    classes = ("quiet",)


class ActionList(ChangeList):
    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        roles = Role.objects.with_organisation()
        return (
            super()
            .get_queryset(*args, **kwargs)
            .prefetch_related(
                Prefetch("roles", roles), Prefetch("measures__roles", roles)
            )
        )


@admin.register(Action)
class ActionAdmin(ManagedAdmin):
    section = "Actions"
    form = ActionForm
    save_on_top = True
    list_display = ("code", "name", "pilots_in_words", "status", "axis_code", "plan")
    list_display_links = ("code", "name")
    list_filter = (PlanFilter, "status", "plan__is_adopted")
    list_select_related = ("plan", "axis", "engagement")
    search_fields = ("code", "title", "description", "context", "plan__title")
    search_help_text = "Code, titre, enjeux, description ou plan."
    autocomplete_fields = ("plan",)
    readable = {"expected_results": "results_in_words"}
    inlines = (
        MeasureStack,
        RoleTable,
        PlacementTable,
        MilestoneTable,
        BudgetLineTable,
        ActionLinkTable,
        PhotoTable,
        ActionTermTable,
        ActionReferenceTable,
    )
    fieldsets = (
        (None, {"fields": ("plan", ("axis", "engagement"), ("code", "order"))}),
        (
            "Contenu",
            {
                "fields": (
                    "title",
                    "context",
                    "description",
                    "expected_results",
                    "consultation",
                    "impact_objective",
                    "impact_horizon_years",
                )
            },
        ),
        (
            "Avancement, dates et budget",
            {
                "fields": (
                    "status",
                    ("start_year", "start_date"),
                    ("end_year", "end_date"),
                    ("budget_min", "budget_max", "budget_uncertain"),
                )
            },
        ),
        (
            AS_WRITTEN,
            {
                "fields": (
                    ("status_raw", "budget_raw"),
                    ("start_raw", "end_raw"),
                    *RAW_ROLES,
                ),
                "classes": ("collapse",),
                "description": AS_WRITTEN_HELP,
            },
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ActionList

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.place_home()

    def tools(self, request: HttpRequest, obj: Action) -> list[tuple[str, str]]:
        fiche = reverse("action_fiche", args=[obj.plan.slug, obj.code])
        grid = reverse("admin:indicators_action_grid", args=[obj.pk])
        return [
            ("Voir sur le site", obj.get_absolute_url()),
            ("Fiche PDF", fiche),
            ("Indicateurs et cibles", grid),
        ]

    @admin.display(description="titre", ordering="title")
    def name(self, action: Action) -> str:
        return action.short_title

    @admin.display(description="axe", ordering="axis__order")
    def axis_code(self, action: Action) -> str:
        return action.axis.code if action.axis else ""

    @admin.display(description="pilotes")
    def pilots_in_words(self, action: Action) -> str:
        return ", ".join(str(role.organisation) for role in action.all_pilots)

    @admin.display(description="résultats attendus")
    def results_in_words(self, action: Action) -> str:
        items = ((result,) for result in action.expected_results)
        return format_html_join("", "<p>{}</p>", items)


@admin.register(Measure)
class MeasureAdmin(ManagedAdmin):
    section = "Actions"
    list_display = ("__str__", "action", "plan", "status")
    list_filter = (PlanFilter, "status")
    list_select_related = ("action__plan",)
    search_fields = ("code", "title", "description", "action__code", "action__title")
    autocomplete_fields = ("action",)
    inlines = (RoleTable,)
    fieldsets = (
        (None, {"fields": ("action", ("code", "order", "status"))}),
        ("Contenu", {"fields": ("title", "description")}),
        (
            AS_WRITTEN,
            {
                "fields": RAW_ROLES,
                "classes": ("collapse",),
                "description": AS_WRITTEN_HELP,
            },
        ),
    )

    def tools(self, request: HttpRequest, obj: Measure) -> list[tuple[str, str]]:
        action = reverse("admin:actions_action_change", args=[obj.action_id])
        grid = reverse("admin:indicators_action_grid", args=[obj.action_id])
        return [
            ("Voir sur le site", obj.get_absolute_url()),
            ("Son action", action),
            ("Indicateurs et cibles", grid),
        ]

    @admin.display(description="plan", ordering="action__plan")
    def plan(self, measure: Measure) -> Plan:
        return measure.action.plan

    def autocomplete_label(self, obj: Any) -> str:
        return f"{obj} — action {obj.action.code}, {obj.action.plan}"


@admin.register(Role)
class RoleAdmin(ManagedAdmin):
    section = "Actions"
    list_display = ("__str__", "where", "note")
    list_filter = (PlanFilter, "kind")
    list_select_related = (
        "organisation__parent",
        "action__plan",
        "measure__action__plan",
    )
    search_fields = (
        "organisation__name",
        "organisation__parent__name",
        "note",
        "action__title",
        "measure__title",
    )
    autocomplete_fields = ("organisation", "action", "measure")
    fields = (("kind", "order"), "organisation", "action", "measure", "note")

    @admin.display(description="dans")
    def where(self, role: Role) -> str:
        return str(role.action or role.measure)


@admin.register(Milestone)
class MilestoneAdmin(ManagedAdmin):
    section = "Actions"
    list_display = ("text", "horizon", "date", "done", "action")
    list_filter = (PlanFilter, "done")
    list_select_related = ("action__plan",)
    search_fields = ("text", "action__title")
    autocomplete_fields = ("action",)
    fields = ("action", "text", ("horizon_years", "date"), "done", "order")


@admin.register(BudgetLine)
class BudgetLineAdmin(ManagedAdmin):
    section = "Actions"
    list_display = (
        "the_year",
        "nature",
        "action",
        "funder",
        "planned",
        "committed",
        "spent",
    )
    list_filter = (PlanFilter, "nature", "year")
    list_select_related = ("action__plan", "funder__parent")
    search_fields = ("action__title", "funder__name")
    autocomplete_fields = ("action", "funder")
    fields = (
        "action",
        ("year", "nature"),
        "funder",
        ("planned", "committed", "spent"),
        "order",
    )


# Organisations and vocabulary, which all plans share ------------------------------


class AliasTable(PartTable):
    model = OrganisationAlias
    fields = ("name",)
    classes = ("quiet",)


class DepartmentTable(PartTable):
    model = Organisation
    fields = ("name", "short_name", "email")
    verbose_name = "service"
    verbose_name_plural = "services"
    show_change_link = True
    can_delete = False
    classes = ("quiet",)


@admin.register(Organisation)
class OrganisationAdmin(FlatList, Told):
    resource_classes = (OrganisationResource,)
    used_by = (
        "roles__action__plan",
        "roles__measure__action__plan",
        "budget_lines__action__plan",
        "plans",
        "departments__roles__action__plan",
        "departments__roles__measure__action__plan",
        "departments__budget_lines__action__plan",
        "departments__plans",
    )
    list_display = ("__str__", "short_name", "kind", "number_of_roles")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    # Each body before its departments.
    ordering = (
        Lower(Coalesce("parent__name", "name")),
        F("parent").asc(nulls_first=True),
        Lower("name"),
    )
    search_fields = ("name", "short_name", "parent__name", "aliases__name")
    autocomplete_fields = ("parent",)
    actions = ("merge", "delete_selected")
    fields = ("name", "short_name", "kind", "parent", "email")
    inlines = (AliasTable, DepartmentTable)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        bodies = super().get_queryset(request)
        counted: QuerySet[Any] = bodies.annotate(role_count=Count("roles"))
        return counted

    def belongs_to_others(self, request: HttpRequest, obj: Any) -> bool:
        """A body where people of another authority work is theirs."""
        people = Membership.objects.filter(organisation__in=[obj.pk, obj.root_id])
        return obj.root_id not in member_roots(request.user) and people.exists()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.merge_view)
        return [
            path("fusion/", view, name="actions_organisation_merge"),
            *super().get_urls(),
        ]

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        return merge_organisations(self, request)

    @admin.action(permissions=["change"], description="Fusionner en un seul organisme")
    def merge(
        self, request: HttpRequest, queryset: QuerySet[Organisation]
    ) -> HttpResponse | None:
        chosen = [str(pk) for pk in queryset.values_list("pk", flat=True)]
        if len(chosen) < 2:
            messages.error(request, "Cocher au moins deux organismes à fusionner.")
            return None
        page = reverse("admin:actions_organisation_merge")
        return redirect(f"{page}?organismes={','.join(chosen)}")

    def tools(self, request: HttpRequest, obj: Organisation) -> list[tuple[str, str]]:
        page = reverse("admin:actions_organisation_merge")
        return [
            ("Voir sur le site", obj.get_absolute_url()),
            ("Fusionner avec un autre organisme", f"{page}?organismes={obj.pk}"),
        ]

    @admin.display(description="rôles", ordering="role_count")
    def number_of_roles(self, organisation: Any) -> int:
        return int(organisation.role_count)


@admin.register(Term)
class TermAdmin(FlatList):
    resource_classes = (TermResource,)
    used_by = ("action_terms__action__plan",)
    list_display = ("name", "kind", "number_of_actions")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    fields = ("kind", "name", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        terms = super().get_queryset(request)
        counted: QuerySet[Any] = terms.annotate(action_count=Count("action_terms"))
        return counted

    @admin.display(description="actions", ordering="action_count")
    def number_of_actions(self, term: Any) -> int:
        return int(term.action_count)

    def autocomplete_label(self, obj: Any) -> str:
        return f"{obj} ({obj.get_kind_display().lower()})"


@admin.register(ReferenceMeasure)
class ReferenceMeasureAdmin(FlatList):
    resource_classes = (ReferenceMeasureResource,)
    used_by = ("action_references__action__plan",)
    list_display = ("code", "title", "axis", "catalogue")
    list_display_links = ("code", "title")
    list_filter = ("catalogue",)
    search_fields = ("code", "title", "catalogue")
    fields = ("catalogue", "code", "title", "axis")


admin.site.register(ColumnSynonym, ColumnSynonymAdmin)
