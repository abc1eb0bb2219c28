"""What is promised for each year, what was done, and the campaign between the two."""

from .campaigns import Campaign, CampaignQuerySet, Reminder, TypingRights
from .cells import Cell, QuantityLine
from .promises import Indicator, IndicatorQuerySet, Quantity, Target
from .results import Proof, Result, ResultQuerySet
from .reviews import ProgressNote, Review, ReviewComment, ReviewRow, ReviewSheet

__all__ = [
    "Campaign",
    "CampaignQuerySet",
    "Cell",
    "Indicator",
    "IndicatorQuerySet",
    "ProgressNote",
    "Proof",
    "Quantity",
    "QuantityLine",
    "Reminder",
    "Result",
    "ResultQuerySet",
    "Review",
    "ReviewComment",
    "ReviewRow",
    "ReviewSheet",
    "Target",
    "TypingRights",
]
