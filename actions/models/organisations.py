from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from pcaet.lib.text import fold


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def for_list(self) -> OrganisationQuerySet:
        return self.select_related("parent").order_by("parent__name", "name")

    def within(self, organisations: list[int]) -> OrganisationQuerySet:
        """These organisations and their departments."""
        return self.filter(
            models.Q(pk__in=organisations) | models.Q(parent__in=organisations)
        )


class Organisation(models.Model):
    """A body that leads, helps or pays; a department is a child of its body."""

    class Kind(models.TextChoices):
        AUTHORITY = "authority", "Collectivité"
        DEPARTMENT = "department", "Service"
        STATE = "state", "État ou opérateur public"
        ASSOCIATION = "association", "Association"
        COMPANY = "company", "Entreprise"
        OTHER = "other", "Autre"

    name = models.CharField("nom", max_length=300)
    short_name = models.CharField("nom court", max_length=60, blank=True)
    kind = models.CharField("nature", max_length=20, choices=Kind, default=Kind.OTHER)
    parent = models.ForeignKey(
        "self",
        verbose_name="organisme dont c’est un service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="departments",
    )
    email = models.EmailField("adresse électronique du service", blank=True)
    history = HistoricalRecords(verbose_name="historique de l’organisme")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisme"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(parent__isnull=True),
                name="organisation_root_name_unique",
                violation_error_message="Un organisme porte déjà ce nom.",
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=models.Q(parent__isnull=False),
                name="organisation_department_name_unique",
                violation_error_message="Cet organisme a déjà un service de ce nom.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="organisation_name_given",
                violation_error_message="Un organisme a un nom.",
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True)
                | ~models.Q(parent=models.F("id")),
                name="organisation_not_its_own_parent",
                violation_error_message="Un organisme n’est pas son propre service.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parent.name} : {self.name}" if self.parent else self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation_detail", args=[self.pk])

    def clean(self) -> None:
        """A department has no department: the documents know two levels. Queries."""
        if self.parent and self.parent.parent_id:
            message = f"« {self.parent} » est déjà un service : choisir son organisme."
            raise ValidationError({"parent": message})
        if self.parent and self.pk and self.departments.exists():
            message = "Cet organisme a lui-même des services : il ne peut en être un."
            raise ValidationError({"parent": message})

    @property
    def root_id(self) -> int:
        """The body itself, or the one whose department this is."""
        return self.parent_id or self.pk


class OrganisationAlias(models.Model):
    """Another spelling of an organisation, so that imports find it (DEES → DEEES)."""

    organisation = models.ForeignKey(
        Organisation,
        verbose_name="organisme",
        on_delete=models.CASCADE,
        related_name="aliases",
    )
    name = models.CharField("autre écriture", max_length=300)
    folded = models.CharField("sans accents", max_length=300, editable=False)

    class Meta:
        verbose_name = "autre écriture d’un organisme"
        verbose_name_plural = "autres écritures des organismes"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "folded"],
                name="organisation_alias_unique",
                violation_error_message="Cette écriture est déjà enregistrée.",
            ),
            models.CheckConstraint(
                condition=~models.Q(folded=""),
                name="organisation_alias_given",
                violation_error_message="Une autre écriture contient des lettres.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.folded = fold(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(self.name)
        super().save(*args, **kwargs)


class Membership(models.Model):
    """A user works for an organisation: what the user's role may touch."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="utilisateur",
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="organisme ou service",
        on_delete=models.CASCADE,
        related_name="memberships",
    )

    class Meta:
        verbose_name = "rattachement"
        ordering = ["organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="membership_unique",
                violation_error_message="Cette personne est déjà rattachée ici.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} — {self.organisation}"
