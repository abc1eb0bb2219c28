"""Goals, contracts, programme of purchases, committee, legal parameters."""

from .committee import CommitteeMember, CommitteeSession
from .contracts import (
    Buyer,
    Contract,
    ContractHolder,
    Holder,
    Modification,
    Subcontract,
)
from .goals import Goal, GoalScope, GoalTarget
from .imports import ImportedFile, RawRecord
from .legal import LegalParameter
from .purchases import (
    Purchase,
    PurchaseAction,
    Rating,
    RatingCriterion,
)
from .spending import AgecLine

__all__ = [
    "AgecLine",
    "Buyer",
    "CommitteeMember",
    "CommitteeSession",
    "Contract",
    "ContractHolder",
    "Goal",
    "GoalScope",
    "GoalTarget",
    "Holder",
    "ImportedFile",
    "LegalParameter",
    "Modification",
    "Purchase",
    "PurchaseAction",
    "Rating",
    "RatingCriterion",
    "RawRecord",
    "Subcontract",
]
