"""Writing many objects at once: every field checked, every change in the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Model
from simple_history.utils import bulk_create_with_history

M = TypeVar("M", bound=Model)


class FieldFaults(ValueError):
    """Some objects hold what their fields refuse; ``faults`` are French sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def create(model: type[M], objects: Sequence[M], *, reason: str) -> list[M]:
    """Write new objects with their history, after checking each of their fields.

    Raises:
        FieldFaults: with all the faults of all the objects; nothing is written.
    """
    relations = [field.name for field in model._meta.fields if field.is_relation]
    faults = [fault for item in objects for fault in _faults(item, relations)]
    if faults:
        raise FieldFaults(faults)
    if hasattr(model, "history"):
        bulk_create_with_history(objects, model, default_change_reason=reason)
    else:
        model._default_manager.bulk_create(objects)
    return list(objects)


def _faults(item: Model, relations: list[str]) -> list[str]:
    try:
        item.clean_fields(exclude=relations)
    except ValidationError as error:
        what = f"{item._meta.verbose_name} « {str(item)[:60]} »"
        return [
            f"{what}, {item._meta.get_field(name).verbose_name} : {message}"  # type: ignore[union-attr]
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return []


def explain(error: IntegrityError) -> str:
    """The French sentence of the constraint that the database says was broken."""
    said = str(error)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name in said:
                return str(constraint.get_violation_error_message())
    return "Deux éléments du fichier se contredisent ou se répètent."
