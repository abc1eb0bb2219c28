"""What is said of a year: notes as it goes, and the review that closes it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from actions.models import Action, Axis, Plan
from pcaet.lib.constraints import a_year, one_of, ordered

from ..enums import RowKind


class ProgressNote(models.Model):
    """What a person says of an action in a year, dated."""

    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="progress_notes",
    )
    year = models.PositiveSmallIntegerField("année")
    text = models.TextField("note d’avancement")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="écrite par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="progress_notes",
    )
    written_at = models.DateTimeField("écrite le", default=timezone.now, editable=False)
    history = HistoricalRecords(verbose_name="historique de la note")

    class Meta:
        verbose_name = "note d’avancement"
        verbose_name_plural = "notes d’avancement"
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["action", "year"], name="note_action_year")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="note_text_given",
                violation_error_message="Une note a un texte.",
            ),
            a_year("note_year_sensible", field="year"),
        ]

    def __str__(self) -> str:
        return self.text


class Review(models.Model):
    """The review of a plan over a year or a period.

    While it is open its pages show the base as it is. Closing it copies every sheet
    and figure as plain rows of a new edition: what is printed afterwards comes from
    these rows alone. Reopening keeps the editions that were closed.
    """

    plan = models.ForeignKey(
        Plan, verbose_name="plan", on_delete=models.PROTECT, related_name="reviews"
    )
    first_year = models.PositiveSmallIntegerField("première année")
    year = models.PositiveSmallIntegerField("année du bilan")
    edition = models.PositiveSmallIntegerField("édition", default=0, editable=False)
    closed_at = models.DateTimeField("clos le", null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="clos par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="closed_reviews",
    )
    history = HistoricalRecords(verbose_name="historique du bilan")

    class Meta:
        verbose_name = "bilan"
        ordering = ["plan", "-year", "first_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "first_year", "year"],
                name="review_period_unique",
                violation_error_message="Ce bilan existe déjà.",
            ),
            ordered(
                "review_years_ordered",
                low="first_year",
                high="year",
                message="La dernière année d’un bilan ne précède pas la première.",
            ),
            a_year("review_first_year_sensible", field="first_year"),
            a_year("review_year_sensible", field="year"),
        ]

    def __str__(self) -> str:
        return f"Bilan {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("indicators:review_detail", args=[self.plan.slug, self.pk])

    @property
    def period(self) -> str:
        """«2017», or «2015–2017»."""
        return "–".join(dict.fromkeys([str(self.first_year), str(self.year)]))

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def save_because(self, reason: str) -> None:
        """Save, with the reason that the history tells."""
        self._change_reason = reason
        self.save()


class ReviewComment(models.Model):
    """What the climate officer says of the plan, or of one of its axes."""

    review = models.ForeignKey(
        Review, verbose_name="bilan", on_delete=models.CASCADE, related_name="comments"
    )
    axis = models.ForeignKey(
        Axis,
        verbose_name="axe",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="review_comments",
        help_text="Sans axe, le commentaire ouvre le bilan.",
    )
    text = models.TextField("commentaire", blank=True)
    version = models.PositiveIntegerField("version", default=0, editable=False)
    history = HistoricalRecords(verbose_name="historique du commentaire")

    class Meta:
        verbose_name = "commentaire du bilan"
        verbose_name_plural = "commentaires des bilans"
        ordering = ["review", "axis__order", "axis"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "axis"],
                condition=models.Q(axis__isnull=False),
                name="review_comment_of_axis_unique",
                violation_error_message="Cet axe a déjà son commentaire.",
            ),
            models.UniqueConstraint(
                fields=["review"],
                condition=models.Q(axis__isnull=True),
                name="review_introduction_unique",
                violation_error_message="Ce bilan a déjà son introduction.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} — {self.axis or 'introduction'}"


class ReviewSheet(models.Model):
    """What the review says of one action, and who holds it for complete."""

    review = models.ForeignKey(
        Review, verbose_name="bilan", on_delete=models.CASCADE, related_name="sheets"
    )
    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="review_sheets",
    )
    answer = models.TextField("bilan de l’année", blank=True)
    version = models.PositiveIntegerField("version", default=0, editable=False)
    completed_at = models.DateTimeField(
        "complète depuis le", null=True, blank=True, editable=False
    )
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="dite complète par",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="completed_sheets",
    )
    history = HistoricalRecords(verbose_name="historique de la fiche de bilan")

    class Meta:
        verbose_name = "fiche de bilan"
        verbose_name_plural = "fiches de bilan"
        ordering = ["action__order", "action"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "action"],
                name="review_sheet_unique",
                violation_error_message="Cette action a déjà sa fiche dans ce bilan.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.review} — {self.action.code}"

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None


class ReviewRow(models.Model):
    """A row of a closed review, in plain data that follows nothing else."""

    review = models.ForeignKey(
        Review, verbose_name="bilan", on_delete=models.CASCADE, related_name="rows"
    )
    edition = models.PositiveSmallIntegerField("édition")
    kind = models.CharField("nature", max_length=10, choices=RowKind)
    order = models.PositiveIntegerField("rang")
    content = models.JSONField("contenu")

    class Meta:
        verbose_name = "ligne figée d’un bilan"
        verbose_name_plural = "lignes figées des bilans"
        ordering = ["review", "edition", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "edition", "order"],
                name="review_row_unique",
                violation_error_message="Deux lignes du bilan ont le même rang.",
            ),
            one_of(
                "review_row_kind_known",
                field="kind",
                choices=RowKind,
                message="Cette nature de ligne n’est pas connue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review}, édition {self.edition}, ligne {self.order}"
