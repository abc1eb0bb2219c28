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
from .brands import Brand, branded_by
from .imports import ColumnSynonym, ImportBatch, ImportLine, ImportState, SavedMapping
from .jobs import Job
from .organisations import Membership, Organisation, OrganisationAlias
from .plans import Axis, Deliberation, Engagement, Opinion, Plan
from .prints import Document, PrintJob, PrintState
from .vocabulary import ReferenceMeasure, Term

__all__ = [
    "Action",
    "ActionLink",
    "ActionReference",
    "ActionTerm",
    "Axis",
    "Brand",
    "BudgetLine",
    "ColumnSynonym",
    "Deliberation",
    "Document",
    "Engagement",
    "ImportBatch",
    "ImportLine",
    "ImportState",
    "Job",
    "Measure",
    "Membership",
    "Milestone",
    "Opinion",
    "Organisation",
    "OrganisationAlias",
    "Photo",
    "Placement",
    "Plan",
    "PrintJob",
    "PrintState",
    "ReferenceMeasure",
    "Role",
    "SavedMapping",
    "Term",
    "branded_by",
]
