"""The yearly declaration of reused and recycled goods (loi AGEC, art. 58)."""

from __future__ import annotations

from django.db import models

from pcaet.lib.constraints import a_year, not_negative

from .buyers import Buyer


class AgecLine(models.Model):
    """Spending of a buyer on one family of goods in a year, in euros HT."""

    buyer = models.ForeignKey(
        Buyer,
        verbose_name="acheteur",
        on_delete=models.CASCADE,
        related_name="agec_lines",
    )
    year = models.PositiveSmallIntegerField("année")
    family = models.CharField("famille de produits", max_length=300)
    total = models.DecimalField("dépense totale", max_digits=16, decimal_places=2)
    reused = models.DecimalField(
        "réemploi et réutilisation", max_digits=16, decimal_places=2
    )
    donated = models.DecimalField("issus de dons", max_digits=16, decimal_places=2)
    recycled = models.DecimalField(
        "matières recyclées", max_digits=16, decimal_places=2
    )
    comment = models.TextField("commentaire", blank=True)

    class Meta:
        verbose_name = "dépense déclarée"
        verbose_name_plural = "dépenses déclarées"
        ordering = ["year", "buyer", "family"]
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "year", "family"],
                name="agec_line_unique",
                violation_error_message="Cette famille est déjà déclarée cette année.",
            ),
            a_year("agec_line_year_sensible", field="year"),
            *(
                not_negative(
                    f"agec_line_{field}_not_negative",
                    field=field,
                    message="Une dépense n’est pas négative.",
                )
                for field in ("total", "reused", "donated", "recycled")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} ({self.year})"
