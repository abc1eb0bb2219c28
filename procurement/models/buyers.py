"""Who buys, who sells."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from actions.access import administers, member_roots
from actions.models import Organisation, Plan
from pcaet.lib.constraints import one_of

from ..enums import Identifier, SizeClass

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def scheme_authority() -> int | None:
    """The authority whose purchases are followed here, if only one is. One query."""
    schemes = Plan.objects.exclude(goals__formula="").filter(goals__isnull=False)
    found = schemes.values_list("authority", "authority__parent").distinct()
    roots = {parent or authority for authority, parent in found}
    return roots.pop() if len(roots) == 1 else None


class BuyerQuerySet(models.QuerySet["Buyer"]):
    def visible_to(self, user: User | AnonymousUser) -> BuyerQuerySet:
        """Those of the user's authorities; administrators see all."""
        if administers(user):
            return self
        if not user.has_perm("procurement.view_contract"):
            return self.none()
        return self._within_reach(user)

    def managed_by(self, user: User | AnonymousUser) -> BuyerQuerySet:
        """Those whose register the user keeps."""
        if administers(user):
            return self
        if not user.has_perm("procurement.change_contract"):
            return self.none()
        return self._within_reach(user)

    def _within_reach(self, user: User | AnonymousUser) -> BuyerQuerySet:
        return self.of_authorities(member_roots(user))

    def of_authorities(self, roots: Collection[int]) -> BuyerQuerySet:
        """The buyers linked to these organisations or to their departments.

        One that nobody linked yet is the only authority's that has a scheme here;
        where there are several, or none, only administrators see it. One query.
        """
        ours = Q(organisation__in=roots) | Q(organisation__parent__in=roots)
        if scheme_authority() in roots:
            ours |= Q(organisation__isnull=True)
        return self.filter(ours)

    def linked(self) -> BuyerQuerySet:
        return self.filter(organisation__isnull=False)

    def unlinked(self) -> BuyerQuerySet:
        return self.filter(organisation__isnull=True)


class Buyer(models.Model):
    """A public body that passes contracts. A scheme may join several."""

    siret = models.CharField("SIRET", max_length=20, unique=True)
    name = models.CharField("nom", max_length=300, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="organisme",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="buyers",
    )

    objects = BuyerQuerySet.as_manager()

    class Meta:
        verbose_name = "acheteur"
        ordering = ["name", "siret"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(siret=""),
                name="buyer_siret_given",
                violation_error_message="Un acheteur a un SIRET.",
            )
        ]

    def __str__(self) -> str:
        return self.name or f"Acheteur {self.siret}"


class Holder(models.Model):
    """A firm that holds contracts or works under one that does."""

    identifier = models.CharField("identifiant", max_length=60)
    identifier_kind = models.CharField(
        "nature de l’identifiant",
        max_length=10,
        choices=Identifier,
        default=Identifier.SIRET,
    )
    name = models.CharField("nom", max_length=300, blank=True)
    size_class = models.CharField(
        "taille", max_length=10, choices=SizeClass, blank=True
    )
    size_year = models.PositiveSmallIntegerField(
        "année de la taille", null=True, blank=True
    )
    is_social_economy = models.BooleanField(
        "économie sociale et solidaire", null=True, blank=True
    )
    is_inclusive = models.BooleanField(
        "structure d’insertion ou du travail protégé", null=True, blank=True
    )
    history = HistoricalRecords(verbose_name="historique du titulaire")

    class Meta:
        verbose_name = "titulaire"
        ordering = ["name", "identifier"]
        constraints = [
            models.UniqueConstraint(
                fields=["identifier", "identifier_kind"],
                name="holder_identifier_unique",
                violation_error_message="Ce titulaire est déjà enregistré.",
            ),
            one_of(
                "holder_size_known",
                field="size_class",
                choices=SizeClass,
                blank=True,
                message="Cette taille d’entreprise n’est pas connue.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.identifier

    @property
    def siren(self) -> str:
        """The firm itself, whichever of its premises holds the contract."""
        return self.identifier[:9]
