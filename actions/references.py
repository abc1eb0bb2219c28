"""The catalogues of reference measures that the product ships."""

import csv
from functools import cache
from pathlib import Path

from django.db.models import Model

# Codes, titles and axes of the Cit’ergie 2018, Cit’ergie 2020-2021, CAE, TE and ECI
# catalogues, as published by ADEME.
FIXTURES = Path(__file__).parent.parent / "fixtures"
CATALOGUES = FIXTURES / "mesures_de_reference.csv"
# What the parts of a catalogue are called («6.5»), each with its source; those of
# the other catalogues are not published.
SUB_AXES = FIXTURES / "sous_axes_de_reference.csv"


def load_catalogues(model: type[Model]) -> int:
    """Write the catalogues; a title corrected in the base is left as it is.

    Returns the number of measures the file holds.
    """
    with CATALOGUES.open(encoding="utf-8", newline="") as file:
        measures = [model(**row) for row in csv.DictReader(file)]
    model._default_manager.bulk_create(measures, ignore_conflicts=True)
    return len(measures)


@cache
def sub_axis_titles() -> dict[tuple[str, str], str]:
    """The title of each known part of a catalogue, by catalogue and code."""
    with SUB_AXES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["catalogue"], row["code"]): row["title"] for row in rows}
