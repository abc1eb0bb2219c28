"""The smallest valid objects of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, User
from factory.declarations import SelfAttribute, Sequence, SubFactory, Trait
from factory.helpers import post_generation

from actions.directory import Directory
from actions.enums import PlanKind, RoleKind, TermKind
from actions.models import (
    Action,
    ActionLink,
    ActionReference,
    ActionTerm,
    Axis,
    Brand,
    BudgetLine,
    Deliberation,
    Document,
    Engagement,
    ImportBatch,
    Measure,
    Membership,
    Milestone,
    Organisation,
    OrganisationAlias,
    Placement,
    Plan,
    PrintJob,
    ReferenceMeasure,
    Role,
    SavedMapping,
    Term,
)
from tests.factories import Factory


def organisation(name: str, service: str | None = None) -> Organisation:
    """The organisation of this name, or its department; created if need be."""
    return Directory().exact(name, service)


class UserFactory(Factory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"agent-{n}")

    @post_generation
    def role(self: User, create: bool, name: str | None, **kwargs: Any) -> None:
        if name:
            self.groups.add(Group.objects.get(name=name))

    @post_generation
    def organisations(
        self: User, create: bool, bodies: Iterable[Organisation] | None, **kwargs: Any
    ) -> None:
        for body in bodies or ():
            Membership.objects.create(user=self, organisation=body)


class OrganisationFactory(Factory[Organisation]):
    class Meta:
        model = Organisation

    name = Sequence(lambda n: f"Organisme {n}")


class BrandFactory(Factory[Brand]):
    class Meta:
        model = Brand

    authority = SubFactory(OrganisationFactory)


class OrganisationAliasFactory(Factory[OrganisationAlias]):
    class Meta:
        model = OrganisationAlias

    organisation = SubFactory(OrganisationFactory)
    name = Sequence(lambda n: f"Autre écriture {n}")


class PlanFactory(Factory[Plan]):
    class Meta:
        model = Plan

    class Params:
        public = Trait(is_public=True)
        adopted = Trait(is_adopted=True)

    slug = Sequence(lambda n: f"plan-{n}")
    title = Sequence(lambda n: f"Plan climat {n}")
    kind = PlanKind.PCAET
    authority = SubFactory(OrganisationFactory)


class DeliberationFactory(Factory[Deliberation]):
    class Meta:
        model = Deliberation

    plan = SubFactory(PlanFactory)


class AxisFactory(Factory[Axis]):
    class Meta:
        model = Axis

    plan = SubFactory(PlanFactory)
    code = Sequence(lambda n: f"A{n}")


class EngagementFactory(Factory[Engagement]):
    class Meta:
        model = Engagement

    axis = SubFactory(AxisFactory)
    code = Sequence(lambda n: f"E{n}")


class ActionFactory(Factory[Action]):
    class Meta:
        model = Action

    plan = SubFactory(PlanFactory)
    code = Sequence(str)
    title = "Rénover les écoles"


class MeasureFactory(Factory[Measure]):
    class Meta:
        model = Measure

    action = SubFactory(ActionFactory)
    title = "Isoler les toitures"


class PlacementFactory(Factory[Placement]):
    class Meta:
        model = Placement

    axis = SubFactory(AxisFactory)
    action = SubFactory(ActionFactory, plan=SelfAttribute("..axis.plan"))


class RoleFactory(Factory[Role]):
    class Meta:
        model = Role

    organisation = SubFactory(OrganisationFactory)
    action = SubFactory(ActionFactory)
    kind = RoleKind.PILOT


class TermFactory(Factory[Term]):
    class Meta:
        model = Term

    kind = TermKind.THEME
    code = Sequence(lambda n: f"Thème {n}")
    name = SelfAttribute("code")


class ActionTermFactory(Factory[ActionTerm]):
    class Meta:
        model = ActionTerm

    action = SubFactory(ActionFactory)
    term = SubFactory(TermFactory)


class ReferenceMeasureFactory(Factory[ReferenceMeasure]):
    class Meta:
        model = ReferenceMeasure

    catalogue = "Catalogue d’essai"
    code = Sequence(lambda n: f"1.{n}")
    title = "Définir la stratégie"


class ActionReferenceFactory(Factory[ActionReference]):
    class Meta:
        model = ActionReference

    action = SubFactory(ActionFactory)
    reference_measure = SubFactory(ReferenceMeasureFactory)


class ActionLinkFactory(Factory[ActionLink]):
    class Meta:
        model = ActionLink

    source = SubFactory(ActionFactory)
    target = SubFactory(ActionFactory, plan=SelfAttribute("..source.plan"))


class MilestoneFactory(Factory[Milestone]):
    class Meta:
        model = Milestone

    action = SubFactory(ActionFactory)
    text = "Premier bilan"


class BudgetLineFactory(Factory[BudgetLine]):
    class Meta:
        model = BudgetLine

    action = SubFactory(ActionFactory)
    year = 2019
    nature = "investment"


class ImportBatchFactory(Factory[ImportBatch]):
    class Meta:
        model = ImportBatch

    plan = SubFactory(PlanFactory)
    file_name = "actions.xlsx"


class PrintJobFactory(Factory[PrintJob]):
    class Meta:
        model = PrintJob

    plan = SubFactory(PlanFactory)
    document = Document.BOOKLET
    title = "Livret des actions"


class SavedMappingFactory(Factory[SavedMapping]):
    class Meta:
        model = SavedMapping

    plan = SubFactory(PlanFactory)
    key = "pilote"
