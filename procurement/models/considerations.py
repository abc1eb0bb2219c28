"""The five considerations of a contract, each in three states: yes, no, not said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .contracts import Contract

# The five things that the law asks to say of a contract.
CONSIDERATIONS = (
    "social_clause",
    "social_criterion",
    "reserved",
    "environmental_clause",
    "environmental_criterion",
)
SOCIAL = CONSIDERATIONS[:3]
ENVIRONMENTAL = CONSIDERATIONS[3:]


class Consideration:
    """One of the five considerations of a contract, for the pages."""

    LABELS = dict(
        zip(
            CONSIDERATIONS,
            (
                "Clause sociale",
                "Critère social",
                "Marché réservé",
                "Clause environnementale",
                "Critère environnemental",
            ),
            strict=True,
        )
    )

    def __init__(self, contract: Contract, name: str) -> None:
        self.name = name
        self.label = self.LABELS[name]
        self.declared: bool | None = getattr(contract, name)
        self.corrected: bool | None = getattr(contract, f"corrected_{name}")

    @property
    def effective(self) -> bool | None:
        return self.declared if self.corrected is None else self.corrected
