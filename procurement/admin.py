"""The administration of the goals of a purchasing scheme."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from actions.administration.base import ManagedAdmin, PartTable, PlanFilter
from actions.models import Plan

from .models import Goal, GoalTarget

SECTION = "Commande publique"


class GoalTargetTable(PartTable):
    model = GoalTarget
    fields = ("year", "value")
    readable = {"year": "the_year"}
    show_change_link = True

    @admin.display(description="année")
    def the_year(self, target: GoalTarget) -> str:
        return str(target.year)


@admin.register(Goal)
class GoalAdmin(ManagedAdmin):
    section = SECTION
    list_display = ("label", "unit", "plan", "order")
    list_filter = (PlanFilter,)
    list_select_related = ("plan",)
    search_fields = ("label", "plan__title")
    autocomplete_fields = ("plan",)
    inlines = (GoalTargetTable,)
    fields = ("plan", "label", ("unit", "order"), "formula")

    def tools(self, request: HttpRequest, obj: Goal) -> list[tuple[str, str]]:
        return [("Voir le plan sur le site", obj.plan.get_absolute_url())]


@admin.register(GoalTarget)
class GoalTargetAdmin(ManagedAdmin):
    section = SECTION
    list_display = ("the_year", "value", "goal", "plan")
    readable = {"year": "the_year"}
    list_filter = (PlanFilter, "year")
    list_select_related = ("goal__plan",)
    search_fields = ("goal__label", "year")
    autocomplete_fields = ("goal",)
    fields = ("goal", ("year", "value"))

    @admin.display(description="plan", ordering="goal__plan")
    def plan(self, target: GoalTarget) -> Plan:
        return target.goal.plan
