"""When results may be typed, and who was reminded of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from actions.access import administers
from actions.models import Organisation, Plan
from pcaet.lib.constraints import a_year, one_of

from ..enums import Recipient


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

    def get_absolute_url(self) -> str:
        return reverse("indicators:campaign_detail", args=[self.plan.slug, self.year])

    def lock(self) -> None:
        self.is_locked = True
        self.save_because("Verrouillage de l’année")

    def reopen(self) -> None:
        """Unlock the year, and let it be typed again if its last day is gone."""
        self.is_locked = False
        if self.closes_on and self.closes_on < timezone.localdate():
            self.closes_on = None
        self.save_because("Réouverture de l’année")

    def save_because(self, reason: str) -> None:
        """Save, with the reason that the history tells."""
        self._change_reason = reason
        self.save()

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
        return cls.by_year(user, plan, [year], day)[year]

    @classmethod
    def by_year(
        cls, user: Any, plan: Plan, years: Iterable[int], day: date
    ) -> dict[int, TypingRights]:
        """Decide for several years of a plan. At most three queries."""
        campaigns = {campaign.year: campaign for campaign in plan.campaigns.all()}
        manages = Plan.objects.managed_by(user).filter(pk=plan.pk).exists()
        return {
            year: cls._decide(user, year, campaigns.get(year), manages, day)
            for year in years
        }

    @classmethod
    def _decide(
        cls, user: Any, year: int, campaign: Campaign | None, manages: bool, day: date
    ) -> TypingRights:
        if administers(user):
            return cls(True, True)
        if campaign and campaign.is_locked:
            return cls(
                False,
                False,
                f"L’année {year} est verrouillée : un administrateur peut la rouvrir.",
            )
        if manages:
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


class Reminder(models.Model):
    """One mail sent to those who owe results: what it said, to whom, and when."""

    campaign = models.ForeignKey(
        Campaign,
        verbose_name="campagne",
        on_delete=models.CASCADE,
        related_name="reminders",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="service",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reminders",
    )
    organisation_name = models.CharField("nom du service", max_length=620)
    recipient = models.CharField("à qui", max_length=12, choices=Recipient)
    addresses = models.JSONField("adresses", default=list)
    missing = models.PositiveIntegerField("résultats manquants")
    body = models.TextField("message")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="envoyé par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reminders_sent",
    )
    sent_at = models.DateTimeField("envoyé le", default=timezone.now)

    class Meta:
        verbose_name = "relance"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            one_of(
                "reminder_recipient_known",
                field="recipient",
                choices=Recipient,
                message="Une relance va à une personne, à un service ou à la mission.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name} ({self.sent_at:%d/%m/%Y})"
