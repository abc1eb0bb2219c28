"""The council's wording: once a plan is adopted, only an administrator corrects it.

The one place that decides it: forms, imports and typing all ask here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from .access import administers
from .belonging import parents, plan_of
from .models import Plan

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def voted_fields(model: type[Model]) -> frozenset[str]:
    """The fields that the council voted: the words, and where they stand."""
    wording = getattr(model, "ADOPTED_WORDING", ())
    if not wording:
        return frozenset()
    adoption = {"is_adopted"} if model is Plan else set()
    return frozenset({*wording, *(key.name for key in parents(model)), *adoption})


def is_locked(
    model: type[Model], plan: Plan | None, user: User | AnonymousUser
) -> bool:
    """Whether the user may not touch what the council voted there."""
    return bool(
        plan is not None
        and plan.is_adopted
        and voted_fields(model)
        and not administers(user)
    )


def locked_fields(instance: Model, user: User | AnonymousUser) -> frozenset[str]:
    """The fields of the instance that the user may not change. May query its plan."""
    model = type(instance)
    if not is_locked(model, plan_of(instance), user):
        return frozenset()
    return voted_fields(model)


def refusal_to_change(
    instance: Model, changed: Iterable[str], user: User | AnonymousUser
) -> str:
    """Why these fields stay as they are, in French; nothing if they may change."""
    locked = locked_fields(instance, user).intersection(changed)
    if not locked:
        return ""
    fields = [f for f in instance._meta.concrete_fields if f.name in locked]
    names = ", ".join(f"« {field.verbose_name} »" for field in fields)
    return f"{_adopted(instance)} : seul un administrateur peut y corriger {names}."


def refusal_to_add(instance: Model, user: User | AnonymousUser) -> str:
    """Why this new thing may not enter its plan, in French; nothing if it may.

    A plan that is itself new was adopted elsewhere: it enters.
    """
    if isinstance(instance, Plan) or not locked_fields(instance, user):
        return ""
    return (
        f"{_adopted(instance)} : seul un administrateur peut ajouter à ce que le "
        "conseil a voté."
    )


def refusal_to_delete(instance: Model, user: User | AnonymousUser) -> str:
    """Why the instance stays in its plan, in French; nothing if it may go."""
    if not locked_fields(instance, user):
        return ""
    return (
        f"{_adopted(instance)} : seul un administrateur peut supprimer « {instance} »."
    )


def keep_locked(instance: Model, user: User | AnonymousUser) -> list[str]:
    """Put back, before saving, the voted words that the user may not change.

    Compares with the base: one query, and those of the plan. Returns the names of
    the fields that were put back.
    """
    current = type(instance)._base_manager.filter(pk=instance.pk).first()
    if current is None:
        return []
    kept = []
    for name in sorted(locked_fields(current, user)):
        attribute = getattr(current._meta.get_field(name), "attname", name)
        if getattr(instance, attribute) != getattr(current, attribute):
            setattr(instance, attribute, getattr(current, attribute))
            kept.append(name)
    return kept


def _adopted(instance: Model) -> str:
    return f"Le plan « {plan_of(instance)} » est adopté"
