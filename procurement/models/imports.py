"""What came in: files with their report, raw records with their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from actions.access import administers, member_roots
from actions.models import Membership

from .contracts import Contract

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ImportedFileQuerySet(models.QuerySet["ImportedFile"]):
    def visible_to(self, user: User | AnonymousUser) -> ImportedFileQuerySet:
        """Those that the user or people of the same authorities brought."""
        if administers(user):
            return self
        roots = member_roots(user)
        colleagues = Membership.objects.filter(
            Q(organisation__in=roots) | Q(organisation__parent__in=roots)
        )
        return self.filter(
            Q(imported_by=user.pk) | Q(imported_by__in=colleagues.values("user"))
        )


class ImportedFile(models.Model):
    """One reading of one file, and what came out of it."""

    name = models.CharField("nom du fichier", max_length=300)
    sha256 = models.CharField("empreinte", max_length=64, db_index=True)
    shape = models.CharField("format", max_length=20)
    imported_at = models.DateTimeField("importé le", auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    report = models.JSONField("compte rendu", default=dict)

    objects = ImportedFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier importé"
        verbose_name_plural = "fichiers importés"
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("procurement:import_detail", args=[self.pk])


class RawRecord(models.Model):
    """A record as it was published, kept for ever, with its place in its file."""

    file = models.ForeignKey(
        ImportedFile,
        verbose_name="fichier",
        on_delete=models.CASCADE,
        related_name="records",
    )
    position = models.PositiveIntegerField("rang")
    path = models.CharField("chemin", max_length=120)
    content = models.TextField("contenu")
    contract = models.ForeignKey(
        Contract,
        verbose_name="contrat",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="raw_records",
    )
    fingerprint = models.CharField("empreinte", max_length=40, blank=True)
    reason = models.TextField("motif du rejet", blank=True)

    class Meta:
        verbose_name = "donnée brute"
        verbose_name_plural = "données brutes"
        ordering = ["file", "position"]

    def __str__(self) -> str:
        return self.path
