"""The shape of the workbook, shared by the writer and the reader."""

from __future__ import annotations

from django.utils.crypto import constant_time_compare, salted_hmac

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

INSTRUCTIONS = "Mode d’emploi"
ROWS = "Saisie"
KEYS = "_cles"
# What the first cell of the hidden sheet says, and the version of this shape.
MARK = "saisie-pcaet"
SHAPE = 1

CHECK_LENGTH = 16

# Columns, from 0: the first four are hidden.
KEY, VERSION, BASE, CHECK = range(4)
ACTION, MEASURE, INDICATOR, TARGET, PREVIOUS, UNIT = range(4, 10)
VALUE, TEXT, STATE, COMMENT = range(10, 14)
WIDTH = 14
TYPED = (VALUE, TEXT, STATE, COMMENT)


def check_of(*parts: object) -> str:
    """What proves that keys and versions are those that left."""
    content = "|".join(str(part) for part in parts)
    return salted_hmac("indicators.workbook", content).hexdigest()[:CHECK_LENGTH]


def is_check_of(check: str, *parts: object) -> bool:
    return constant_time_compare(check, check_of(*parts))
