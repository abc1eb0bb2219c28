"""Holding a model's constraints: refused in French by forms, refused by the base."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeVar

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import BaseConstraint, Model, UniqueConstraint

M = TypeVar("M", bound=Model)
Impossible = Callable[[], Model]


def but(instance: M, **changes: object) -> M:
    """The same object, with changes that the base has not seen."""
    for name, value in changes.items():
        setattr(instance, name, value)
    return instance


def again(instance: M, **changes: object) -> M:
    """A second object like this one, not yet written."""
    second = copy.copy(instance)
    second.pk = None
    second._state = copy.copy(instance._state)
    second._state.adding = True
    return but(second, **changes)


def assert_refused(instance: Model, name: str) -> None:
    """The constraint of this name tells the person why, and the base refuses."""
    constraint = constraint_named(instance, name)
    with pytest.raises(ValidationError) as told:
        constraint.validate(type(instance), instance)
    assert told.value.messages == [constraint.get_violation_error_message()]
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        instance.save()
    assert trace_of(constraint, instance) in str(refused.value)


def constraint_named(instance: Model, name: str) -> BaseConstraint:
    return next(c for c in instance._meta.constraints if c.name == name)


def trace_of(constraint: BaseConstraint, instance: Model) -> str:
    """What the base says: SQLite names the columns of what must be unique."""
    if connection.vendor != "sqlite" or not isinstance(constraint, UniqueConstraint):
        return constraint.name
    meta = instance._meta
    columns = {field.name: field.column for field in meta.concrete_fields}
    return ", ".join(f"{meta.db_table}.{columns[name]}" for name in constraint.fields)
