"""Goals, contracts, programme of purchases, committee, legal parameters."""

from .buyers import Buyer, Holder
from .committee import CommitteeMember, CommitteeSession
from .contract_parts import ContractHolder, Modification, Subcontract
from .contracts import Contract
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
