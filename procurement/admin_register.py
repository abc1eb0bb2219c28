"""The administration of what the register rests on: buyers, criteria, legal figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from actions.access import administers

from .admin import SECTION
from .models import (
    AgecLine,
    Buyer,
    CommitteeMember,
    CommitteeSession,
    GoalScope,
    Holder,
    LegalParameter,
    Purchase,
    RatingCriterion,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class SharedAdmin(ModelAdmin):
    """What all authorities share, and who they are: for administrators alone."""

    section = SECTION

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return administers(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request.user)


@admin.register(Buyer)
class BuyerAdmin(SharedAdmin):
    """Buyers are named and linked to their authority straight in the list."""

    list_display = ("siret", "name", "organisation")
    list_editable = ("name", "organisation")
    list_filter = (("organisation", admin.EmptyFieldListFilter),)
    list_select_related = ("organisation__parent",)
    search_fields = ("siret", "name")
    autocomplete_fields = ("organisation",)


@admin.register(Holder)
class HolderAdmin(SharedAdmin):
    list_display = ("identifier", "name", "size_class", "is_social_economy")
    list_filter = ("size_class", "is_social_economy", "is_inclusive")
    search_fields = ("identifier", "name")


@admin.register(RatingCriterion)
class RatingCriterionAdmin(SharedAdmin):
    list_display = ("label", "weight", "order", "is_active")
    search_fields = ("label",)


@admin.register(LegalParameter)
class LegalParameterAdmin(SharedAdmin):
    list_display = ("code", "applies_from", "value", "unit", "is_verified")
    list_filter = ("code", "is_verified")
    search_fields = ("reference",)


@admin.register(GoalScope)
class GoalScopeAdmin(SharedAdmin):
    list_display = ("plan", "social_scope", "sme_rule", "includes_subsequent")
    list_select_related = ("plan",)
    autocomplete_fields = ("plan",)


@admin.register(Purchase)
class PurchaseAdmin(SharedAdmin):
    """To take away what was planned by mistake; the pages do all the rest."""

    list_display = ("label", "year", "buyer", "decision")
    list_filter = ("year", "decision")
    list_select_related = ("buyer",)
    search_fields = ("label",)
    fields = ("label", "year", "buyer", "award_due", "decision", "decision_note")
    autocomplete_fields = ("buyer",)


@admin.register(CommitteeSession)
class CommitteeSessionAdmin(SharedAdmin):
    list_display = ("year", "buyer", "planned_on", "held_on")
    list_filter = ("year",)
    list_select_related = ("buyer",)
    autocomplete_fields = ("buyer",)


@admin.register(CommitteeMember)
class CommitteeMemberAdmin(SharedAdmin):
    list_display = ("function", "buyer", "organisation", "chairs")
    list_select_related = ("buyer", "organisation__parent")
    search_fields = ("function",)
    autocomplete_fields = ("buyer", "organisation")


@admin.register(AgecLine)
class AgecLineAdmin(SharedAdmin):
    list_display = ("year", "buyer", "family", "total")
    list_filter = ("year",)
    list_select_related = ("buyer",)
    search_fields = ("family",)
    autocomplete_fields = ("buyer",)
