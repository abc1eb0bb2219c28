"""Imports of tables: what was sent, what it would do, what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone

from pcaet.lib.constraints import one_of

from .jobs import Job
from .plans import Plan

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ImportState(models.TextChoices):
    WAITING = "waiting", "En attente"
    READING = "reading", "Lecture en cours"
    UNREADABLE = "unreadable", "Illisible"
    READY = "ready", "Aperçu prêt"
    APPLYING = "applying", "Import en cours"
    APPLIED = "applied", "Importé"
    FAILED = "failed", "Interrompu"
    UNDONE = "undone", "Annulé"


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def managed_by(self, user: User | AnonymousUser) -> ImportBatchQuerySet:
        """The imports of the plans that the user manages."""
        return self.filter(plan__in=Plan.objects.managed_by(user))

    def for_list(self) -> ImportBatchQuerySet:
        return self.select_related("plan", "author").defer("content", "journal")


class ImportBatch(Job):
    """One file or pasted table sent for a plan, from its reading to its undoing."""

    State = ImportState
    RUNNING = (ImportState.WAITING, ImportState.READING, ImportState.APPLYING)
    INTERRUPTED = (
        "L’import s’est interrompu : rien n’a été écrit. Le relancer ; si cela "
        "recommence, signaler le fichier à l’administrateur du site."
    )

    plan = models.ForeignKey(
        Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="imports"
    )
    file = models.FileField("fichier", upload_to="imports/%Y/%m/", max_length=200)
    file_name = models.CharField("nom du fichier", max_length=200)
    file_hash = models.CharField("empreinte du fichier", max_length=64)
    is_pasted = models.BooleanField("texte collé", default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="envoyé par",
        on_delete=models.SET_NULL,
        null=True,
        related_name="imports",
    )
    created_at = models.DateTimeField("envoyé le", default=timezone.now)
    applied_at = models.DateTimeField("importé le", null=True, blank=True)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)
    state = models.CharField(
        "état", max_length=12, choices=ImportState, default=ImportState.WAITING
    )
    # Corrections of what was recognised, decisions on doubts.
    options = models.JSONField("choix", default=dict, blank=True)
    recognised = models.JSONField("reconnu", default=list, blank=True)
    summary = models.JSONField("décompte", default=dict, blank=True)
    digest = models.CharField("empreinte de l’aperçu", max_length=40, blank=True)
    # Compressed JSON: what was read, and what was written.
    content = models.BinaryField("contenu lu", default=b"")
    journal = models.BinaryField("journal", default=b"")

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "import de tableau"
        verbose_name_plural = "imports de tableaux"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of(
                "import_batch_state_known",
                field="state",
                choices=ImportState,
                message="Cet état d’import n’est pas connu.",
            ),
            models.CheckConstraint(
                condition=models.Q(percent__lte=100),
                name="import_batch_percent_sensible",
                violation_error_message="Un avancement va de 0 à 100 %%.",
            ),
        ]

    def __str__(self) -> str:
        return f"Import n° {self.pk} : {self.file_name}"

    def get_absolute_url(self) -> str:
        return reverse("import_detail", args=[self.pk])


class ImportLine(models.Model):
    """One line of an import's preview, kept so that pages need no second reading."""

    batch = models.ForeignKey(
        ImportBatch,
        verbose_name="import",
        on_delete=models.CASCADE,
        related_name="lines",
    )
    order = models.PositiveIntegerField("rang")
    # 0 where something is refused or in doubt, 1 where something was not understood.
    gravity = models.PositiveSmallIntegerField("gravité")
    outcome = models.CharField("devenir", max_length=10)
    kind = models.CharField("nature", max_length=60)
    label = models.TextField("intitulé")
    record = models.CharField("ligne du fichier", max_length=30, blank=True)
    address = models.CharField("adresse", max_length=120, blank=True)
    data = models.JSONField("détail", default=dict)

    class Meta:
        verbose_name = "ligne d’import"
        verbose_name_plural = "lignes d’import"
        ordering = ["batch", "order"]
        indexes = [
            models.Index(
                fields=["batch", "gravity", "order"], name="import_line_by_gravity"
            )
        ]

    def __str__(self) -> str:
        return self.label[:100]


class ColumnSynonym(models.Model):
    """A column's name in people's tables, and the field that it gives."""

    name = models.CharField("nom de la colonne", max_length=200)
    key = models.CharField("sans accents", max_length=200, unique=True, editable=False)
    field = models.CharField("champ", max_length=40, blank=True)

    class Meta:
        verbose_name = "synonyme de colonne"
        verbose_name_plural = "synonymes des colonnes"
        ordering = ["field", "name"]

    def __str__(self) -> str:
        return f"{self.name} → {self.field or '(ne pas importer)'}"


class SavedMapping(models.Model):
    """The field that a person chose for a column of a plan's tables."""

    plan = models.ForeignKey(
        Plan,
        verbose_name="plan",
        on_delete=models.CASCADE,
        related_name="saved_mappings",
    )
    key = models.CharField("colonne", max_length=200)
    field = models.CharField("champ", max_length=40, blank=True)

    class Meta:
        verbose_name = "correspondance retenue"
        verbose_name_plural = "correspondances retenues"
        ordering = ["plan", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "key"],
                name="saved_mapping_unique",
                violation_error_message="Cette colonne a déjà son champ.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.field}"
