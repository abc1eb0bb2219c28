"""Indicators, targets and results, to and from the exchange format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias, TypeVar

from django.db.models import Model

from actions.exchange import CHANGE_REASON
from actions.models import Action, Measure, Plan
from pcaet.lib import bulk
from pcaet.lib import plan_format as fmt
from pcaet.lib.numbers import plain

from .attainment import Promise
from .models import Indicator, Quantity, Result, Target
from .quantities import read_quantities

M = TypeVar("M", bound=Model)

Holder: TypeAlias = tuple[Action, Measure | None]
IndicatorsByHolder: TypeAlias = Mapping[tuple[int, int | None], list[fmt.IndicatorData]]


def load(items: Iterable[tuple[Holder, list[fmt.IndicatorData]]]) -> None:
    """Write the indicators of actions and measures. Within a transaction."""
    pairs = [
        (_new_indicator(holder, order, data), data)
        for holder, group in items
        for order, data in enumerate(group)
    ]
    _bulk(Indicator, [indicator for indicator, _ in pairs])
    targets = [
        (Target(indicator=indicator, year=int(year), text=target.text), target)
        for indicator, data in pairs
        for year, target in data.targets.items()
    ]
    _bulk(Target, [target for target, _ in targets])
    promised = {
        (target.indicator_id, target.year): _quantities(target, data)
        for target, data in targets
    }
    _bulk(Quantity, [q for group in promised.values() for q in group])
    _bulk(
        Result,
        [
            _new_result(indicator, int(year), result, promised)
            for indicator, data in pairs
            for year, result in data.results.items()
        ],
    )


def _bulk(model: type[M], objects: list[M]) -> list[M]:
    return bulk.create(model, objects, reason=CHANGE_REASON)


def _new_indicator(holder: Holder, order: int, data: fmt.IndicatorData) -> Indicator:
    action, measure = holder
    return Indicator(
        action=action,
        measure=measure,
        name=data.name,
        kind=data.kind,
        group=data.group,
        unit=data.unit,
        source=data.source,
        order=order,
    )


def _quantities(target: Target, data: fmt.TargetData) -> list[Quantity]:
    doubtful = {
        (read.comparator, read.value, read.unit)
        for read in read_quantities(data.text)
        if read.doubtful
    }
    return [
        Quantity(
            target=target,
            order=order,
            comparator=part.comparator,
            value=Decimal(part.value),
            unit=part.unit,
            is_doubtful=(part.comparator, Decimal(part.value), part.unit) in doubtful,
        )
        for order, part in enumerate(data.quantities)
    ]


def _new_result(
    indicator: Indicator,
    year: int,
    data: fmt.ResultData,
    promised: Mapping[tuple[int, int], list[Quantity]],
) -> Result:
    result = Result(
        indicator=indicator,
        year=year,
        text=data.text,
        values=[None if value is None else Decimal(value) for value in data.values],
        state=data.state or "",
        comment=data.comment,
    )
    quantities = promised.get((indicator.pk, year), [])
    result.assess([Promise(q.comparator, q.value) for q in quantities])
    return result


def dump(plan: Plan) -> IndicatorsByHolder:
    """The indicators of a plan by action and measure, in document order."""
    found: dict[tuple[int, int | None], list[fmt.IndicatorData]] = defaultdict(list)
    indicators = Indicator.objects.filter(action__plan=plan).order_by("order", "pk")
    for indicator in indicators.prefetch_related("targets__quantities", "results"):
        found[indicator.action_id, indicator.measure_id].append(_dump_one(indicator))
    return found


def _dump_one(indicator: Indicator) -> fmt.IndicatorData:
    return fmt.IndicatorData(
        name=indicator.name,
        kind=indicator.kind,
        group=indicator.group,
        unit=indicator.unit,
        source=indicator.source,
        targets={str(t.year): _dump_target(t) for t in indicator.targets.all()},
        results={str(r.year): _dump_result(r) for r in indicator.results.all()},
    )


def _dump_target(target: Target) -> fmt.TargetData:
    return fmt.TargetData(
        text=target.text,
        quantities=[
            fmt.QuantityData(comparator=q.comparator, value=plain(q.value), unit=q.unit)
            for q in target.quantities.all()
        ],
    )


def _dump_result(result: Result) -> fmt.ResultData:
    return fmt.ResultData(
        text=result.text,
        values=[None if value is None else plain(value) for value in result.values],
        state=result.state or None,
        comment=result.comment,
    )
