from __future__ import annotations

from django.db import models

from pcaet.lib.constraints import one_of

from ..enums import TermKind


class Term(models.Model):
    """A word under which actions are grouped: type, theme or keyword."""

    kind = models.CharField("nature", max_length=10, choices=TermKind)
    code = models.CharField("code dans les échanges", max_length=200)
    name = models.CharField("libellé", max_length=200)

    class Meta:
        verbose_name = "terme du vocabulaire"
        verbose_name_plural = "thèmes, types et mots-clés"
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"],
                name="term_code_unique",
                violation_error_message="Ce terme existe déjà.",
            ),
            one_of(
                "term_kind_known",
                field="kind",
                choices=TermKind,
                message="La nature d’un terme est : type, thème ou mot-clé.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReferenceMeasure(models.Model):
    """A measure of a catalogue (Cit’ergie, CAE, TE, ECI) in one of its versions.

    A code changes meaning from one version to the next: the pair (catalogue, code)
    identifies a measure. One without a title is cited by a plan but stands in no
    catalogue that we hold.
    """

    catalogue = models.CharField("catalogue et version", max_length=100)
    code = models.CharField("code", max_length=30)
    title = models.CharField("intitulé", max_length=500, blank=True)
    axis = models.CharField("axe du catalogue", max_length=200, blank=True)

    class Meta:
        verbose_name = "mesure de référence"
        verbose_name_plural = "mesures de référence"
        ordering = ["catalogue", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["catalogue", "code"],
                name="reference_measure_unique",
                violation_error_message="Ce catalogue a déjà une mesure de ce code.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".rstrip() + f" ({self.catalogue})"

    @property
    def is_known(self) -> bool:
        return bool(self.title)
