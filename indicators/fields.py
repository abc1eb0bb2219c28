"""A database field for the values of a result."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from pcaet.lib.numbers import plain


class DecimalListField(models.JSONField):
    """A list of exact decimals, ``None`` where a value is missing.

    Stored as JSON strings in plain notation, so that no value ever passes through a
    float. The list follows the order of the target's quantities.
    """

    description = "Valeurs décimales exactes"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return _decimals(super().from_db_value(value, expression, connection))

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, list):
            value = [plain(v) if isinstance(v, Decimal) else v for v in value]
        return super().get_prep_value(value)

    def to_python(self, value: Any) -> Any:
        try:
            return _decimals(super().to_python(value))
        except InvalidOperation as error:
            raise ValidationError("Des nombres sont attendus.") from error

    def validate(self, value: Any, model_instance: Any) -> None:
        exact = isinstance(value, list) and all(
            item is None or isinstance(item, Decimal) for item in value
        )
        if not exact:
            raise ValidationError("Des nombres sont attendus.")


def _decimals(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [item if item is None else Decimal(str(item)) for item in value]
