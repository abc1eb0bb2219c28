"""What is promised for each year, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from actions.access import administers, member_organisations
from actions.enums import RoleKind
from actions.models import Action, Measure, Plan, Role
from pcaet.lib.constraints import a_year, one_of
from pcaet.lib.numbers import plain

from .attainment import SHARE_OF_STATE, Promise, attainment, computed_state
from .enums import MISSING, Comparator, Direction, IndicatorKind, State
from .fields import DecimalListField
from .quantities import read_quantities

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import User


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def for_grid(self) -> IndicatorQuerySet:
        """Indicators with every target and result, in four queries."""
        return self.select_related("action__plan", "measure").prefetch_related(
            "targets__quantities", "results"
        )

    def in_document_order(self) -> IndicatorQuerySet:
        return self.order_by(
            "action__order",
            "action",
            F("measure__order").asc(nulls_first=True),
            "order",
        )

    def piloted_by(self, user: User | AnonymousUser) -> IndicatorQuerySet:
        """Those of the actions and measures that the user's organisations lead.

        A measure with pilots of its own answers to them; one without answers to
        the pilots of its action. Members of an organisation lead what its
        departments lead.
        """
        own = list(member_organisations(user))
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
                unit=read.unit,
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


class ResultQuerySet(models.QuerySet["Result"]):
    def filled(self) -> ResultQuerySet:
        """Results that say something: a comment alone leaves the cell missing."""
        return self.filter(has_content=True)


class Result(models.Model):
    """What was done in a year: text, a value per quantity, state and comment.

    ``version`` grows at each save: a person who typed over an older version is
    shown both. ``attainment`` is kept from the figures so that totals of a whole
    plan are one query; :meth:`assess` alone writes it.
    """

    indicator = models.ForeignKey(
        Indicator,
        verbose_name="indicateur",
        on_delete=models.CASCADE,
        related_name="results",
    )
    year = models.PositiveSmallIntegerField("année")
    text = models.TextField("résultat", blank=True)
    values = DecimalListField("valeurs", default=list, blank=True)
    state = models.CharField("état", max_length=15, choices=State, blank=True)
    comment = models.TextField("commentaire", blank=True)
    attainment = models.DecimalField(
        "taux d’atteinte",
        max_digits=7,
        decimal_places=6,
        null=True,
        blank=True,
        editable=False,
    )
    has_content = models.BooleanField("renseigné", default=False, editable=False)
    computed_state = models.CharField(
        "état calculé", max_length=15, choices=State, blank=True, editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="saisi par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="results",
    )
    saved_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)
    version = models.PositiveIntegerField("version", default=1, editable=False)
    history = HistoricalRecords(verbose_name="historique du résultat")

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "résultat"
        ordering = ["indicator", "year"]
        indexes = [models.Index(fields=["year"], name="result_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "year"],
                name="result_year_unique",
                violation_error_message="Ce résultat existe déjà pour cette année.",
            ),
            one_of(
                "result_state_known",
                field="state",
                choices=State,
                blank=True,
                message="Cet état n’est pas connu.",
            ),
            models.CheckConstraint(
                condition=Q(attainment__isnull=True)
                | Q(attainment__gte=0, attainment__lte=1),
                name="result_attainment_is_a_share",
                violation_error_message="Un taux d’atteinte va de 0 à 100 %.",
            ),
            a_year("result_year_sensible", field="year"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} — {self.year}"

    @property
    def effective_state(self) -> str:
        """The state that a person chose, else the one that figures give."""
        return self.state or self.computed_state

    @property
    def is_empty(self) -> bool:
        """Nothing is said: the cell is missing, a comment alone does not fill it."""
        has_value = any(value is not None for value in self.values)
        return not (self.text or self.state or has_value)

    def assess(self, promises: Sequence[Promise], direction: str = "") -> None:
        """Set what is derived: content, attainment, state from figures or as chosen."""
        self.has_content = not self.is_empty
        self.computed_state = computed_state(promises, self.values, direction) or ""
        share = attainment(promises, self.values, direction)
        if self.state == State.NOT_APPLICABLE:
            share = None
        elif share is None and self.state:
            share = SHARE_OF_STATE[State(self.state)]
        self.attainment = (
            share.quantize(Decimal("0.000001")) if share is not None else None
        )


@dataclass(frozen=True, slots=True)
class QuantityLine:
    """A quantity promised beside the value done, for a cell of the grid."""

    quantity: Quantity | None
    value: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator in one year: the heart of grids, sheets and exports."""

    indicator: Indicator
    year: int
    target: Target | None
    result: Result | None

    @property
    def state(self) -> str:
        """A value of ``State``, «missing», or nothing where nothing is expected."""
        if self.result and self.is_filled:
            return self.result.effective_state
        return MISSING if self.target else ""

    @property
    def is_filled(self) -> bool:
        return self.result is not None and not self.result.is_empty

    @property
    def is_missing(self) -> bool:
        return self.state == MISSING

    @property
    def attainment(self) -> Decimal | None:
        return self.result.attainment if self.result else None

    @property
    def lines(self) -> list[QuantityLine]:
        """Each quantity with its value; a value without a quantity has the unit."""
        quantities = list(self.target.quantities.all()) if self.target else []
        values: list[Decimal | None] = list(self.result.values) if self.result else []
        length = max(len(quantities), len(values))
        quantities_padded: list[Quantity | None] = [
            *quantities,
            *[None] * (length - len(quantities)),
        ]
        values += [None] * (length - len(values))
        return [
            QuantityLine(q, value, q.unit if q else self.indicator.unit)
            for q, value in zip(quantities_padded, values, strict=True)
        ]

    @property
    def has_values(self) -> bool:
        values = self.result.values if self.result else []
        return any(value is not None for value in values)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def open_on(self, day: date) -> CampaignQuerySet:
        return self.filter(is_locked=False, opens_on__lte=day).filter(
            Q(closes_on__isnull=True) | Q(closes_on__gte=day)
        )


class Campaign(models.Model):
    """The yearly typing of a plan's results: what may be typed now."""

    plan = models.ForeignKey(
        Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="campaigns"
    )
    year = models.PositiveSmallIntegerField("année")
    opens_on = models.DateField("ouverte à partir du")
    closes_on = models.DateField("jusqu’au", null=True, blank=True)
    is_locked = models.BooleanField(
        "année verrouillée",
        default=False,
        help_text="Une année verrouillée ne change plus sans un administrateur.",
    )
    history = HistoricalRecords(verbose_name="historique de la campagne")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "campagne de saisie"
        verbose_name_plural = "campagnes de saisie"
        ordering = ["plan", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "year"],
                name="campaign_year_unique",
                violation_error_message="Ce plan a déjà une campagne cette année-là.",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="campaign_dates_ordered",
                violation_error_message="Une campagne ne se ferme pas avant de s’ouvrir.",
            ),
            a_year("campaign_year_sensible", field="year"),
        ]

    def __str__(self) -> str:
        return f"Campagne {self.year}"

    def is_open_on(self, day: date) -> bool:
        return (
            not self.is_locked
            and self.opens_on <= day
            and (self.closes_on is None or day <= self.closes_on)
        )


@dataclass(frozen=True, slots=True)
class TypingRights:
    """What a user may type in a plan for a year, and the sentence that says why not."""

    allowed: bool
    every_indicator: bool
    reason: str = ""

    @classmethod
    def of(cls, user: Any, plan: Plan, year: int, day: date) -> TypingRights:
        """Decide for one plan and year. At most three queries."""
        campaign = plan.campaigns.filter(year=year).first()
        if administers(user):
            return cls(True, True)
        if campaign and campaign.is_locked:
            return cls(
                False,
                False,
                f"L’année {year} est verrouillée : un administrateur peut la rouvrir.",
            )
        if Plan.objects.managed_by(user).filter(pk=plan.pk).exists():
            return cls(True, True)
        if not user.has_perm("actions.type_results"):
            return cls(False, False, "Votre compte permet de lire, pas de saisir.")
        if not campaign or not campaign.is_open_on(day):
            return cls(
                False,
                False,
                f"La saisie de {year} n’est pas ouverte. Le ou la chargé·e de mission "
                "ouvre la campagne de l’année.",
            )
        return cls(True, False)
