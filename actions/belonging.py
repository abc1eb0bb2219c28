"""To which plan a thing belongs, found by following its foreign keys upwards."""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey, Model, Q, QuerySet

from .models import Plan

# What a thing may be part of; of several, the first that is always given rules.
PARENTS = (
    "plan",
    "review",
    "campaign",
    "axis",
    "engagement",
    "source",
    "action",
    "measure",
    "indicator",
    "target",
    "deliberation",
    "goal",
)


def parents(model: type[Model]) -> list[ForeignKey[Model, Model]]:
    """The foreign keys that lead from the model to what it is part of."""
    keys = {
        field.name: field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
    }
    return [keys[name] for name in PARENTS if name in keys]


def _ways_up(model: type[Model]) -> list[ForeignKey[Model, Model]]:
    """The parent that is always given, or all those of which one is."""
    found: list[ForeignKey[Model, Model]] = []
    for key in parents(model):
        if not key.null:
            return [key]
        found.append(key)
    return found


def plan_lookups(model: type[Model]) -> list[str]:
    """The lookups from the model to its plan; none where it belongs to no plan."""
    if model is Plan:
        return ["pk"]
    found: list[str] = []
    for key in _ways_up(model):
        if key.related_model is Plan:
            return [key.name]
        ways = plan_lookups(key.related_model)
        found += [f"{key.name}__{way}" for way in ways]
    return found


def part_of(model: type[Model], plans: QuerySet[Plan]) -> Q:
    """What keeps, among the rows of the model, those of these plans."""
    within = Q()
    for lookup in plan_lookups(model):
        within |= Q(**{f"{lookup}__in": plans})
    return within


def plan_of(instance: Model) -> Plan | None:
    """The plan that holds the instance. Queries the parents that are not loaded."""
    if isinstance(instance, Plan):
        return instance
    for key in _ways_up(type(instance)):
        if getattr(instance, key.attname) is None:
            continue
        try:
            return plan_of(getattr(instance, key.name))
        except ObjectDoesNotExist:
            return None
    return None
