"""Documents printed in the background, and kept for a while to be fetched."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.db import DatabaseError, models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse

from pcaet.lib.constraints import one_of

from .jobs import Job
from .plans import Plan

# Documents kept for each plan: those of a few committees.
KEPT = 24


def printed_files() -> Storage:
    """Where documents are kept: out of what the site serves by itself."""
    return FileSystemStorage(location=settings.VAR_DIR / "prints")


class PrintState(models.TextChoices):
    WAITING = "waiting", "En attente"
    PRINTING = "printing", "Impression en cours"
    READY = "ready", "Prêt"
    FAILED = "failed", "Interrompu"


class Document(models.TextChoices):
    """What is printed."""

    BOOKLET = "booklet", "Livret de fiches"
    REVIEW = "review", "Bilan"
    ANNEX = "annex", "Annexe à la délibération"


class PrintJobQuerySet(models.QuerySet["PrintJob"]):
    def for_list(self) -> PrintJobQuerySet:
        return self.select_related("author")

    def drop_oldest(self, plan: Plan) -> None:
        """Delete what a plan has beyond the documents kept, with their files."""
        ended = self.filter(plan=plan).exclude(state__in=PrintJob.RUNNING)
        for job in ended.order_by("-created_at", "-pk")[KEPT:]:
            job.delete()


class PrintJob(Job):
    """One file asked for: a document of a plan, or a volume of it.

    ``options`` say what is printed and how; whoever prints this kind of document
    knows how to read them.
    """

    RUNNING = (PrintState.WAITING, PrintState.PRINTING)
    RESUMES = True
    INTERRUPTED = (
        "L’impression s’est interrompue. La demander de nouveau ; si cela recommence, "
        "le signaler à l’administrateur du site."
    )

    plan = models.ForeignKey(
        Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="prints"
    )
    document = models.CharField("nature", max_length=20, choices=Document)
    title = models.CharField("titre", max_length=300)
    options = models.JSONField("choix", default=dict, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="demandé par",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    state = models.CharField(
        "état", max_length=12, choices=PrintState, default=PrintState.WAITING
    )
    file = models.FileField(
        "fichier", storage=printed_files, max_length=200, blank=True
    )

    objects = PrintJobQuerySet.as_manager()

    class Meta:
        verbose_name = "impression"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of(
                "print_job_state_known",
                field="state",
                choices=PrintState,
                message="Cet état d’impression n’est pas connu.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PrintState.READY) | ~models.Q(file=""),
                name="print_job_ready_with_file",
                violation_error_message="Un document prêt a son fichier.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("print_detail", args=[self.plan.slug, self.pk])

    @property
    def is_ready(self) -> bool:
        """It can be fetched. Looks for its file."""
        is_made = self.state == PrintState.READY
        return is_made and self.file.storage.exists(str(self.file.name))

    def keep(self, content: ContentFile[bytes]) -> None:
        """Keep the file that was asked for: it can be fetched.

        Raises:
            django.db.DatabaseError: it was deleted meanwhile; no file stays behind.
        """
        self.file.save(f"{self.plan_id}/{self.pk}.pdf", content, save=False)
        self.state, self.percent, self.message = PrintState.READY, 100, ""
        try:
            self.save(force_update=True)
        except DatabaseError:
            self.file.delete(save=False)
            raise


@receiver(post_delete, sender=PrintJob, dispatch_uid="actions.prints")
def _drop_file(instance: PrintJob, **_given: Any) -> None:
    """Let its file go with a document, be it deleted alone or with its plan."""
    if instance.file:
        drop = partial(instance.file.storage.delete, str(instance.file.name))
        transaction.on_commit(drop)
