"""Writes the rows of a workbook that nobody has to look at first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..typing import Conflict, save_result
from .read import Line, LineKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def save_lines(lines: Iterable[Line], year: int, user: User | None) -> None:
    """Save the changed rows; one that was typed over meanwhile becomes a conflict."""
    for line in lines:
        if line.kind != LineKind.CHANGE or line.form is None or line.indicator is None:
            continue
        try:
            save_result(
                indicator=line.indicator,
                year=year,
                entry=line.form.entry,
                version=line.form.version_seen,
                user=user,
            )
        except Conflict:
            line.kind = LineKind.CONFLICT
