"""What hangs on a contract: who holds it, how it changed, who works under it."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from pcaet.lib.constraints import one_of

from ..enums import ModificationReading, SizeClass
from .buyers import Holder
from .contracts import Contract


class ContractHolder(models.Model):
    contract = models.ForeignKey(
        Contract,
        verbose_name="contrat",
        on_delete=models.CASCADE,
        related_name="contract_holders",
    )
    holder = models.ForeignKey(
        Holder,
        verbose_name="titulaire",
        on_delete=models.PROTECT,
        related_name="contract_holders",
    )
    size_class = models.CharField(
        "taille à l’attribution", max_length=10, choices=SizeClass, blank=True
    )
    history = HistoricalRecords(verbose_name="historique du titulaire du contrat")

    class Meta:
        verbose_name = "titulaire du contrat"
        verbose_name_plural = "titulaires du contrat"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "holder"],
                name="contract_holder_unique",
                violation_error_message="Ce titulaire est déjà sur le contrat.",
            )
        ]

    def __str__(self) -> str:
        return str(self.holder)

    @property
    def effective_size(self) -> str:
        """At the award where the officer says it, else what SIRENE says."""
        return self.size_class or self.holder.size_class

    @property
    def size_label(self) -> str:
        size = self.effective_size
        return str(SizeClass(size).label) if size else ""


class Modification(models.Model):
    """A change of a contract, as published; ``reading`` says what its amount means."""

    contract = models.ForeignKey(
        Contract,
        verbose_name="contrat",
        on_delete=models.CASCADE,
        related_name="modifications",
    )
    order = models.PositiveIntegerField("rang")
    number = models.CharField("numéro", max_length=20, blank=True)
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    published_on = models.DateField("publiée le", null=True, blank=True)
    amount = models.DecimalField(
        "montant HT (€)", max_digits=14, decimal_places=2, null=True, blank=True
    )
    duration_months = models.PositiveIntegerField("durée (mois)", null=True, blank=True)
    holders = models.JSONField("nouveaux titulaires", default=list, blank=True)
    reading = models.CharField(
        "lecture du montant",
        max_length=10,
        choices=ModificationReading,
        default=ModificationReading.TOTAL,
    )
    is_confirmed = models.BooleanField("lecture confirmée", default=False)
    history = HistoricalRecords(verbose_name="historique de la modification")

    class Meta:
        verbose_name = "modification"
        ordering = ["contract", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "order"],
                name="modification_order_unique",
                violation_error_message="Ce contrat a déjà une modification de ce rang.",
            ),
            one_of(
                "modification_reading_known",
                field="reading",
                choices=ModificationReading,
                message="Un montant est un total, un supplément, ou à vérifier.",
            ),
        ]

    def __str__(self) -> str:
        return f"Modification {self.number or self.order + 1}"


class Subcontract(models.Model):
    contract = models.ForeignKey(
        Contract,
        verbose_name="contrat",
        on_delete=models.CASCADE,
        related_name="subcontracts",
    )
    order = models.PositiveIntegerField("rang")
    number = models.CharField("numéro", max_length=20, blank=True)
    holder = models.ForeignKey(
        Holder,
        verbose_name="sous-traitant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subcontracts",
    )
    amount = models.DecimalField(
        "montant HT (€)", max_digits=14, decimal_places=2, null=True, blank=True
    )
    duration_months = models.PositiveIntegerField("durée (mois)", null=True, blank=True)
    notified_on = models.DateField("notifié le", null=True, blank=True)

    class Meta:
        verbose_name = "acte de sous-traitance"
        verbose_name_plural = "actes de sous-traitance"
        ordering = ["contract", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "order"],
                name="subcontract_order_unique",
                violation_error_message="Ce contrat a déjà un acte de ce rang.",
            )
        ]

    def __str__(self) -> str:
        return f"Sous-traitance {self.number or self.order + 1}"
