"""The plan exchange format, version 1: one JSON file holds one whole plan.

The classes below are the format: their fields stand in the order of the file, and
every field is required, so that a key left out, added or mistyped is refused with
its place in the file. Amounts, rates and quantities are strings in plain decimal
notation. Nothing here touches the database.
"""

from __future__ import annotations

import datetime
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

PlainDecimal = Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
Year = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]

PlanKind = Literal["pcaet", "climate_plan", "spaser", "roadmap"]
Status = Literal[
    "to_discuss",
    "to_start",
    "new",
    "in_progress",
    "late",
    "paused",
    "blocked",
    "done",
    "abandoned",
]
PartnerRole = Literal["partner", "funder", "internal", "external"]
Relation = Literal[
    "supported_by", "supports", "simultaneous", "completes", "follows", "related"
]
IndicatorKind = Literal["realisation", "effect", "marker"]
Comparator = Literal["=", ">=", "<=", "~"]
ResultState = Literal["reached", "partial", "not_reached", "not_applicable"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrgData(Part):
    organisation: str
    service: str | None
    note: str


class PartnerData(Part):
    role: PartnerRole
    organisation: str
    service: str | None
    note: str


class RolesRaw(Part):
    pilot: str
    partner: str
    funder: str
    internal: str
    external: str


class Labels(Part):
    axis: str
    engagement: str
    action: str
    measure: str


class PlanHead(Part):
    slug: Annotated[str, StringConstraints(pattern=r"^[-a-z0-9]+$")]
    title: str
    kind: PlanKind
    authority: OrgData
    start_year: int | None
    end_year: int | None
    years: list[int]
    introduction: str
    guiding_question: str
    long_term_goal: str
    labels: Labels


# Pydantic reads «for» through an alias: it is a word of Python.
class Votes(Part):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda n: n.rstrip("_")
    )
    for_: int | None
    against: int | None
    abstention: int | None
    interested: int | None


class Opinion(Part):
    body: str
    date: datetime.date | None
    opinion: str


class DeliberationData(Part):
    number: str
    report_number: str
    title: str
    date: datetime.date | None
    votes: Votes
    opinions: list[Opinion]


class EngagementData(Part):
    code: str
    title: str
    actions: list[str]


class AxisData(Part):
    code: str
    title: str
    introduction: str
    engagements: list[EngagementData]
    actions: list[str]


class ReferenceData(Part):
    catalogue: str
    code: str


class WhenData(Part):
    year: int | None
    date: datetime.date | None
    raw: str


class BudgetData(Part):
    min: PlainDecimal | None
    max: PlainDecimal | None
    uncertain: bool
    raw: str


class BudgetLineData(Part):
    year: int
    nature: Literal["investment", "operation"]
    funder: OrgData | None
    planned: PlainDecimal | None
    committed: PlainDecimal | None
    spent: PlainDecimal | None


class MilestoneData(Part):
    horizon_years: int | None
    date: datetime.date | None
    text: str
    done: bool


class QuantityData(Part):
    comparator: Comparator
    value: PlainDecimal
    unit: str


class TargetData(Part):
    text: str
    quantities: list[QuantityData]


class ResultData(Part):
    text: str
    values: list[PlainDecimal | None]
    state: ResultState | None
    comment: str


class IndicatorData(Part):
    name: str
    kind: IndicatorKind
    group: str
    unit: str
    source: str
    targets: dict[Year, TargetData]
    results: dict[Year, ResultData]


class MeasureData(Part):
    code: str
    title: str
    description: str
    status: Status | None
    pilots: list[OrgData]
    partners: list[PartnerData]
    roles_raw: RolesRaw
    indicators: list[IndicatorData]


class RelatedData(Part):
    code: str
    relation: Relation


class CaptionData(Part):
    text: str
    credit: str


class ActionData(Part):
    code: str
    title: str
    axis: str | None
    engagement: str | None
    context: str
    description: str
    expected_results: list[str]
    consultation: str
    status: Status | None
    status_raw: str
    types: list[str]
    themes: list[str]
    keywords: list[str]
    reference_measures: list[ReferenceData]
    start: WhenData
    end: WhenData
    budget: BudgetData
    budget_lines: list[BudgetLineData]
    pilots: list[OrgData]
    partners: list[PartnerData]
    roles_raw: RolesRaw
    impact_objective: str
    impact_horizon_years: int | None
    milestones: list[MilestoneData]
    indicators: list[IndicatorData]
    measures: list[MeasureData]
    related_actions: list[RelatedData]
    captions: list[CaptionData]


class GoalData(Part):
    label: str
    targets: dict[Year, PlainDecimal]
    unit: str


class PlanFile(Part):
    format: Literal["pcaet-plan"]
    version: Literal[1]
    plan: PlanHead
    deliberations: list[DeliberationData]
    axes: list[AxisData]
    actions: list[ActionData]
    goals: list[GoalData]

    def dumps(self) -> str:
        """The file's text: UTF-8, two-space indent, a final line break."""
        content = self.model_dump(mode="json", by_alias=True)
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


# Characters: a hundred times the longest plan that we know.
LONGEST_FILE = 50 * 10**6
TOO_LONG = (
    "Ce fichier est trop grand pour un plan : {} millions de caractères, 50 au plus."
)

# What is wrong, by the type of error that pydantic reports.
MESSAGES = {
    "json_invalid": "ce texte n’est pas du JSON lisible",
    "missing": "cette clé manque",
    "extra_forbidden": "cette clé n’existe pas dans le format",
    "string_type": "un texte est attendu",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "bool_type": "true ou false est attendu",
    "bool_parsing": "true ou false est attendu",
    "list_type": "une liste est attendue",
    "dict_type": "un objet est attendu",
    "model_type": "un objet est attendu",
    "model_attributes_type": "un objet est attendu",
    "date_type": "une date AAAA-MM-JJ est attendue",
    "date_parsing": "une date AAAA-MM-JJ est attendue",
    "date_from_datetime_parsing": "une date AAAA-MM-JJ est attendue",
    "string_pattern_mismatch": "cette écriture n’est pas celle du format",
    "literal_error": "cette valeur n’est pas dans la liste permise",
}


class PlanFormatError(ValueError):
    """The file does not follow the format; ``faults`` are French sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load(text: str) -> PlanFile:
    """Read the text of a plan file.

    Raises:
        PlanFormatError: naming every place that does not follow the format.
    """
    if len(text) > LONGEST_FILE:
        raise PlanFormatError([TOO_LONG.format(len(text) // 10**6)])
    if "\\u0000" in text:
        raise PlanFormatError(["Ce fichier contient un caractère nul : le retirer."])
    try:
        json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise PlanFormatError([_unreadable(error)]) from error
    try:
        return PlanFile.model_validate_json(text, strict=True)
    except ValidationError as error:
        faults = [_sentence(fault) for fault in error.errors(include_url=False)]
        raise PlanFormatError(faults) from error


class _RepeatedKey(ValueError):
    pass


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, whose first writing of a key JSON would silently forget."""
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            what = f"La clé « {key[:60]} » est écrite deux fois au même endroit."
            raise _RepeatedKey(what)
        content[key] = value
    return content


def _unreadable(error: ValueError | RecursionError) -> str:
    if isinstance(error, _RepeatedKey):
        return str(error)
    at = f", ligne {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
    return f"Ce fichier n’est pas du JSON lisible{at}."


def _sentence(fault: Any) -> str:
    place = " › ".join(
        f"n° {step + 1}" if isinstance(step, int) else str(step)
        for step in fault["loc"]
    )
    what = MESSAGES.get(
        fault["type"], "cette valeur n’est pas celle que le format attend"
    )
    return f"{place or 'fichier'} : {what}."
