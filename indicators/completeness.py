"""What the sheets of a plan lack, part by part, for a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, TextChoices

from actions.models import Action, Plan

from .models import Indicator, ProgressNote, Result

if TYPE_CHECKING:
    from actions.models.actions import ActionQuerySet


class Part(TextChoices):
    """A part of a sheet that may be missing; the value stands in addresses."""

    PILOT = "pilote", "Sans pilote"
    DATE = "date", "Sans date"
    INDICATOR = "indicateur", "Sans indicateur"
    RESULT = "resultat", "Résultats manquants"
    NOTE = "note", "Sans note de l’année"


@dataclass(frozen=True, slots=True)
class Sheet:
    """An action with the parts that it lacks."""

    action: Action
    lacks: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Completeness:
    sheets: Sequence[Sheet]

    @property
    def complete(self) -> int:
        return sum(not sheet.lacks for sheet in self.sheets)

    @property
    def counts(self) -> list[tuple[Part, int]]:
        return [(part, len(self.lacking(part))) for part in Part]

    def lacking(self, part: Part) -> list[Sheet]:
        return [sheet for sheet in self.sheets if part in sheet.lacks]


def completeness(plan: Plan, year: int) -> Completeness:
    """Every action of the plan with what it lacks. Six queries."""
    actions = Action.objects.filter(plan=plan)
    lacking = {
        part: set(found.order_by().values_list("pk", flat=True))
        for part, found in _queries(actions, year).items()
    }
    return Completeness(
        [
            Sheet(action, [part for part in Part if action.pk in lacking[part]])
            for action in actions.select_related("plan").order_by("order", "pk")
        ]
    )


def _queries(actions: ActionQuerySet, year: int) -> dict[Part, ActionQuerySet]:
    filled = Result.objects.filled().filter(indicator=OuterRef("pk"), year=year)
    own = Indicator.objects.filter(action__in=actions)
    owed = own.expected_in(year).filter(~Exists(filled))
    noted = ProgressNote.objects.filter(year=year).values("action")
    return {
        Part.PILOT: actions.without_pilot(),
        Part.DATE: actions.without_date(),
        Part.INDICATOR: actions.without_indicator(),
        Part.RESULT: actions.filter(pk__in=owed.values("action")),
        Part.NOTE: actions.exclude(pk__in=noted),
    }
