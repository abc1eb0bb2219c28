"""Shapes of database constraints that several models share."""

from django.db.models import CheckConstraint, F, Q
from django.db.models.enums import ChoicesType


def ordered(
    name: str, *, low: str, high: str, message: str, strict: bool = False
) -> CheckConstraint:
    """``low`` never exceeds ``high``; either may be empty."""
    within = Q(**{f"{high}__{'gt' if strict else 'gte'}": F(low)})
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{low}__isnull": True})
        | Q(**{f"{high}__isnull": True})
        | within,
        violation_error_message=message,
    )


def one_of(
    name: str, *, field: str, choices: ChoicesType, message: str, blank: bool = False
) -> CheckConstraint:
    """``field`` holds one of the values of an enumeration, or nothing if ``blank``."""
    values = [*choices.values, ""] if blank else list(choices.values)
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__in": values}),
        violation_error_message=message,
    )


def not_negative(name: str, *, field: str, message: str) -> CheckConstraint:
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0}),
        violation_error_message=message,
    )


def a_year(name: str, *, field: str) -> CheckConstraint:
    """``field`` is a year of a plan's life, or empty."""
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__isnull": True})
        | Q(**{f"{field}__gte": 1900, f"{field}__lte": 2200}),
        violation_error_message="L’année doit être comprise entre 1900 et 2200.",
    )
