"""Thresholds and shares that the law sets, by the date they apply from."""

from __future__ import annotations

from datetime import date

from django.db import models


class LegalParameterQuerySet(models.QuerySet["LegalParameter"]):
    def in_force(self, code: str, day: date) -> LegalParameter | None:
        """The value that applied on that day. One query."""
        return self.filter(code=code, applies_from__lte=day).last()


class LegalParameter(models.Model):
    """A figure of the law on a date, with the text that says it."""

    class Code(models.TextChoices):
        FORMAL_SUPPLIES = (
            "formal_supplies",
            "Seuil des procédures formalisées, fournitures et services",
        )
        FORMAL_WORKS = "formal_works", "Seuil des procédures formalisées, travaux"
        DIRECT_SUPPLIES = (
            "direct_supplies",
            "Seuil de publicité, fournitures et services",
        )
        DIRECT_WORKS = "direct_works", "Seuil de publicité, travaux"
        PUBLICATION = "publication", "Seuil de publication des données essentielles"
        SCHEME = "scheme", "Seuil d’adoption d’un schéma (achats annuels)"
        ENVIRONMENTAL_CRITERION = (
            "environmental_criterion",
            "Part des contrats avec critère environnemental exigée",
        )
        NATIONAL_ENVIRONMENTAL = (
            "national_environmental",
            "Plan national, part avec considération environnementale",
        )
        NATIONAL_SOCIAL = (
            "national_social",
            "Plan national, part avec considération sociale",
        )

    # Who sets each share, as the line drawn on a goal says it.
    SETTERS = {
        Code.ENVIRONMENTAL_CRITERION: "Loi",
        Code.NATIONAL_ENVIRONMENTAL: "Plan national",
        Code.NATIONAL_SOCIAL: "Plan national",
    }

    class Unit(models.TextChoices):
        EUROS = "€", "euros HT"
        PERCENT = "%", "pour cent"

    code = models.CharField("paramètre", max_length=40, choices=Code)
    applies_from = models.DateField("en vigueur depuis le")
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    unit = models.CharField("unité", max_length=3, choices=Unit)
    reference = models.CharField("texte", max_length=300)
    is_verified = models.BooleanField(
        "texte vérifié",
        default=False,
        help_text="À cocher quand la valeur a été relue dans le texte officiel.",
    )

    objects = LegalParameterQuerySet.as_manager()

    class Meta:
        verbose_name = "paramètre juridique"
        verbose_name_plural = "paramètres juridiques"
        ordering = ["code", "applies_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "applies_from"],
                name="legal_parameter_unique",
                violation_error_message="Ce paramètre a déjà une valeur à cette date.",
            ),
            models.CheckConstraint(
                condition=~models.Q(reference=""),
                name="legal_parameter_reference_given",
                violation_error_message="Un paramètre juridique cite son texte.",
            ),
        ]

    @property
    def setter(self) -> str:
        return self.SETTERS[self.Code(self.code)]

    def __str__(self) -> str:
        return f"{self.get_code_display()} ({self.applies_from:%d/%m/%Y})"
