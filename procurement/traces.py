"""What officers said in the register: who, when, before → after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from actions.administration.history import Change, tell_changes
from actions.models import Action

from .models import (
    Contract,
    ContractHolder,
    Holder,
    Modification,
    Purchase,
    PurchaseAction,
)
from .models.contracts import Additions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ADDITIONS = [field.name for field in Additions._meta.get_fields()]
# As the history calls a version that is neither the first nor the last.
CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Trace:
    """One save by a person; ``subject`` is the part that it is about, if any."""

    when: datetime
    who: User | None
    subject: str
    changes: list[Change]


def additions_to(contract: Contract) -> list[Trace]:
    """What was said of a contract beyond its publication, the latest first.

    Five queries or so.
    """
    holders = Holder.objects.filter(
        pk__in=ContractHolder.history.filter(contract=contract.pk).values("holder")
    ).in_bulk()
    parts = {"contract": contract.pk}
    return _latest_first(
        *_traces(Contract(), {"id": contract.pk}, ADDITIONS, lambda record: ""),
        *_traces(
            ContractHolder(),
            parts,
            ["size_class"],
            lambda record: str(holders.get(record.holder_id, "")),
        ),
        *_traces(
            Modification(reading=""),
            parts,
            ["reading"],
            lambda record: f"modification {record.number or record.order + 1}",
        ),
    )


def aims_said(purchase: Purchase) -> list[Trace]:
    """What was said of the actions that a purchase aims at, the latest first."""
    lookup = {"purchase": purchase.pk}
    aimed = PurchaseAction.history.filter(**lookup).values("action")
    actions = Action.objects.filter(pk__in=aimed).in_bulk()
    return _latest_first(
        *_traces(
            PurchaseAction(),
            lookup,
            ["is_done"],
            lambda record: str(actions.get(record.action_id, "")),
        )
    )


def _latest_first(*traces: Trace) -> list[Trace]:
    return sorted(traces, key=lambda trace: trace.when, reverse=True)


def _traces(
    blank: Model,
    lookup: dict[str, int],
    told: Collection[str],
    subject: Callable[[Any], str],
) -> Iterable[Trace]:
    """The versions of some objects that change the fields ``told``.

    Args:
        blank: the object before anybody said a word: imports keep no version of it.
    """
    model: Any = type(blank)
    hidden = {field.name for field in model._meta.concrete_fields} - set(told)
    records = model.history.filter(**lookup).exclude(history_type="-")
    by_object: dict[int, list[Any]] = defaultdict(list)
    for record in records.select_related("history_user").order_by("-history_id"):
        by_object[record.id].append(record)
    for versions in by_object.values():
        tell_changes(model, [*versions, blank], hidden=hidden)
        for record in versions:
            if record.changes and record.history_type == CHANGED:
                yield Trace(
                    record.history_date,
                    record.history_user,
                    subject(record),
                    record.changes,
                )
