"""The smallest valid objects of responsible purchasing."""

from __future__ import annotations

from decimal import Decimal

from factory.declarations import SubFactory

from procurement.models import Goal, GoalTarget
from tests.actions.factories import PlanFactory
from tests.factories import Factory


class GoalFactory(Factory[Goal]):
    class Meta:
        model = Goal

    plan = SubFactory(PlanFactory)
    label = "Marchés avec une considération environnementale"


class GoalTargetFactory(Factory[GoalTarget]):
    class Meta:
        model = GoalTarget

    goal = SubFactory(GoalFactory)
    year = 2026
    value = Decimal(70)
