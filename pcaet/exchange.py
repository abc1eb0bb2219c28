"""A whole plan, to and from its JSON file: each app carries its own part."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import DataError, IntegrityError, transaction

import actions.exchange
import indicators.exchange
import procurement.exchange
from actions.exchange import ExchangeError
from actions.models import Action, Measure, Plan
from pcaet.lib import bulk
from pcaet.lib import plan_format as fmt


def import_plan(text: str) -> Plan:
    """Write the plan that a file holds. All of it, or nothing.

    Raises:
        pcaet.lib.plan_format.PlanFormatError: the file does not follow the format.
        actions.exchange.ExchangeError: it does not hold together, or the plan exists.
    """
    data = fmt.load(text)
    actions.exchange.check(data)
    try:
        with transaction.atomic():
            return _load(data)
    except bulk.FieldFaults as error:
        raise ExchangeError(error.faults) from error
    except IntegrityError as error:
        raise ExchangeError([bulk.explain(error)]) from error
    except DataError as error:
        raise ExchangeError(
            ["Un texte ou un nombre du fichier est trop long."]
        ) from error


def _load(data: fmt.PlanFile) -> Plan:
    if Plan.objects.filter(slug=data.plan.slug).exists():
        raise ExchangeError([f"Le plan « {data.plan.slug} » existe déjà."])
    loaded = actions.exchange.load(data)
    indicators.exchange.load(_indicators(data, loaded))
    procurement.exchange.load(loaded.plan, data.goals)
    return loaded.plan


def _indicators(
    data: fmt.PlanFile, loaded: actions.exchange.Loaded
) -> Iterable[tuple[indicators.exchange.Holder, list[fmt.IndicatorData]]]:
    for item in data.actions:
        action = loaded.actions[item.code]
        yield (action, None), item.indicators
        for order, measure in enumerate(item.measures):
            yield (action, loaded.measures[item.code, order]), measure.indicators


def export_plan(plan: Plan) -> str:
    """The text of the plan's file. A constant number of queries."""
    return dump_plan(plan).dumps()


def dump_plan(plan: Plan) -> fmt.PlanFile:
    """The whole plan as its exchange format. A constant number of queries."""
    indicators_by_holder = indicators.exchange.dump(plan)

    def indicators_of(
        action: Action, measure: Measure | None
    ) -> list[fmt.IndicatorData]:
        key = (action.pk, measure.pk if measure else None)
        return indicators_by_holder.get(key, [])

    return fmt.PlanFile(
        format="pcaet-plan",
        version=1,
        plan=actions.exchange.dump_head(plan),
        deliberations=actions.exchange.dump_deliberations(plan),
        axes=actions.exchange.dump_axes(plan),
        actions=[
            actions.exchange.dump_action(action, indicators_of)
            for action in actions.exchange.actions_for_export(plan)
        ],
        goals=procurement.exchange.dump(plan),
    )
