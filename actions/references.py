"""The catalogues of reference measures that the product ships."""

import csv
from pathlib import Path

from django.db.models import Model

# Codes, titles and axes of the Cit’ergie 2018, Cit’ergie 2020-2021, CAE, TE and ECI
# catalogues, as published by ADEME.
CATALOGUES = Path(__file__).parent.parent / "fixtures" / "mesures_de_reference.csv"


def load_catalogues(model: type[Model]) -> int:
    """Write the catalogues; a title corrected in the base is left as it is.

    Returns the number of measures the file holds.
    """
    with CATALOGUES.open(encoding="utf-8", newline="") as file:
        measures = [model(**row) for row in csv.DictReader(file)]
    model._default_manager.bulk_create(measures, ignore_conflicts=True)
    return len(measures)
