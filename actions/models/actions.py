from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from pcaet.lib.constraints import a_year, not_negative, one_of, ordered
from pcaet.lib.french import french_date
from pcaet.lib.text import fold

from ..enums import BudgetNature, Relation, RoleKind, Status, TermKind
from .organisations import Organisation
from .plans import Axis, Engagement, Plan, acts_through
from .vocabulary import ReferenceMeasure, Term

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

# A code stands in addresses, between slashes.
code_validator = RegexValidator(
    r"^[^/\s](?:[^/\n]*[^/\s])?$",
    "Un code ne contient ni barre oblique ni saut de ligne.",
)


def validate_texts(value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValidationError("Une liste de textes est attendue.")


class Acting(models.Model):
    """What an action and a measure share: organisations act in both.

    The ``…_raw`` fields keep the cell or paragraph as written, for a role says
    more than the organisations recognised in it.
    """

    pilot_raw = models.TextField("pilote, tel qu’écrit", blank=True)
    partner_raw = models.TextField("partenaires, tels qu’écrits", blank=True)
    funder_raw = models.TextField("financeurs, tels qu’écrits", blank=True)
    internal_raw = models.TextField("partenaires internes, tels qu’écrits", blank=True)
    external_raw = models.TextField("partenaires externes, tels qu’écrits", blank=True)

    roles: RelatedManager[Role]

    class Meta:
        abstract = True

    def roles_of(self, kind: RoleKind) -> list[Role]:
        """The organisations in this role, in the order of the document."""
        return [role for role in self.roles.all() if role.kind == kind]

    def role_text(self, kind: RoleKind) -> str:
        """The words of the document for this role."""
        return str(getattr(self, f"{kind.value}_raw"))

    @property
    def pilots(self) -> list[Role]:
        return self.roles_of(RoleKind.PILOT)

    @property
    def partners(self) -> list[Role]:
        """All who act without leading, in the order of the document."""
        return [role for role in self.roles.all() if role.kind != RoleKind.PILOT]


class ActionQuerySet(models.QuerySet["Action"]):
    def maybe_late(self, today: date) -> ActionQuerySet:
        """Those whose status or deadline may make them late: their targets decide."""
        closed = [status for status in Status if status.is_closed]
        past = Q(end_date__lt=today) | Q(end_date=None, end_year__lt=today.year)
        return self.exclude(status__in=closed).filter(past | Q(status=Status.LATE))

    def led_by(self, organisations: Iterable[int]) -> ActionQuerySet:
        """Those that these organisations or their departments lead, or part of them."""
        leads = Role.objects.filter(
            acts_through("organisation", organisations), kind=RoleKind.PILOT
        )
        return self.filter(
            Q(pk__in=leads.values("action")) | Q(pk__in=leads.values("measure__action"))
        )

    def active_in(self, year: int) -> ActionQuerySet:
        """Those that run in a year by their dates, or have a target for it."""
        started = Q(start_year=None) | Q(start_year__lte=year)
        not_ended = Q(end_year=None) | Q(end_year__gte=year)
        runs = started & not_ended & ~Q(start_year=None, end_year=None)
        aimed = Action.objects.filter(indicators__targets__year=year)
        return self.filter(runs | Q(pk__in=aimed.values("pk")))

    def without_pilot(self) -> ActionQuerySet:
        pilots = Role.objects.filter(kind=RoleKind.PILOT)
        led = Q(pk__in=pilots.filter(action__isnull=False).values("action"))
        led |= Q(pk__in=pilots.filter(measure__isnull=False).values("measure__action"))
        return self.exclude(led)

    def without_date(self) -> ActionQuerySet:
        return self.filter(
            start_year=None, start_date=None, end_year=None, end_date=None
        )

    def without_budget(self) -> ActionQuerySet:
        return self.filter(budget_min=None, budget_max=None, budget_lines=None)

    def without_indicator(self) -> ActionQuerySet:
        return self.filter(indicators=None)

    def matching(self, words: str) -> ActionQuerySet:
        """Those whose texts, measures or indicators hold every word. Three queries.

        Accents and capitals do not count, on any database.
        """
        sought = fold(words).split()
        if not sought:
            return self
        texts: dict[int, list[str]] = defaultdict(list)
        for fields in (
            ("code", "title", "context", "description", "consultation"),
            ("measures__title",),
            ("indicators__name",),
        ):
            for pk, *found in self.order_by().values_list("pk", *fields):
                texts[pk] += filter(None, found)
        folded = {pk: fold(" ".join(parts)) for pk, parts in texts.items()}
        return self.filter(
            pk__in=[pk for pk, text in folded.items() if all(w in text for w in sought)]
        )

    def for_list(self) -> ActionQuerySet:
        """What a line of a list shows, in four queries whatever the number."""
        return self.select_related(
            "plan", "plan__authority", "axis", "engagement"
        ).prefetch_related(
            models.Prefetch("roles", Role.objects.with_organisation()),
            models.Prefetch("measures__roles", Role.objects.with_organisation()),
            models.Prefetch("action_terms", ActionTerm.objects.select_related("term")),
        )

    def for_sheet(self) -> ActionQuerySet:
        """The whole of an action, its indicators included, for pages and paper."""
        return self.select_related(
            "plan",
            "plan__authority__brand",
            "plan__authority__parent__brand",
            "axis",
            "engagement",
        ).prefetch_related(
            models.Prefetch("roles", Role.objects.with_organisation()),
            models.Prefetch("measures__roles", Role.objects.with_organisation()),
            models.Prefetch("action_terms", ActionTerm.objects.select_related("term")),
            models.Prefetch(
                "action_references",
                ActionReference.objects.select_related("reference_measure"),
            ),
            models.Prefetch(
                "budget_lines", BudgetLine.objects.select_related("funder__parent")
            ),
            models.Prefetch(
                "placements",
                Placement.objects.select_related("engagement", "axis"),
            ),
            models.Prefetch("links", ActionLink.objects.select_related("target__plan")),
            models.Prefetch(
                "reverse_links", ActionLink.objects.select_related("source__plan")
            ),
            "milestones",
            "photos",
            "indicators__targets__quantities",
            "indicators__results",
        )


class Action(Acting):
    """What the plan promises to do, with its dates and budget as they were written."""

    plan = models.ForeignKey(
        Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="actions"
    )
    axis = models.ForeignKey(
        Axis,
        verbose_name="axe",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="home_actions",
    )
    engagement = models.ForeignKey(
        Engagement,
        verbose_name="engagement principal",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="home_actions",
    )
    code = models.CharField("code", max_length=30, validators=[code_validator])
    title = models.TextField("titre", blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)

    context = models.TextField("enjeux et objectifs généraux", blank=True)
    description = models.TextField("description", blank=True)
    expected_results = models.JSONField(
        "résultats attendus", default=list, blank=True, validators=[validate_texts]
    )
    consultation = models.TextField("concertation, mobilisation", blank=True)

    status = models.CharField("statut", max_length=20, choices=Status, blank=True)
    status_raw = models.CharField("statut, tel qu’écrit", max_length=300, blank=True)

    start_year = models.PositiveSmallIntegerField(
        "année de début", null=True, blank=True
    )
    start_date = models.DateField("date de début", null=True, blank=True)
    start_raw = models.CharField("début, tel qu’écrit", max_length=300, blank=True)
    end_year = models.PositiveSmallIntegerField("année de fin", null=True, blank=True)
    end_date = models.DateField("date de fin", null=True, blank=True)
    end_raw = models.CharField("fin, telle qu’écrite", max_length=300, blank=True)

    budget_min = models.DecimalField(
        "budget, minimum (€)", max_digits=16, decimal_places=2, null=True, blank=True
    )
    budget_max = models.DecimalField(
        "budget, maximum (€)", max_digits=16, decimal_places=2, null=True, blank=True
    )
    budget_uncertain = models.BooleanField("budget incertain", default=False)
    budget_raw = models.TextField("budget, tel qu’écrit", blank=True)

    impact_objective = models.TextField("objectif d’impact", blank=True)
    impact_horizon_years = models.PositiveSmallIntegerField(
        "horizon de l’objectif (années)", null=True, blank=True
    )

    organisations = models.ManyToManyField(
        Organisation, through="Role", related_name="actions", verbose_name="organismes"
    )
    terms = models.ManyToManyField(
        Term, through="ActionTerm", related_name="actions", verbose_name="vocabulaire"
    )
    reference_measures = models.ManyToManyField(
        ReferenceMeasure,
        through="ActionReference",
        related_name="actions",
        verbose_name="mesures de référence",
    )
    related_actions = models.ManyToManyField(
        "self",
        through="ActionLink",
        symmetrical=False,
        related_name="related_from",
        verbose_name="actions liées",
    )
    history = HistoricalRecords(verbose_name="historique de l’action")

    objects = ActionQuerySet.as_manager()

    ADOPTED_WORDING = (
        "code",
        "title",
        "context",
        "description",
        "expected_results",
        "consultation",
        "pilot_raw",
        "partner_raw",
        "funder_raw",
        "internal_raw",
        "external_raw",
        "start_raw",
        "end_raw",
        "budget_raw",
        "status_raw",
        "impact_objective",
        "impact_horizon_years",
    )

    class Meta:
        verbose_name = "action"
        ordering = ["plan", "order", "pk"]
        indexes = [models.Index(fields=["plan", "order"], name="action_document_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="action_code_unique",
                violation_error_message="Ce plan a déjà une action de ce code.",
            ),
            models.CheckConstraint(
                condition=~Q(code=""),
                name="action_code_given",
                violation_error_message="Une action a un code.",
            ),
            models.CheckConstraint(
                condition=Q(engagement__isnull=True) | Q(axis__isnull=False),
                name="action_engagement_within_axis",
                violation_error_message="Une action placée dans un engagement l’est "
                "aussi dans son axe.",
            ),
            one_of(
                "action_status_known",
                field="status",
                choices=Status,
                blank=True,
                message="Ce statut n’est pas connu.",
            ),
            a_year("action_start_year_sensible", field="start_year"),
            a_year("action_end_year_sensible", field="end_year"),
            ordered(
                "action_years_ordered",
                low="start_year",
                high="end_year",
                message="L’année de fin ne précède pas l’année de début.",
            ),
            ordered(
                "action_dates_ordered",
                low="start_date",
                high="end_date",
                message="La fin ne précède pas le début.",
            ),
            ordered(
                "action_budget_ordered",
                low="budget_min",
                high="budget_max",
                message="Le budget maximum n’est pas inférieur au minimum.",
            ),
            not_negative(
                "action_budget_not_negative",
                field="budget_min",
                message="Un budget n’est pas négatif.",
            ),
            not_negative(
                "action_budget_max_not_negative",
                field="budget_max",
                message="Un budget n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.code, self.title]))

    def get_absolute_url(self) -> str:
        return reverse("action_detail", args=[self.plan.slug, self.code])

    def clean(self) -> None:
        if self.axis and self.axis.plan_id != self.plan_id:
            raise ValidationError({"axis": "Cet axe appartient à un autre plan."})
        if self.engagement and self.engagement.axis_id != self.axis_id:
            message = "Cet engagement appartient à un autre axe."
            raise ValidationError({"engagement": message})

    @property
    def short_title(self) -> str:
        """The title, or the first words of the description where there is none."""
        if self.title:
            return self.title
        lines = self.description.strip().splitlines()
        return lines[0].removeprefix("- ") if lines else "(sans titre)"

    @property
    def all_pilots(self) -> list[Role]:
        """Those who lead the action or one of its measures, each once."""
        measures = self.measures.all()
        roles = [*self.pilots, *(role for m in measures for role in m.pilots)]
        return list({role.organisation_id: role for role in roles}.values())

    def terms_of(self, kind: TermKind) -> list[Term]:
        return [link.term for link in self.action_terms.all() if link.term.kind == kind]

    @property
    def types(self) -> list[Term]:
        return self.terms_of(TermKind.TYPE)

    @property
    def themes(self) -> list[Term]:
        return self.terms_of(TermKind.THEME)

    @property
    def keywords(self) -> list[Term]:
        return self.terms_of(TermKind.KEYWORD)

    def place_home(self) -> None:
        """Make the action stand under its home, after what stands there. Queries."""
        if self.axis_id is None:
            return
        place = {"axis_id": self.axis_id, "engagement_id": self.engagement_id}
        if not self.placements.filter(**place).exists():
            Placement.objects.create(action=self, order=self.order, **place)


class Placement(models.Model):
    """An action stands under an engagement, or directly under an axis.

    Home is one of them; an action may stand under several.
    """

    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="placements",
    )
    axis = models.ForeignKey(
        Axis, verbose_name="axe", on_delete=models.CASCADE, related_name="placements"
    )
    engagement = models.ForeignKey(
        Engagement,
        verbose_name="engagement",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="placements",
    )
    order = models.PositiveSmallIntegerField("rang", default=0)

    ADOPTED_WORDING = ("axis", "engagement")

    class Meta:
        verbose_name = "place dans le plan"
        verbose_name_plural = "places dans le plan"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "engagement"],
                condition=Q(engagement__isnull=False),
                name="placement_engagement_unique",
                violation_error_message="L’action est déjà sous cet engagement.",
            ),
            models.UniqueConstraint(
                fields=["action", "axis"],
                condition=Q(engagement__isnull=True),
                name="placement_axis_unique",
                violation_error_message="L’action est déjà sous cet axe.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.engagement or self.axis)

    def clean(self) -> None:
        if self.engagement and self.engagement.axis_id != self.axis_id:
            message = "Cet engagement appartient à un autre axe."
            raise ValidationError({"engagement": message})


class Measure(Acting):
    action = models.ForeignKey(
        Action, verbose_name="action", on_delete=models.CASCADE, related_name="measures"
    )
    code = models.CharField("code", max_length=30, blank=True)
    title = models.TextField("intitulé")
    description = models.TextField("description", blank=True)
    status = models.CharField("statut", max_length=20, choices=Status, blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de la mesure")

    ADOPTED_WORDING = (
        "code",
        "title",
        "description",
        "pilot_raw",
        "partner_raw",
        "funder_raw",
        "internal_raw",
        "external_raw",
    )

    class Meta:
        verbose_name = "mesure"
        ordering = ["action", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "code"],
                condition=~Q(code=""),
                name="measure_code_unique",
                violation_error_message="Cette action a déjà une mesure de ce code.",
            ),
            one_of(
                "measure_status_known",
                field="status",
                choices=Status,
                blank=True,
                message="Ce statut n’est pas connu.",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.code, self.title]))

    def get_absolute_url(self) -> str:
        return f"{self.action.get_absolute_url()}#mesure-{self.pk}"


class RoleQuerySet(models.QuerySet["Role"]):
    def with_organisation(self) -> RoleQuerySet:
        return self.select_related("organisation__parent")


class Role(models.Model):
    """An organisation leads, helps or pays in an action or in a measure."""

    organisation = models.ForeignKey(
        Organisation,
        verbose_name="organisme",
        on_delete=models.PROTECT,
        related_name="roles",
    )
    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
    )
    measure = models.ForeignKey(
        Measure,
        verbose_name="mesure",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
    )
    kind = models.CharField("rôle", max_length=10, choices=RoleKind)
    note = models.CharField("pour quoi", max_length=1000, blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique du rôle")

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = "rôle"
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__isnull=True) ^ Q(measure__isnull=True),
                name="role_in_action_or_measure",
                violation_error_message="Un rôle est tenu dans une action ou dans une "
                "mesure.",
            ),
            one_of(
                "role_kind_known",
                field="kind",
                choices=RoleKind,
                message="Ce rôle n’est pas connu.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.organisation}"


class ActionTerm(models.Model):
    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="action_terms",
    )
    term = models.ForeignKey(
        Term,
        verbose_name="terme",
        on_delete=models.PROTECT,
        related_name="action_terms",
    )
    order = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "thème, type ou mot-clé"
        verbose_name_plural = "thèmes, types et mots-clés"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "term"],
                name="action_term_unique",
                violation_error_message="L’action porte déjà ce terme.",
            )
        ]

    def __str__(self) -> str:
        return str(self.term)


class ActionReference(models.Model):
    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="action_references",
    )
    reference_measure = models.ForeignKey(
        ReferenceMeasure,
        verbose_name="mesure de référence",
        on_delete=models.PROTECT,
        related_name="action_references",
    )
    order = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "mesure de référence"
        verbose_name_plural = "mesures de référence"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "reference_measure"],
                name="action_reference_unique",
                violation_error_message="L’action cite déjà cette mesure de référence.",
            )
        ]

    def __str__(self) -> str:
        return str(self.reference_measure)


class ActionLink(models.Model):
    """One action bears on another, of the same plan or of another plan."""

    source = models.ForeignKey(
        Action, verbose_name="action", on_delete=models.CASCADE, related_name="links"
    )
    target = models.ForeignKey(
        Action,
        verbose_name="action liée",
        on_delete=models.CASCADE,
        related_name="reverse_links",
    )
    relation = models.CharField(
        "nature du lien", max_length=20, choices=Relation, default=Relation.RELATED
    )
    order = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "lien entre actions"
        verbose_name_plural = "liens entre actions"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "relation"],
                name="action_link_unique",
                violation_error_message="Ce lien existe déjà.",
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")),
                name="action_link_to_another",
                violation_error_message="Une action n’est pas liée à elle-même.",
            ),
            one_of(
                "action_link_relation_known",
                field="relation",
                choices=Relation,
                message="Cette nature de lien n’est pas connue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} {self.target.code}"

    @property
    def label_from_target(self) -> str:
        return Relation(self.relation).seen_from_target


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def in_time_order(self) -> MilestoneQuerySet:
        """The dated ones first, then those at so many years, each with its action."""
        return self.order_by(
            F("date").asc(nulls_last=True),
            F("horizon_years").asc(nulls_last=True),
            "action__order",
            "action",
            "order",
            "pk",
        ).select_related("action")


class Milestone(models.Model):
    """A step that the plan announces for a horizon or a date."""

    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="milestones",
    )
    horizon_years = models.PositiveSmallIntegerField(
        "horizon (années)", null=True, blank=True
    )
    date = models.DateField("date", null=True, blank=True)
    text = models.TextField("étape")
    done = models.BooleanField("franchie", default=False)
    done_on = models.DateField("franchie le", null=True, blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de l’étape")

    objects = MilestoneQuerySet.as_manager()

    ADOPTED_WORDING = ("horizon_years", "date", "text")

    class Meta:
        verbose_name = "étape"
        ordering = ["action", "order", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def when(self) -> str:
        """«30 juin 2026», «à 3 ans», or nothing where the plan says none."""
        if self.date:
            return french_date(self.date)
        return f"à {self.horizon}" if self.horizon else ""

    @property
    def horizon(self) -> str:
        if self.horizon_years is None:
            return ""
        return f"{self.horizon_years} an{'s' if self.horizon_years > 1 else ''}"


class BudgetLine(models.Model):
    """Money of one year for an action, in euros."""

    action = models.ForeignKey(
        Action,
        verbose_name="action",
        on_delete=models.CASCADE,
        related_name="budget_lines",
    )
    year = models.PositiveSmallIntegerField("année")
    nature = models.CharField("nature", max_length=12, choices=BudgetNature)
    funder = models.ForeignKey(
        Organisation,
        verbose_name="financeur",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="budget_lines",
    )
    planned = models.DecimalField(
        "prévu (€)", max_digits=16, decimal_places=2, null=True, blank=True
    )
    committed = models.DecimalField(
        "engagé (€)", max_digits=16, decimal_places=2, null=True, blank=True
    )
    spent = models.DecimalField(
        "dépensé (€)", max_digits=16, decimal_places=2, null=True, blank=True
    )
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de la ligne de budget")

    class Meta:
        verbose_name = "ligne de budget"
        verbose_name_plural = "lignes de budget"
        ordering = ["action", "order", "year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "year", "nature", "funder"],
                condition=Q(funder__isnull=False),
                name="budget_line_unique",
                violation_error_message="Cette ligne de budget existe déjà.",
            ),
            models.UniqueConstraint(
                fields=["action", "year", "nature"],
                condition=Q(funder__isnull=True),
                name="budget_line_without_funder_unique",
                violation_error_message="Cette ligne de budget existe déjà.",
            ),
            a_year("budget_line_year_sensible", field="year"),
            one_of(
                "budget_line_nature_known",
                field="nature",
                choices=BudgetNature,
                message="Une ligne est d’investissement ou de fonctionnement.",
            ),
            *[
                not_negative(
                    f"budget_line_{field}_not_negative",
                    field=field,
                    message="Un montant n’est pas négatif.",
                )
                for field in ("planned", "committed", "spent")
            ],
        ]

    def __str__(self) -> str:
        return f"{self.year} — {self.get_nature_display()}"


class Photo(models.Model):
    """A picture of the action; the document may hold a caption without the picture."""

    action = models.ForeignKey(
        Action, verbose_name="action", on_delete=models.CASCADE, related_name="photos"
    )
    image = models.ImageField("image", upload_to="photos/", blank=True)
    text = models.TextField("légende", blank=True)
    credit = models.CharField("crédit", max_length=200, blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "photo"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text or self.credit or "photo"
