"""The yearly programme: recurring purchases, rated, targeted, then awarded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from actions.models import Action, Organisation, Plan
from pcaet.lib.constraints import a_year
from pcaet.lib.months import add_months

from .buyers import Buyer
from .committee import CommitteeSession
from .contracts import Contract

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Months before the award: the work begins, ends, and the rating is presented.
WORK_STARTS = 24
WORK_ENDS = 14
RATING_DUE = 12

# A criterion is rated from 0 (nothing to gain) to 4 (a great deal).
BEST_SCORE = 4


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def visible_to(self, user: User | AnonymousUser) -> PurchaseQuerySet:
        return self.filter(buyer__in=Buyer.objects.visible_to(user))

    def managed_by(self, user: User | AnonymousUser) -> PurchaseQuerySet:
        return self.filter(buyer__in=Buyer.objects.managed_by(user))

    def for_list(self) -> PurchaseQuerySet:
        """What a line of the programme shows, in a constant number of queries."""
        return self.select_related(
            "buyer", "renews", "service", "service__parent"
        ).prefetch_related(
            "contracts",
            "purchase_actions__action",
            models.Prefetch("ratings", Rating.objects.select_related("criterion")),
        )

    def targeted(self) -> PurchaseQuerySet:
        return self.filter(decision=Purchase.Decision.TARGETED)


class Purchase(models.Model):
    """A purchase to come, that the committee may target for the scheme."""

    class Decision(models.TextChoices):
        PROPOSED = "proposed", "Proposé"
        TARGETED = "targeted", "Ciblé"
        LEFT = "left", "Non retenu"

    plan = models.ForeignKey(
        Plan,
        verbose_name="schéma",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="purchases",
    )
    buyer = models.ForeignKey(
        Buyer,
        verbose_name="acheteur",
        on_delete=models.PROTECT,
        related_name="purchases",
    )
    year = models.PositiveSmallIntegerField("année de programmation")
    label = models.CharField("achat", max_length=300)
    service = models.ForeignKey(
        Organisation,
        verbose_name="service acheteur",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="purchases",
    )
    cpv = models.CharField("code CPV", max_length=8, blank=True)
    estimated_amount = models.DecimalField(
        "montant estimé HT (€)", max_digits=14, decimal_places=2, null=True, blank=True
    )
    award_due = models.DateField("attribution prévue le")
    renews = models.ForeignKey(
        Contract,
        verbose_name="contrat à renouveler",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="renewals",
    )
    work_started_on = models.DateField(
        "travail engagé le", null=True, blank=True, help_text="Attendu à J-24 mois."
    )
    work_ended_on = models.DateField(
        "travail achevé le", null=True, blank=True, help_text="Attendu à J-14 mois."
    )
    rated_on = models.DateField(
        "cotation présentée le",
        null=True,
        blank=True,
        help_text="Attendue à J-12 mois.",
    )
    session = models.ForeignKey(
        CommitteeSession,
        verbose_name="séance du comité",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="purchases",
    )
    decision = models.CharField(
        "décision", max_length=10, choices=Decision, default=Decision.PROPOSED
    )
    decision_note = models.TextField("observations", blank=True)
    contracts = models.ManyToManyField(
        Contract,
        related_name="purchases",
        verbose_name="contrats attribués",
        blank=True,
    )
    history = HistoricalRecords(verbose_name="historique de l’achat")

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        verbose_name = "achat programmé"
        verbose_name_plural = "achats programmés"
        ordering = ["award_due", "label", "pk"]
        constraints = [
            a_year("purchase_year_sensible", field="year"),
            models.CheckConstraint(
                condition=~Q(label=""),
                name="purchase_label_given",
                violation_error_message="Un achat a un intitulé.",
            ),
            models.UniqueConstraint(
                fields=["renews", "year"],
                condition=Q(renews__isnull=False),
                name="purchase_renewal_unique",
                violation_error_message="Ce renouvellement est déjà programmé.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("procurement:purchase_detail", args=[self.pk])

    @property
    def score(self) -> Decimal | None:
        """Sustainable potential out of 100; None until every rating is there."""
        ratings = list(self.ratings.all())
        weights = sum((r.criterion.weight for r in ratings), Decimal(0))
        if not weights:
            return None
        earned = sum((r.score * r.criterion.weight for r in ratings), Decimal(0))
        return earned * 100 / (weights * BEST_SCORE)

    @property
    def rounded_score(self) -> int | None:
        return None if self.score is None else round(self.score)

    def steps(self) -> list[Step]:
        """The three steps before the award, with the day each is due."""
        return [
            Step(
                "Travail avec le service engagé",
                WORK_STARTS,
                self,
                self.work_started_on,
            ),
            Step("Travail avec le service achevé", WORK_ENDS, self, self.work_ended_on),
            Step("Cotation présentée au comité", RATING_DUE, self, self.rated_on),
        ]

    @property
    def was_anticipated(self) -> bool:
        """Rated at least twelve months before the award."""
        due = add_months(self.award_due, -RATING_DUE)
        return self.rated_on is not None and self.rated_on <= due


class Step:
    """A step of the preparation: due so many months before the award."""

    def __init__(
        self, label: str, months: int, purchase: Purchase, done_on: date | None
    ) -> None:
        self.label = label
        self.months = months
        self.due_on = add_months(purchase.award_due, -months)
        self.done_on = done_on

    def is_late(self, today: date) -> bool:
        return (self.done_on or today) > self.due_on


class PurchaseAction(models.Model):
    """An action of the scheme that a purchase aims at."""

    purchase = models.ForeignKey(
        Purchase,
        verbose_name="achat",
        on_delete=models.CASCADE,
        related_name="purchase_actions",
    )
    action = models.ForeignKey(
        Action,
        verbose_name="action visée",
        on_delete=models.CASCADE,
        related_name="purchase_actions",
    )
    is_done = models.BooleanField("menée à terme", null=True, blank=True)
    history = HistoricalRecords(verbose_name="historique de l’action visée")

    class Meta:
        verbose_name = "action visée"
        verbose_name_plural = "actions visées"
        ordering = ["action__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "action"],
                name="purchase_action_unique",
                violation_error_message="Cet achat vise déjà cette action.",
            )
        ]

    def __str__(self) -> str:
        return str(self.action)


class RatingCriterion(models.Model):
    """What makes the sustainable potential of a purchase, and how much it weighs."""

    label = models.CharField("critère", max_length=200, unique=True)
    help = models.CharField("aide à la cotation", max_length=500, blank=True)
    weight = models.DecimalField("poids", max_digits=5, decimal_places=2, default=1)
    order = models.PositiveSmallIntegerField("rang", default=0)
    is_active = models.BooleanField("utilisé", default=True)
    history = HistoricalRecords(verbose_name="historique du critère")

    class Meta:
        verbose_name = "critère de cotation"
        verbose_name_plural = "critères de cotation"
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="rating_criterion_weight_positive",
                violation_error_message="Un poids est plus grand que zéro.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class Rating(models.Model):
    purchase = models.ForeignKey(
        Purchase, verbose_name="achat", on_delete=models.CASCADE, related_name="ratings"
    )
    criterion = models.ForeignKey(
        RatingCriterion,
        verbose_name="critère",
        on_delete=models.PROTECT,
        related_name="ratings",
    )
    score = models.PositiveSmallIntegerField(
        "note (de 0 à 4)", validators=[MaxValueValidator(BEST_SCORE)]
    )
    history = HistoricalRecords(verbose_name="historique de la note")

    class Meta:
        verbose_name = "note"
        ordering = ["criterion__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "criterion"],
                name="rating_unique",
                violation_error_message="Ce critère est déjà noté.",
            ),
            models.CheckConstraint(
                condition=Q(score__lte=BEST_SCORE),
                name="rating_score_within_scale",
                violation_error_message="Une note va de 0 à 4.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} : {self.score}"
