"""Days counted in months, as durations of contracts are."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month.

    Raises:
        ValueError: the day would fall outside the calendar.
    """
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    if not 1 <= year <= 9999:
        raise ValueError(f"{months} mois après {day} sort du calendrier")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
