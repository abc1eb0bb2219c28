"""Tags for the state of an action and for the names of organisations."""

from __future__ import annotations

from typing import TypedDict

from django import template

from ..models import Organisation, Plan
from ..state import ActionState

register = template.Library()


class Badge(TypedDict):
    tone: str
    sign: str
    label: str


@register.inclusion_tag("components/state.html")
def action_state(state: ActionState) -> Badge:
    """The state of an action by sign, words and colour."""
    return Badge(tone=state.tone, sign=state.sign, label=state.label)


@register.filter
def named_in(organisation: Organisation, plan: Plan) -> str:
    """A department of the plan's own authority goes by its own name."""
    own = {plan.authority_id, plan.authority.parent_id} - {None}
    return organisation.name if organisation.parent_id in own else str(organisation)
