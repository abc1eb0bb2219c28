"""Where an action stands on a given day: the one function that says it.

Lists, dashboards, printed sheets and exports all use it. Pure: no query, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .enums import Status


@dataclass(frozen=True, slots=True)
class ActionState:
    """What is shown of an action.

    Attributes:
        code: stable name, for filters and exports.
        label: the French words.
        sign: what tells the state without colour.
        tone: the colour's name in the style sheets.
        order: the most pressing first.
        reason: the sentence that says where the state comes from.
    """

    code: str
    label: str
    sign: str
    tone: str
    order: int
    reason: str = ""


LATE = ActionState("late", "En retard", "!", "late", 0)
BLOCKED = ActionState("blocked", "Bloquée", "■", "late", 1)
NOT_REACHED = ActionState("not_reached", "Cibles non atteintes", "✗", "not_reached", 2)
PAUSED = ActionState("paused", "En pause", "‖", "partial", 3)
PARTIAL = ActionState("partial", "Cibles en partie atteintes", "◐", "partial", 4)
IN_PROGRESS = ActionState("in_progress", "En cours", "▸", "plain", 5)
NEW = ActionState("new", "Nouvelle", "+", "plain", 6)
TO_START = ActionState("to_start", "À démarrer", "○", "plain", 7)
TO_DISCUSS = ActionState("to_discuss", "À discuter", "?", "plain", 8)
MISSING = ActionState("missing", "Résultats non saisis", "–", "missing", 9)
UNKNOWN = ActionState("unknown", "Avancement non renseigné", "–", "missing", 10)
REACHED = ActionState("reached", "Cibles atteintes", "✓", "reached", 11)
DONE = ActionState("done", "Réalisée", "✓", "reached", 12)
ABANDONED = ActionState("abandoned", "Abandonnée", "×", "not_applicable", 13)

ALL_STATES = (
    LATE,
    BLOCKED,
    NOT_REACHED,
    PAUSED,
    PARTIAL,
    IN_PROGRESS,
    NEW,
    TO_START,
    TO_DISCUSS,
    MISSING,
    UNKNOWN,
    REACHED,
    DONE,
    ABANDONED,
)

OF_STATUS = {
    Status.LATE: LATE,
    Status.BLOCKED: BLOCKED,
    Status.PAUSED: PAUSED,
    Status.IN_PROGRESS: IN_PROGRESS,
    Status.NEW: NEW,
    Status.TO_START: TO_START,
    Status.TO_DISCUSS: TO_DISCUSS,
    Status.DONE: DONE,
    Status.ABANDONED: ABANDONED,
}


def deadline(end_year: int | None, end_date: date | None) -> date | None:
    """The last day of an action: a year alone runs to its 31 December."""
    if end_date:
        return end_date
    return date(end_year, 12, 31) if end_year else None


def action_state(
    *,
    status: str,
    end_year: int | None,
    end_date: date | None,
    today: date,
    expected: int = 0,
    assessed: int = 0,
    attainment: Decimal | None = None,
) -> ActionState:
    """The state of an action on the day ``today``.

    What a person says comes first; a deadline passed makes an action late unless it
    is closed; without a status, the targets say what they can.

    Args:
        status: a value of ``Status`` or nothing.
        expected: how many targets have come due, ``assessed`` of which have a result.
        attainment: the mean of the assessed targets, from 0 to 1.
    """
    said = Status(status) if status else None
    if said and (said.is_closed or said == Status.LATE):
        return _because(OF_STATUS[said], "Dit par une personne.")
    if end_year and not 1 <= end_year <= 9999:
        end_year = None
    last_day = deadline(end_year, end_date)
    reached = expected > 0 and assessed == expected and attainment == 1
    if last_day and last_day < today and not reached:
        return _because(LATE, f"La fin était prévue le {last_day:%d/%m/%Y}.")
    if said:
        return _because(OF_STATUS[said], "Dit par une personne.")
    return _state_of_targets(expected, assessed, attainment)


def _state_of_targets(
    expected: int, assessed: int, attainment: Decimal | None
) -> ActionState:
    if not expected:
        return _because(UNKNOWN, "Ni statut, ni cible échue.")
    counted = f"{assessed} résultat{'s' if assessed > 1 else ''} sur {expected}."
    if attainment is None:
        return _because(MISSING, counted)
    if attainment == 0:
        return _because(NOT_REACHED, counted)
    whole = attainment == 1 and assessed == expected
    return _because(REACHED if whole else PARTIAL, counted)


def _because(state: ActionState, reason: str) -> ActionState:
    return ActionState(
        state.code, state.label, state.sign, state.tone, state.order, reason
    )
