"""The yearly committee for sustainable purchasing (CAD)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from actions.models import Organisation
from pcaet.lib.constraints import a_year

from .buyers import Buyer

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CommitteeSessionQuerySet(models.QuerySet["CommitteeSession"]):
    def visible_to(self, user: User | AnonymousUser) -> CommitteeSessionQuerySet:
        return self.filter(buyer__in=Buyer.objects.visible_to(user))

    def managed_by(self, user: User | AnonymousUser) -> CommitteeSessionQuerySet:
        return self.filter(buyer__in=Buyer.objects.managed_by(user))


class CommitteeSession(models.Model):
    """A meeting of one authority's committee, on the purchases of a year."""

    buyer = models.ForeignKey(
        Buyer,
        verbose_name="acheteur",
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    year = models.PositiveSmallIntegerField("année de programmation")
    planned_on = models.DateField("date limite prévue", null=True, blank=True)
    held_on = models.DateField("tenue le", null=True, blank=True)
    place = models.CharField("lieu", max_length=200, blank=True)
    agenda = models.TextField("ordre du jour", blank=True)
    minutes = models.TextField("relevé de décisions", blank=True)
    review = models.TextField(
        "bilan de l’année précédente",
        blank=True,
        help_text="Ce que le comité retient des actions arrêtées l’année d’avant.",
    )
    history = HistoricalRecords(verbose_name="historique de la séance")

    objects = CommitteeSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "séance du comité"
        verbose_name_plural = "séances du comité"
        ordering = ["-year", "buyer"]
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "year"],
                name="committee_session_unique",
                violation_error_message="Cet acheteur a déjà une séance cette année-là.",
            ),
            a_year("committee_session_year_sensible", field="year"),
        ]

    def __str__(self) -> str:
        return f"Comité annuel des achats durables {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("procurement:session_detail", args=[self.pk])

    @property
    def was_on_time(self) -> bool | None:
        """None while there is no date to compare."""
        if not (self.held_on and self.planned_on):
            return None
        return self.held_on <= self.planned_on


class CommitteeMember(models.Model):
    """A seat of the committee, by function: the names of persons are not kept."""

    buyer = models.ForeignKey(
        Buyer, verbose_name="acheteur", on_delete=models.CASCADE, related_name="members"
    )
    function = models.CharField("fonction", max_length=300)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="organisme",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="committee_seats",
    )
    chairs = models.BooleanField("préside", default=False)
    order = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "membre du comité"
        verbose_name_plural = "membres du comité"
        ordering = ["buyer", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "function"],
                name="committee_member_unique",
                violation_error_message="Cette fonction siège déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.function
