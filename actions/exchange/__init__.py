"""The plan, its tree and its actions, to and from the exchange format."""

from .checking import ExchangeError, check
from .dumping import (
    actions_for_export,
    dump_action,
    dump_axes,
    dump_deliberations,
    dump_head,
)
from .loading import CHANGE_REASON, Loaded, load

__all__ = [
    "CHANGE_REASON",
    "ExchangeError",
    "Loaded",
    "actions_for_export",
    "check",
    "dump_action",
    "dump_axes",
    "dump_deliberations",
    "dump_head",
    "load",
]
