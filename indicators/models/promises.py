"""What is promised for each year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Q
from simple_history.models import HistoricalRecords

from actions.access import member_organisations
from actions.enums import RoleKind
from actions.models import Action, Measure, Role
from pcaet.lib.constraints import a_year, one_of
from pcaet.lib.numbers import plain

from ..attainment import Promise
from ..enums import Comparator, Direction, IndicatorKind, Validation
from ..quantities import MAX_UNIT, read_quantities
from .cells import Cell


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def for_grid(self) -> IndicatorQuerySet:
        """Indicators with every target and result, in four queries."""
        return self.select_related("action__plan", "measure").prefetch_related(
            "targets__quantities", "results"
        )

    def expected_in(self, year: int) -> IndicatorQuerySet:
        """Those that owe a result for the year.

        A target of that year asks for one; so does an indicator to which the plan
        gave no target at all, followed every year.
        """
        return self.filter(Q(targets__year=year) | Q(targets__isnull=True)).distinct()

    def with_filled_results(self, year: int) -> IndicatorQuerySet:
        """Each with ``filled_results``: 1 where the year has a result, else 0.

        ``returned_results`` is 1 where the officer sent that result back.
        """
        filled = Q(results__year=year, results__has_content=True)
        returned = Q(results__year=year, results__validation=Validation.RETURNED)
        return self.annotate(
            filled_results=Count("results", filter=filled, distinct=True),
            returned_results=Count("results", filter=returned, distinct=True),
        )

    def with_proof_count(self, year: int) -> IndicatorQuerySet:
        """Each with ``proof_count``: the documents kept beside the year's result."""
        of_the_year = Q(proofs__year=year)
        return self.annotate(
            proof_count=Count("proofs", filter=of_the_year, distinct=True)
        )

    def in_document_order(self) -> IndicatorQuerySet:
        return self.order_by(
            "action__order",
            "action",
            F("measure__order").asc(nulls_first=True),
            "order",
            "pk",
        )

    def piloted_by(self, user: User | AnonymousUser) -> IndicatorQuerySet:
        """Those of the actions and measures that the user's organisations lead."""
        return self.led_by(member_organisations(user))

    def led_by(self, organisations: Iterable[int]) -> IndicatorQuerySet:
        """Those that these organisations, or departments of theirs, lead.

        A measure with pilots of its own answers to them; one without answers to
        the pilots of its action.
        """
        own = list(organisations)
        leads = Q(organisation__in=own) | Q(organisation__parent__in=own)
        roles = Role.objects.filter(kind=RoleKind.PILOT)
        led = roles.filter(leads)
        piloted_measures = roles.filter(measure__isnull=False).values("measure")
        return self.filter(
            Q(measure__in=led.filter(measure__isnull=False).values("measure"))
            | Q(action__in=led.filter(action__isnull=False).values("action"))
            & (Q(measure__isnull=True) | ~Q(measure__in=piloted_measures))
        )


class Indicator(models.Model):
    """A figure or fact by which an action, or one of its measures, is followed."""

    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="indicators",
    )
    measure = models.ForeignKey(
        Measure,
        verbose_name="mesure",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="indicators",
    )
    name = models.TextField("intitulé")
    kind = models.CharField(
        "nature",
        max_length=12,
        choices=IndicatorKind,
        default=IndicatorKind.REALISATION,
    )
    group = models.CharField("sous l’intitulé", max_length=300, blank=True)
    unit = models.CharField("unité", max_length=200, blank=True)
    source = models.CharField("source du chiffre", max_length=500, blank=True)
    direction = models.CharField(
        "sens souhaité", max_length=4, choices=Direction, blank=True
    )
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de l’indicateur")

    objects = IndicatorQuerySet.as_manager()

    ADOPTED_WORDING = ("name", "kind", "group", "unit")

    class Meta:
        verbose_name = "indicateur"
        ordering = ["action", "order", "pk"]
        constraints = [
            one_of(
                "indicator_kind_known",
                field="kind",
                choices=IndicatorKind,
                message="Un indicateur est de réalisation, d’effet ou un repère.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="indicator_name_given",
                violation_error_message="Un indicateur a un intitulé.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{self.action.get_absolute_url()}#indicateur-{self.pk}"

    def clean(self) -> None:
        if self.measure and self.measure.action_id != self.action_id:
            raise ValidationError({"measure": "Cette mesure est d’une autre action."})

    def cell(self, year: int) -> Cell:
        """Target and result of a year. Reads the prefetched relations."""
        targets = {target.year: target for target in self.targets.all()}
        results = {result.year: result for result in self.results.all()}
        return Cell(self, year, targets.get(year), results.get(year))

    def cells(self, years: Sequence[int]) -> list[Cell]:
        targets = {target.year: target for target in self.targets.all()}
        results = {result.year: result for result in self.results.all()}
        return [Cell(self, y, targets.get(y), results.get(y)) for y in years]

    @property
    def years(self) -> list[int]:
        """The years for which something is promised or said."""
        found = {t.year for t in self.targets.all()} | {
            r.year for r in self.results.all()
        }
        return sorted(found)


class Target(models.Model):
    """What is promised for a year: the text adopted, and the quantities read in it."""

    indicator = models.ForeignKey(
        Indicator,
        verbose_name="indicateur",
        on_delete=models.CASCADE,
        related_name="targets",
    )
    year = models.PositiveSmallIntegerField("année")
    text = models.TextField("cible")
    history = HistoricalRecords(verbose_name="historique de la cible")

    ADOPTED_WORDING = ("year", "text")

    class Meta:
        verbose_name = "cible"
        ordering = ["indicator", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "year"],
                name="target_year_unique",
                violation_error_message="Cet indicateur a déjà une cible cette année-là.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="target_text_given",
                violation_error_message="Une cible a un texte.",
            ),
            a_year("target_year_sensible", field="year"),
        ]

    def __str__(self) -> str:
        return f"{self.year} : {self.text}"

    @property
    def promises(self) -> list[Promise]:
        return [Promise(q.comparator, q.value) for q in self.quantities.all()]

    def read_quantities(self) -> None:
        """Make the quantities those that the text holds. Queries."""
        self.set_quantities(self.quantities_read())

    def set_quantities(self, wanted: Sequence[Quantity]) -> bool:
        """Correct, add and remove quantities, rank by rank, each with its history.

        Returns whether anything changed. Queries.
        """
        known = list(self.quantities.all())
        for surplus in known[len(wanted) :]:
            surplus.delete()
        new = [Quantity(target=self) for _ in wanted[len(known) :]]
        changed = [
            quantity.become(order, reading)
            for order, (quantity, reading) in enumerate(
                zip(known + new, wanted, strict=False)
            )
        ]
        return any(changed) or len(known) > len(wanted)

    def quantities_read(self) -> list[Quantity]:
        return [
            Quantity(
                target=self,
                order=order,
                comparator=read.comparator,
                value=read.value,
                unit=read.unit[:MAX_UNIT],
                is_doubtful=read.doubtful,
            )
            for order, read in enumerate(read_quantities(self.text))
        ]


class Quantity(models.Model):
    """One quantity of a target, read from its text and correctable."""

    target = models.ForeignKey(
        Target,
        verbose_name="cible",
        on_delete=models.CASCADE,
        related_name="quantities",
    )
    order = models.PositiveSmallIntegerField("rang", default=0)
    comparator = models.CharField(
        "comparaison", max_length=2, choices=Comparator, default=Comparator.EQUAL
    )
    value = models.DecimalField("valeur", max_digits=24, decimal_places=6)
    unit = models.CharField("unité", max_length=500, blank=True)
    is_doubtful = models.BooleanField(
        "lecture à confirmer",
        default=False,
        help_text="La lecture automatique n’est pas sûre : une personne confirme.",
    )
    history = HistoricalRecords(verbose_name="historique de la quantité")

    class Meta:
        verbose_name = "quantité"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "order"],
                name="quantity_order_unique",
                violation_error_message="Deux quantités ont le même rang.",
            ),
            one_of(
                "quantity_comparator_known",
                field="comparator",
                choices=Comparator,
                message="Cette comparaison n’est pas connue.",
            ),
        ]

    def __str__(self) -> str:
        sign = "" if self.comparator == Comparator.EQUAL else f"{self.comparator} "
        return f"{sign}{plain(self.value)} {self.unit}".rstrip()

    @property
    def reading(self) -> tuple[str, Decimal, str, bool]:
        """What was read in the text, and whether it is sure."""
        return self.comparator, self.value, self.unit, self.is_doubtful

    def become(self, order: int, other: Quantity) -> bool:
        """Take this rank and the reading of ``other``; whether it differed. Saves."""
        if self.pk and (self.order, self.reading) == (order, other.reading):
            return False
        self.order = order
        self.comparator, self.value, self.unit, self.is_doubtful = other.reading
        self.save()
        return True
