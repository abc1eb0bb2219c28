"""What the product ships: legal figures with their text, first rating criteria."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db.models import Model

FIXTURES = Path(__file__).parent.parent / "fixtures"
# None was read in the official text itself: each is to be verified by the authority.
LEGAL_PARAMETERS = FIXTURES / "parametres_juridiques.csv"
# A start that each authority adapts.
RATING_CRITERIA = FIXTURES / "criteres_de_cotation.csv"


def load_parameters(model: type[Model]) -> int:
    """Write the legal figures; one corrected in the base is left as it is."""
    return _load(model, LEGAL_PARAMETERS)


def load_criteria(model: type[Model]) -> int:
    """Write the first rating criteria; those of the authority are left as they are."""
    return _load(model, RATING_CRITERIA)


def _load(model: type[Model], path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [model(**row) for row in csv.DictReader(file)]
    model._default_manager.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
