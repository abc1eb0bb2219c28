"""Goals of responsible purchasing, by year."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from actions.models import Plan
from pcaet.lib.constraints import a_year, not_negative, one_of
from pcaet.lib.numbers import plain

from ..enums import GoalFormula, SmeRule, SocialScope


class Goal(models.Model):
    """A share of contracts that the scheme wants to reach, with a figure a year."""

    plan = models.ForeignKey(
        Plan, verbose_name="schéma", on_delete=models.CASCADE, related_name="goals"
    )
    label = models.TextField("objectif")
    unit = models.CharField("unité", max_length=60, blank=True)
    formula = models.CharField(
        "mode de calcul",
        max_length=30,
        choices=GoalFormula,
        blank=True,
        help_text="Comment le registre des contrats le compte. Vide : saisi à la main.",
    )
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
            ),
            one_of(
                "goal_formula_known",
                field="formula",
                choices=GoalFormula,
                blank=True,
                message="Ce mode de calcul n’est pas connu.",
            ),
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


class GoalScope(models.Model):
    """What the authority counts in its goals: choices that the law leaves open."""

    plan = models.OneToOneField(
        Plan, verbose_name="schéma", on_delete=models.CASCADE, related_name="goal_scope"
    )
    includes_subsequent = models.BooleanField(
        "compter les marchés subséquents",
        default=True,
        help_text="Ils héritent des considérations de leur accord-cadre.",
    )
    minimum_amount = models.DecimalField(
        "montant minimum compté (€ HT)",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Vide : tous les contrats publiés sont comptés.",
    )
    social_scope = models.CharField(
        "considérations sociales comptées",
        max_length=20,
        choices=SocialScope,
        default=SocialScope.ALL,
    )
    sme_rule = models.CharField(
        "groupement confié à une TPE-PME si",
        max_length=10,
        choices=SmeRule,
        default=SmeRule.ONE,
    )
    history = HistoricalRecords(verbose_name="historique du périmètre")

    class Meta:
        verbose_name = "périmètre des objectifs"
        verbose_name_plural = "périmètres des objectifs"
        ordering = ["plan"]
        constraints = [
            not_negative(
                "goal_scope_minimum_not_negative",
                field="minimum_amount",
                message="Un montant n’est pas négatif.",
            ),
            one_of(
                "goal_scope_social_known",
                field="social_scope",
                choices=SocialScope,
                message="Ce périmètre social n’est pas connu.",
            ),
            one_of(
                "goal_scope_sme_rule_known",
                field="sme_rule",
                choices=SmeRule,
                message="Cette règle n’est pas connue.",
            ),
        ]

    def __str__(self) -> str:
        return f"Périmètre des objectifs de {self.plan}"
