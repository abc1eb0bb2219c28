"""Goals, to and from the exchange format."""

from decimal import Decimal

from actions.exchange import CHANGE_REASON
from actions.models import Plan
from pcaet.lib import bulk
from pcaet.lib import plan_format as fmt
from pcaet.lib.numbers import plain

from .models import Goal, GoalTarget


def load(plan: Plan, data: list[fmt.GoalData]) -> None:
    goals = bulk.create(
        Goal,
        [
            Goal(plan=plan, label=item.label, unit=item.unit, order=order)
            for order, item in enumerate(data)
        ],
        reason=CHANGE_REASON,
    )
    bulk.create(
        GoalTarget,
        [
            GoalTarget(goal=goal, year=int(year), value=Decimal(value))
            for goal, item in zip(goals, data, strict=True)
            for year, value in item.targets.items()
        ],
        reason=CHANGE_REASON,
    )


def dump(plan: Plan) -> list[fmt.GoalData]:
    return [
        fmt.GoalData(
            label=goal.label,
            targets={
                str(target.year): plain(target.value) for target in goal.targets.all()
            },
            unit=goal.unit,
        )
        for goal in plan.goals.prefetch_related("targets")
    ]
