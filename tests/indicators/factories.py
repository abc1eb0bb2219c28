"""The smallest valid indicators, with their targets and results."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from factory.declarations import SelfAttribute, SubFactory
from factory.helpers import post_generation

from indicators.models import (
    Campaign,
    Indicator,
    ProgressNote,
    Proof,
    Quantity,
    Reminder,
    Result,
    Review,
    ReviewComment,
    ReviewRow,
    ReviewSheet,
    Target,
)
from tests.actions.factories import ActionFactory, AxisFactory, PlanFactory
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


class ReminderFactory(Factory[Reminder]):
    class Meta:
        model = Reminder

    campaign = SubFactory(CampaignFactory)
    organisation_name = "CAGB : Service Environnement"
    recipient = "department"
    missing = 3
    body = "Il manque trois résultats."


class ProofFactory(Factory[Proof]):
    class Meta:
        model = Proof

    indicator = SubFactory(IndicatorFactory)
    year = 2017
    file = "justificatifs/2018/liste.pdf"
    name = "liste.pdf"
    content_type = "application/pdf"
    size = 1000


class ProgressNoteFactory(Factory[ProgressNote]):
    class Meta:
        model = ProgressNote

    action = SubFactory(ActionFactory)
    year = 2017
    text = "Le marché est signé."


class ReviewFactory(Factory[Review]):
    class Meta:
        model = Review

    plan = SubFactory(PlanFactory)
    first_year = 2017
    year = 2017


class ReviewCommentFactory(Factory[ReviewComment]):
    class Meta:
        model = ReviewComment

    review = SubFactory(ReviewFactory)
    axis = SubFactory(AxisFactory, plan=SelfAttribute("..review.plan"))


class ReviewSheetFactory(Factory[ReviewSheet]):
    class Meta:
        model = ReviewSheet

    review = SubFactory(ReviewFactory)
    action = SubFactory(ActionFactory, plan=SelfAttribute("..review.plan"))


class ReviewRowFactory(Factory[ReviewRow]):
    class Meta:
        model = ReviewRow

    review = SubFactory(ReviewFactory)
    edition = 1
    kind = "plan"
    order = 0
    content = {"title": "Plan climat"}
