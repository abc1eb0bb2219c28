"""The administration of what the register rests on: buyers, criteria, legal figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from .admin import SECTION
from .models import Buyer, Holder, LegalParameter, RatingCriterion

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(Buyer)
class BuyerAdmin(ModelAdmin):
    section = SECTION
    list_display = ("siret", "name", "organisation")
    list_select_related = ("organisation__parent",)
    search_fields = ("siret", "name")
    autocomplete_fields = ("organisation",)


@admin.register(Holder)
class HolderAdmin(ModelAdmin):
    section = SECTION
    list_display = ("identifier", "name", "size_class", "is_social_economy")
    list_filter = ("size_class", "is_social_economy", "is_inclusive")
    search_fields = ("identifier", "name")


@admin.register(RatingCriterion)
class RatingCriterionAdmin(ModelAdmin):
    section = SECTION
    list_display = ("label", "weight", "order", "is_active")
    search_fields = ("label",)


@admin.register(LegalParameter)
class LegalParameterAdmin(ModelAdmin):
    section = SECTION
    list_display = ("code", "applies_from", "value", "unit", "is_verified")
    list_filter = ("code", "is_verified")
    search_fields = ("reference",)
