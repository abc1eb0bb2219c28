"""The smallest valid indicators, with their targets and results."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from factory.declarations import SubFactory
from factory.helpers import post_generation

from indicators.models import Campaign, Indicator, Quantity, Result, Target
from tests.actions.factories import ActionFactory, PlanFactory
from tests.factories import Factory


class IndicatorFactory(Factory[Indicator]):
    class Meta:
        model = Indicator

    action = SubFactory(ActionFactory)
    name = "Nombre de réunions"


class TargetFactory(Factory[Target]):
    """A target with the quantities that its text holds."""

    class Meta:
        model = Target
        skip_postgeneration_save = True

    indicator = SubFactory(IndicatorFactory)
    year = 2017
    text = "3 réunions"

    @post_generation
    def quantities(self: Target, create: bool, extracted: None, **kwargs: Any) -> None:
        self.read_quantities()


class QuantityFactory(Factory[Quantity]):
    class Meta:
        model = Quantity

    target = SubFactory(TargetFactory, text="À fixer")
    value = Decimal(3)
    unit = "réunions"


class ResultFactory(Factory[Result]):
    """A result, assessed against the target of its year where there is one."""

    class Meta:
        model = Result

    indicator = SubFactory(IndicatorFactory)
    year = 2017

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Result:
        result: Result = model_class(*args, **kwargs)
        target = result.indicator.targets.filter(year=result.year).first()
        result.assess(target.promises if target else [])
        result.save()
        return result


class CampaignFactory(Factory[Campaign]):
    class Meta:
        model = Campaign

    plan = SubFactory(PlanFactory)
    year = 2017
    opens_on = date(2018, 1, 1)
