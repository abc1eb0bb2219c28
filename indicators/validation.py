"""The officer accepts a result, or sends it back with a remark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from .enums import Validation
from .models import Result
from .typing import Conflict

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def accept(*, pk: int, version: int, user: User) -> Result:
    """Accept the version that the officer read.

    Raises:
        Conflict: another version was typed since.
    """
    return _judge(pk, version, user, Validation.ACCEPTED, "")


def send_back(*, pk: int, version: int, remark: str, user: User) -> Result:
    """Ask for the result to be typed again; the remark says why.

    Raises:
        Conflict: another version was typed since.
    """
    return _judge(pk, version, user, Validation.RETURNED, remark)


@transaction.atomic
def _judge(
    pk: int, version: int, user: User, validation: Validation, remark: str
) -> Result:
    result = Result.objects.select_for_update().get(pk=pk)
    if result.version != version:
        raise Conflict(result)
    if (result.validation, result.validation_remark) == (validation, remark):
        return result
    result.validation = validation
    result.validation_remark = remark
    result.validated_by = user
    result.validated_at = timezone.now()
    result.save()
    return result
