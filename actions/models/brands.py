"""How an authority signs its documents."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from pcaet.lib.colours import (
    DAY,
    LEAST_CONTRAST,
    contrast,
    is_colour,
    readable_on,
)
from pcaet.lib.pdf import Theme
from pcaet.lib.pictures import is_picture

from ..access import administers, member_roots
from .organisations import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DEFAULT_ACCENT = Theme().accent


def validate_accent(colour: str) -> None:
    """A colour that can be read as text, and under white text."""
    if not is_colour(colour):
        raise ValidationError(
            "Écrire la couleur par un dièse et six chiffres ou lettres de a à f, par "
            "exemple #1d4a38."
        )
    found = contrast(colour, DAY)
    if found < LEAST_CONTRAST:
        written = f"{found:.1f}".replace(".", ",")
        raise ValidationError(
            f"Cette couleur est trop pâle pour être lue : son contraste avec le papier "
            f"est de {written} pour 1, il en faut au moins 4,5. La plus proche qui "
            f"convienne est {readable_on(colour, DAY)}."
        )


class Brand(models.Model):
    """The logo, the colour and the footer of an authority's printed documents."""

    authority = models.OneToOneField(
        Organisation,
        verbose_name="collectivité",
        on_delete=models.CASCADE,
        related_name="brand",
        limit_choices_to={"parent__isnull": True},
    )
    logo = models.ImageField(
        "image du logo",
        upload_to="logos/",
        width_field="logo_width",
        height_field="logo_height",
        blank=True,
        help_text="PNG, JPEG ou WebP, 5 Mo au plus ; de préférence sur fond blanc ou "
        "transparent.",
    )
    logo_width = models.PositiveIntegerField(
        "largeur du logo (points)", null=True, editable=False
    )
    logo_height = models.PositiveIntegerField(
        "hauteur du logo (points)", null=True, editable=False
    )
    accent = models.CharField(
        "couleur",
        max_length=7,
        default=DEFAULT_ACCENT,
        validators=[validate_accent],
        help_text="Celle des titres et des bandeaux, par exemple #1d4a38.",
    )
    footer = models.CharField(
        "pied de page",
        max_length=120,
        blank=True,
        help_text="Une ligne au bas de chaque page : un service, une adresse, un site.",
    )
    history = HistoricalRecords(verbose_name="historique de la charte")

    class Meta:
        verbose_name = "charte des documents"
        verbose_name_plural = "chartes des documents"
        ordering = ["authority__name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accent__regex=r"^#[0-9a-f]{6}$"),
                name="brand_accent_written",
                violation_error_message="La couleur s’écrit #1d4a38.",
            )
        ]

    def __str__(self) -> str:
        return f"Charte de {self.authority.name}"

    @classmethod
    def of(cls, organisation: Organisation) -> Brand:
        """The authority's, or one that says nothing. Queries unless selected."""
        root = organisation.parent or organisation
        try:
            return root.brand
        except cls.DoesNotExist:
            return cls(authority=root)

    def get_absolute_url(self) -> str:
        return reverse("brand_edit", args=[self.authority_id])

    @cached_property
    def has_logo(self) -> bool:
        """The logo can be drawn. Opens its file."""
        return bool(self.logo) and is_picture(self.logo)

    @property
    def theme(self) -> Theme:
        """What the PDF engine needs to know; a lost logo is left out."""
        if not self.has_logo:
            return Theme(self.accent)
        proportion = (self.logo_width or 1) / (self.logo_height or 1)
        return Theme(self.accent, self.logo.url, proportion)


def branded_by(user: User | AnonymousUser) -> models.QuerySet[Organisation]:
    """The authorities whose documents the user may dress."""
    roots = Organisation.objects.filter(parent__isnull=True)
    if administers(user):
        return roots
    if not user.has_perm("actions.change_plan"):
        return roots.none()
    return roots.filter(pk__in=member_roots(user))
