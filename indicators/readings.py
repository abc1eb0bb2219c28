"""What results owe to the readings of their targets, brought up to date."""

from __future__ import annotations

from collections.abc import Iterable

from .models import Result, Target

LONGEST_REASON = 100
DERIVED = ["attainment", "computed_state", "has_content"]


def reassess(indicators: Iterable[int], *, reason: str) -> int:
    """Assess again the results of these indicators. Returns how many changed.

    What people typed stays, and so does its version. Four queries at most.
    """
    keys = set(indicators)
    results = Result.objects.filter(indicator__in=keys).select_related("indicator")
    targets = Target.objects.filter(indicator__in=keys).prefetch_related("quantities")
    promises = {(t.indicator_id, t.year): t.promises for t in targets}
    changed = []
    for result in results:
        before = _derived(result)
        promised = promises.get((result.indicator_id, result.year), [])
        result.assess(promised, result.indicator.direction)
        if _derived(result) != before:
            changed.append(result)
    if changed:
        Result.objects.bulk_update(changed, DERIVED)
        Result.history.bulk_history_create(
            changed, update=True, default_change_reason=reason[:LONGEST_REASON]
        )
    return len(changed)


def _derived(result: Result) -> list[object]:
    return [getattr(result, name) for name in DERIVED]
