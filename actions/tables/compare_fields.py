"""Compares the fields of an action or a measure with what a table gives."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from actions.enums import Status
from actions.models import Action, Measure

from .comparison import Comparer, _label
from .field_cells import ends_before
from .preview import Line
from .records import Fault, Given, Level
from .values import french_day


class FieldComparer(Comparer):
    """Texts, dates, budgets and statuses."""

    def _code(self, action: Action, given: Given, line: Line) -> None:
        if action.pk is None or action.code == given.value:
            return
        if given.value in self._by_code or not given.value:
            return
        self._set(action, line, "N°", action.code, given.value, given, code=given.value)

    def _text(self, row: Any, name: str, given: Given, line: Line) -> None:
        known = getattr(row, name)
        if known != given.value:
            self._set(
                row,
                line,
                _label(name),
                known,
                given.value,
                given,
                **{name: given.value},
            )

    def _plain(self, row: Any, name: str, given: Given, line: Line) -> None:
        known = getattr(row, name)
        if known != given.value:
            old = "" if known is None else str(known)
            self._set(
                row,
                line,
                _label(name),
                old,
                str(given.value),
                given,
                **{name: given.value},
            )

    def _results_expected(self, action: Action, given: Given, line: Line) -> None:
        if action.expected_results != given.value:
            self._set(
                action,
                line,
                _label("expected_results"),
                "\n".join(action.expected_results),
                "\n".join(given.value),
                given,
                expected_results=given.value,
            )

    def _when(self, action: Action, name: str, given: Given, line: Line) -> None:
        value = given.value
        year, raw = getattr(action, f"{name}_year"), getattr(action, f"{name}_raw")
        day: datetime.date | None = getattr(action, f"{name}_date")
        if value["raw"] == raw:
            return
        known = french_day(day) if day else (str(year) if year else "")
        if known and value["raw"] in {known, day.isoformat() if day else known}:
            return
        dated = {
            f"{name}_year": value["year"],
            f"{name}_date": datetime.date.fromisoformat(value["date"])
            if value["date"]
            else None,
        }
        if self._reverses(action, dated):
            line.faults = [*line.faults, _reversed_fault(given, value["raw"])]
            dated = {f"{name}_year": None, f"{name}_date": None}
        new = value["raw"]
        self._set(
            action, line, _label(name), raw or known, new, given,
            **{f"{name}_raw": value["raw"], **dated},
        )  # fmt: skip

    @staticmethod
    def _reverses(action: Action, dated: Mapping[str, Any]) -> bool:
        """With these dates, the action would end before it begins."""

        def bound(name: str) -> dict[str, Any]:
            return {
                key: dated.get(f"{name}_{key}", getattr(action, f"{name}_{key}"))
                for key in ("year", "date")
            }

        return ends_before(bound("start"), bound("end"))

    def _budget(self, action: Action, given: Given, line: Line) -> None:
        value = given.value
        if value["raw"] == action.budget_raw:
            return
        low = Decimal(value["min"]) if value["min"] is not None else None
        high = Decimal(value["max"]) if value["max"] is not None else None
        same = (low, high) == (action.budget_min, action.budget_max)
        if same and not action.budget_raw and (low, high) != (None, None):
            return
        self._set(
            action,
            line,
            _label("budget"),
            action.budget_raw or _amounts(action),
            value["raw"],
            given,
            budget_raw=value["raw"],
            budget_min=low,
            budget_max=high,
            budget_uncertain=value["uncertain"],
        )

    def _status(self, row: Any, given: Given, line: Line) -> None:
        status, raw = given.value["status"], given.value["raw"]
        known_raw = getattr(row, "status_raw", "")
        if known_raw and raw == known_raw:
            return
        label = str(Status(status).label) if status else ""
        if status and status == row.status and raw in (label, known_raw or raw):
            return
        old = str(Status(row.status).label) if row.status else known_raw
        new = label or raw
        values = {"status": status}
        if isinstance(row, Action) and not self.locks.holds(Action, "status_raw"):
            values["status_raw"] = raw
        elif isinstance(row, Measure) and not status:
            return
        shown = raw if old == new else new
        self._set(row, line, _label("status"), old, shown, given, **values)


def _amounts(action: Action) -> str:
    bounds = [str(b) for b in (action.budget_min, action.budget_max) if b is not None]
    return " à ".join(dict.fromkeys(bounds))


def _reversed_fault(given: Given, raw: str) -> Fault:
    return Fault(
        Level.ERROR,
        given.sheet,
        given.row,
        given.col,
        raw,
        "Avec cette date, l’action finirait avant de commencer.",
        "Corriger le début ou la fin ; le texte est gardé, la date reste vide.",
    )
