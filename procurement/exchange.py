"""Goals, to and from the exchange format."""

from decimal import Decimal

from actions.exchange import CHANGE_REASON
from actions.models import Plan
from pcaet.lib import bulk
from pcaet.lib import plan_format as fmt
from pcaet.lib.numbers import plain
from pcaet.lib.text import fold

from .enums import GoalFormula
from .models import Goal, GoalTarget

# The wordings whose meaning is sure; a goal written otherwise gets its formula by hand.
KNOWN_GOALS = {
    "% de contrats avec un critere environnemental": (
        GoalFormula.ENVIRONMENTAL_CRITERION
    ),
    "% de contrats avec des considerations environnementales": (
        GoalFormula.ENVIRONMENTAL
    ),
    "% de contrats issus de procedures formalisees comportent une clause d'insertion "
    "/ contrats": GoalFormula.INSERTION_FORMAL,
    "% de contrats issus de procedures formalisees comportent des considerations "
    "sociales": GoalFormula.SOCIAL_FORMAL,
    "% de contrats integrant l'economie circulaire / contrats cibles lors de la "
    "programmation": GoalFormula.CIRCULAR_TARGETED,
    "% de contrats confies a des tpe-pme/ contrats cibles lors de la programmation": (
        GoalFormula.SME_TARGETED
    ),
}


def load(plan: Plan, data: list[fmt.GoalData]) -> None:
    goals = bulk.create(
        Goal,
        [
            Goal(
                plan=plan,
                label=item.label,
                unit=item.unit,
                formula=KNOWN_GOALS.get(fold(item.label), ""),
                order=order,
            )
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
