"""What was done each year, and the proofs of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from pcaet.lib.constraints import a_year, one_of

from ..attainment import SHARE_OF_STATE, Promise, attainment, computed_state
from ..enums import State, Validation
from ..fields import DecimalListField
from .promises import Indicator


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
    validation = models.CharField(
        "validation", max_length=10, choices=Validation, blank=True, editable=False
    )
    validation_remark = models.TextField("remarque", blank=True, editable=False)
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="relu par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="validated_results",
    )
    validated_at = models.DateTimeField(
        "relu le", null=True, blank=True, editable=False
    )
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
                violation_error_message="Un taux d’atteinte va de 0 à 100 %%.",
            ),
            a_year("result_year_sensible", field="year"),
            one_of(
                "result_validation_known",
                field="validation",
                choices=Validation,
                blank=True,
                message="Un résultat est accepté, renvoyé ou à relire.",
            ),
            models.CheckConstraint(
                condition=~Q(validation=Validation.RETURNED) | ~Q(validation_remark=""),
                name="result_returned_with_a_remark",
                violation_error_message="Un résultat est renvoyé avec une remarque.",
            ),
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

    @property
    def is_accepted(self) -> bool:
        return self.validation == Validation.ACCEPTED

    @property
    def is_returned(self) -> bool:
        return self.validation == Validation.RETURNED

    def await_validation(self) -> None:
        """What changed since the officer read it is to be read again.

        Their last remark stays in sight until they do.
        """
        self.validation = ""
        if not self.validation_remark:
            self.validated_by = self.validated_at = None

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


class Proof(models.Model):
    """A document that shows what was done, kept for a cell rather than a version."""

    indicator = models.ForeignKey(
        Indicator,
        verbose_name="indicateur",
        on_delete=models.CASCADE,
        related_name="proofs",
    )
    year = models.PositiveSmallIntegerField("année")
    file = models.FileField("fichier", upload_to="justificatifs/%Y/", max_length=200)
    name = models.CharField("nom du fichier", max_length=200)
    content_type = models.CharField("type", max_length=40, editable=False)
    size = models.PositiveIntegerField("taille (octets)", editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="déposé par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="proofs",
    )
    uploaded_at = models.DateTimeField(
        "déposé le", default=timezone.now, editable=False
    )
    history = HistoricalRecords(verbose_name="historique du justificatif")

    class Meta:
        verbose_name = "justificatif"
        ordering = ["uploaded_at", "pk"]
        constraints = [a_year("proof_year_sensible", field="year")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("indicators:proof_detail", args=[self.pk])
