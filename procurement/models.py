"""Goals of responsible purchasing, by year."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from actions.models import Plan
from pcaet.lib.constraints import a_year
from pcaet.lib.numbers import plain


class Goal(models.Model):
    """A share of contracts that the scheme wants to reach, with a figure a year."""

    plan = models.ForeignKey(
        Plan, verbose_name="schéma", on_delete=models.CASCADE, related_name="goals"
    )
    label = models.TextField("objectif")
    unit = models.CharField("unité", max_length=60, blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de l’objectif")

    ADOPTED_WORDING = ("label", "unit")

    class Meta:
        verbose_name = "objectif chiffré"
        verbose_name_plural = "objectifs chiffrés"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(label=""),
                name="goal_label_given",
                violation_error_message="Un objectif a un libellé.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class GoalTarget(models.Model):
    """The figure of a goal for a year, in the goal's unit."""

    goal = models.ForeignKey(
        Goal, verbose_name="objectif", on_delete=models.CASCADE, related_name="targets"
    )
    year = models.PositiveSmallIntegerField("année")
    value = models.DecimalField("valeur", max_digits=24, decimal_places=6)
    history = HistoricalRecords(verbose_name="historique de la valeur visée")

    ADOPTED_WORDING = ("year", "value")

    class Meta:
        verbose_name = "valeur visée"
        verbose_name_plural = "valeurs visées"
        ordering = ["goal", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "year"],
                name="goal_target_year_unique",
                violation_error_message="Cet objectif a déjà une valeur cette année-là.",
            ),
            a_year("goal_target_year_sensible", field="year"),
        ]

    def __str__(self) -> str:
        return f"{self.year} : {plain(self.value)} {self.goal.unit}".rstrip()
