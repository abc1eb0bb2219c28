"""A whole plan, to and from its JSON file: each app carries its own part."""

from __future__ import annotations

from django.db import transaction

import actions.exchange
import indicators.exchange
import procurement.exchange
from actions.exchange import ExchangeError
from actions.models import Action, Measure, Plan
from pcaet.lib import plan_format as fmt


def import_plan(text: str) -> Plan:
    """Write the plan that a file holds. All of it, or nothing.

    Raises:
        pcaet.lib.plan_format.PlanFormatError: the file does not follow the format.
        actions.exchange.ExchangeError: it does not hold together, or the plan exists.
    """
    data = fmt.load(text)
    actions.exchange.check(data)
    with transaction.atomic():
        if Plan.objects.filter(slug=data.plan.slug).exists():
            raise ExchangeError([f"Le plan « {data.plan.slug} » existe déjà."])
        loaded = actions.exchange.load(data)
        indicators.exchange.load(
            ((loaded.actions[item.code], None), item.indicators)
            for item in data.actions
        )
        indicators.exchange.load(
            (
                (loaded.actions[item.code], loaded.measures[item.code, order]),
                measure.indicators,
            )
            for item in data.actions
            for order, measure in enumerate(item.measures)
        )
        procurement.exchange.load(loaded.plan, data.goals)
    return loaded.plan


def export_plan(plan: Plan) -> str:
    """The text of the plan's file. A constant number of queries."""
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
    ).dumps()
