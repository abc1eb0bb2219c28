"""What tables hold once read: actions, measures, indicators, each value with its cell.

A record holds only what its table gives: a field that no column gives is absent, and
an import leaves it as it is. All of it can be kept as JSON between preview and apply.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple


class Given(NamedTuple):
    """A value and the cell that gives it, by row and column of its sheet."""

    value: Any
    sheet: int
    row: int
    col: int


class Level(StrEnum):
    """How grave a fault is: an error refuses something, a warning leaves it empty."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(slots=True)
class Fault:
    """What is wrong in a cell, and what to do about it. French sentences."""

    level: Level
    sheet: int
    row: int
    col: int
    value: str
    message: str
    remedy: str = ""
    # The key of the action that the cell speaks of, where there is one.
    record: str = ""


@dataclass(slots=True)
class Place:
    """Where an action stands; empty levels are absent from the table."""

    axis_code: str = ""
    axis_title: str = ""
    engagement_code: str = ""
    engagement_title: str = ""
    # The engagement is a measure of a catalogue: its number may be missing.
    is_reference: bool = False

    @property
    def has_axis(self) -> bool:
        return bool(self.axis_code or self.axis_title)

    @property
    def has_engagement(self) -> bool:
        return bool(self.engagement_code or self.engagement_title)


@dataclass(slots=True)
class IndicatorRecord:
    sheet: int
    row: int
    values: dict[str, Given] = field(default_factory=dict)
    targets: dict[int, Given] = field(default_factory=dict)
    # By year: text, state and comment, each where the table gives it.
    results: dict[int, dict[str, Given]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.values["name"].value)


@dataclass(slots=True)
class MeasureRecord:
    sheet: int
    row: int
    values: dict[str, Given] = field(default_factory=dict)
    indicators: list[IndicatorRecord] = field(default_factory=list)

    def text(self, name: str) -> str:
        given = self.values.get(name)
        return str(given.value) if given else ""


@dataclass(slots=True)
class ActionRecord:
    sheet: int
    row: int
    values: dict[str, Given] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    measures: list[MeasureRecord] = field(default_factory=list)
    indicators: list[IndicatorRecord] = field(default_factory=list)

    def text(self, name: str) -> str:
        given = self.values.get(name)
        return str(given.value) if given else ""

    @property
    def key(self) -> str:
        """How a person's choice names the record: the place of its first row."""
        return f"{self.sheet}:{self.row}"

    @property
    def label(self) -> str:
        words = self.text("title") or self.text("description").partition("\n")[0]
        return " ".join(filter(None, [self.text("code"), words])) or "(sans intitulé)"


@dataclass(slots=True)
class GoalRecord:
    sheet: int
    row: int
    label: Given
    unit: str
    targets: dict[int, Given] = field(default_factory=dict)


@dataclass(slots=True)
class BudgetRecord:
    """The amounts of an action for a year, a nature and a funder."""

    sheet: int
    row: int
    values: dict[str, Given] = field(default_factory=dict)
    # The first column of the year, where a row gives several years; else 0.
    col: int = 0

    def value(self, name: str) -> Any:
        given = self.values.get(name)
        return given.value if given else None

    @property
    def key(self) -> str:
        return f"{self.sheet}:{self.row}" + (f":{self.col}" if self.col else "")


@dataclass
class Content:
    """All that the sheets hold for one plan, and what could not be read."""

    sheets: list[str] = field(default_factory=list)
    turned: list[bool] = field(default_factory=list)
    actions: list[ActionRecord] = field(default_factory=list)
    goals: list[GoalRecord] = field(default_factory=list)
    budget: list[BudgetRecord] = field(default_factory=list)
    # Every place met, with or without an action, in the order of the document.
    places: list[Place] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # The words by which the table names its levels: «Domaine», «Objectif»…
    labels: dict[str, str] = field(default_factory=dict)
    years: list[int] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


def _plain(value: Any) -> Any:
    """Records as JSON objects; asdict would copy every value one by one."""
    kind = type(value)
    if kind is list:
        return [_plain(item) for item in value]
    if names := _names(kind):  # type: ignore[arg-type]
        return {name: _plain(getattr(value, name)) for name in names}
    return value


@cache
def _names(kind: Any) -> list[str]:
    return [item.name for item in fields(kind)] if is_dataclass(kind) else []


def content_from_json(data: dict[str, Any]) -> Content:
    """The content that ``to_json`` wrote."""
    return Content(
        sheets=data["sheets"],
        turned=data["turned"],
        actions=[_action(item) for item in data["actions"]],
        goals=[
            GoalRecord(
                item["sheet"],
                item["row"],
                Given(*item["label"]),
                item["unit"],
                _years(item["targets"]),
            )
            for item in data["goals"]
        ],
        budget=[
            BudgetRecord(
                item["sheet"], item["row"], _values(item["values"]), item.get("col", 0)
            )
            for item in data.get("budget", [])
        ],
        places=[Place(**item) for item in data["places"]],
        faults=[
            Fault(**{**item, "level": Level(item["level"])}) for item in data["faults"]
        ],
        labels=data["labels"],
        years=data["years"],
    )


def _values(data: dict[str, Any]) -> dict[str, Given]:
    return {name: Given(*given) for name, given in data.items()}


def _years(data: dict[str, Any]) -> dict[int, Given]:
    return {int(year): Given(*given) for year, given in data.items()}


def _action(data: dict[str, Any]) -> ActionRecord:
    return ActionRecord(
        data["sheet"],
        data["row"],
        _values(data["values"]),
        [Place(**place) for place in data["places"]],
        [
            MeasureRecord(
                item["sheet"],
                item["row"],
                _values(item["values"]),
                [_indicator(i) for i in item["indicators"]],
            )
            for item in data["measures"]
        ],
        [_indicator(item) for item in data["indicators"]],
    )


def _indicator(data: dict[str, Any]) -> IndicatorRecord:
    return IndicatorRecord(
        data["sheet"],
        data["row"],
        _values(data["values"]),
        _years(data["targets"]),
        {int(year): _values(parts) for year, parts in data["results"].items()},
    )
