"""The plan and who does it."""

from .actions import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    BudgetLine,
    Measure,
    Milestone,
    Photo,
    Placement,
    Role,
)
from .organisations import Membership, Organisation, OrganisationAlias
from .plans import Axis, Deliberation, Engagement, Opinion, Plan
from .vocabulary import ReferenceMeasure, Term

__all__ = [
    "Action",
    "ActionLink",
    "ActionReference",
    "ActionTerm",
    "Axis",
    "BudgetLine",
    "Deliberation",
    "Engagement",
    "Measure",
    "Membership",
    "Milestone",
    "Opinion",
    "Organisation",
    "OrganisationAlias",
    "Photo",
    "Placement",
    "Plan",
    "ReferenceMeasure",
    "Role",
    "Term",
]
