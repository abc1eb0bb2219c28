"""What is learnt while contracts run: insertion, evaluation, disputes, from a table.

A line names its contract by its number, and by its buyer where several share it. An
empty cell changes nothing: what was said stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from pcaet.lib.text import fold

from .decp import values as v
from .faults import RowFault
from .models import Contract
from .models.contracts import ContractQuerySet

# Column of the table → what it says of a contract.
EXECUTION_MAPPING = {
    "heures d’insertion": "insertion_hours",
    "bénéficiaires": "beneficiaries",
    "dont femmes": "beneficiaries_women",
    "dont formation": "beneficiaries_trained",
    "évaluation": "evaluation",
    "litiges": "disputes",
}
# A table of execution says a contract, and at least one of these things.
NUMBER = "numéro"
EXECUTION_KEY = fold(NUMBER)


def is_execution(header: Iterable[str]) -> bool:
    """Whether a header, folded, is that of a table of execution."""
    found = set(header)
    return EXECUTION_KEY in found and not found.isdisjoint(map(fold, EXECUTION_MAPPING))


class Execution:
    """The contracts that lines of a table may speak of. One query."""

    def __init__(self, contracts: ContractQuerySet, numbers: Iterable[str]) -> None:
        self.by_number: dict[str, list[Contract]] = {}
        found = contracts.filter(number__in=set(numbers)).select_related("buyer")
        for contract in found.defer("record"):
            self.by_number.setdefault(contract.number, []).append(contract)

    def read(self, row: Mapping[str, str]) -> tuple[Contract, bool]:
        """The contract of a line, with what it says; whether anything changes.

        Raises:
            RowFault: the contract is not found or not alone, or a value cannot be one.
        """
        contract = self._contract(row)
        news = {
            field: value
            for column, field in EXECUTION_MAPPING.items()
            if (value := self._value(contract, column, field, row)) is not None
        }
        changed = {f: new for f, new in news.items() if getattr(contract, f) != new}
        for field, value in changed.items():
            setattr(contract, field, value)
        self._check_parts(contract)
        return contract, bool(changed)

    def _contract(self, row: Mapping[str, str]) -> Contract:
        found = self.by_number.get(row[EXECUTION_KEY], [])
        if siret := row.get("acheteur", "").replace(" ", ""):
            found = [contract for contract in found if contract.buyer.siret == siret]
        if not found:
            raise RowFault(NUMBER, "Aucun contrat du registre ne porte ce numéro.")
        if len(found) > 1:
            raise RowFault(
                NUMBER,
                "Plusieurs contrats portent ce numéro : les compléter un par un.",
            )
        return found[0]

    def _value(
        self, contract: Contract, column: str, field: str, row: Mapping[str, str]
    ) -> Any:
        written = row.get(fold(column), "")
        if not written:
            return None
        number: Decimal | None = v.number(written)
        if number is None or number < 0:
            raise RowFault(column, f"« {written[:40]} » n’est pas un nombre positif.")
        try:
            value = contract._meta.get_field(field).clean(number, contract)  # type: ignore[union-attr]
        except ValidationError as error:
            raise RowFault(column, " ".join(error.messages)) from error
        if value != number:
            raise RowFault(column, "Un nombre entier est attendu.")
        return value

    def _check_parts(self, contract: Contract) -> None:
        for column in ("dont femmes", "dont formation"):
            part = getattr(contract, EXECUTION_MAPPING[column])
            if part is not None and part > (contract.beneficiaries or 0):
                raise RowFault(column, "Ce nombre dépasse celui des bénéficiaires.")
