from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from pcaet.lib.constraints import a_year, one_of, ordered

from ..access import administers, member_organisations, member_roots
from ..enums import PlanKind
from .organisations import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def validate_years(value: Any) -> None:
    years_ok = isinstance(value, list) and all(
        type(year) is int and 1900 <= year <= 2200 for year in value
    )
    if not years_ok or value != sorted(set(value)):
        raise ValidationError(
            "Donner des années distinctes dans l’ordre, par exemple [2015, 2016]."
        )


class PlanQuerySet(models.QuerySet["Plan"]):
    def for_list(self) -> PlanQuerySet:
        return self.select_related("authority__brand", "authority__parent__brand")

    def visible_to(self, user: User | AnonymousUser) -> PlanQuerySet:
        """Public plans, and those the user works on. Queries memberships once."""
        if administers(user):
            return self
        return self.filter(models.Q(is_public=True) | self._followed_by(user))

    def managed_by(self, user: User | AnonymousUser) -> PlanQuerySet:
        """The plans on which the user does the climate officer's work."""
        if administers(user):
            return self
        if not user.has_perm("actions.change_plan"):
            return self.none()
        roots = member_roots(user)
        return self.filter(
            models.Q(authority__in=roots) | models.Q(authority__parent__in=roots)
        )

    @staticmethod
    def _followed_by(user: User | AnonymousUser) -> models.Q:
        """Plans of the user's authority, and those in which its services act."""
        own = member_organisations(user)
        if not own or not user.has_perm("actions.view_plan"):
            return models.Q(pk__in=[])
        roots = set(own.values())
        acting = Plan.objects.filter(
            acts_through("actions__roles__organisation", own)
            | acts_through("actions__measures__roles__organisation", own)
        )
        return (
            models.Q(authority__in=roots)
            | models.Q(authority__parent__in=roots)
            | models.Q(pk__in=acting.values("pk"))
        )


def acts_through(path: str, organisations: Iterable[int]) -> models.Q:
    """``path`` leads to one of these organisations or to one of their departments."""
    own = list(organisations)
    return models.Q(**{f"{path}__in": own}) | models.Q(**{f"{path}__parent__in": own})


class Plan(models.Model):
    """A plan that a council adopted, with the names it gives to its own levels."""

    slug = models.SlugField("nom dans les adresses", unique=True, max_length=80)
    title = models.CharField("titre", max_length=300)
    kind = models.CharField("nature", max_length=20, choices=PlanKind)
    authority = models.ForeignKey(
        Organisation,
        verbose_name="collectivité",
        on_delete=models.PROTECT,
        related_name="plans",
    )
    authority_note = models.CharField(
        "précision sur la collectivité", max_length=300, blank=True
    )
    start_year = models.PositiveSmallIntegerField(
        "première année", null=True, blank=True
    )
    end_year = models.PositiveSmallIntegerField("dernière année", null=True, blank=True)
    years = models.JSONField(
        "années suivies",
        default=list,
        blank=True,
        validators=[validate_years],
        help_text="Les années de la grille, par exemple [2015, 2016, 2017, 2018].",
    )
    introduction = models.TextField("introduction", blank=True)
    guiding_question = models.TextField("question directrice", blank=True)
    long_term_goal = models.TextField("cap à long terme", blank=True)
    axis_label = models.CharField("nom d’un axe", max_length=60, blank=True)
    engagement_label = models.CharField(
        "nom d’un engagement", max_length=60, blank=True
    )
    action_label = models.CharField("nom d’une action", max_length=60, default="Action")
    measure_label = models.CharField("nom d’une mesure", max_length=60, blank=True)
    cased_words = models.TextField(
        "noms propres et sigles",
        blank=True,
        help_text="Un par ligne, tels qu’ils s’écrivent : ils gardent leurs capitales "
        "quand un titre en capitales est affiché en minuscules.",
    )
    is_adopted = models.BooleanField(
        "plan adopté",
        default=False,
        help_text="Les libellés et les cibles votés sont alors verrouillés : seul un "
        "administrateur peut les corriger, et la correction est tracée.",
    )
    is_public = models.BooleanField(
        "plan public",
        default=False,
        help_text="Un plan public se lit sans se connecter.",
    )
    history = HistoricalRecords(verbose_name="historique du plan")

    objects = PlanQuerySet.as_manager()

    # The council's wording: locked once the plan is adopted.
    ADOPTED_WORDING = ("title", "introduction", "guiding_question", "long_term_goal")

    class Meta:
        verbose_name = "plan"
        ordering = ["title", "slug"]
        permissions = [
            (
                "administer_plan",
                "Peut corriger les libellés votés et les années closes",
            ),
            ("type_results", "Peut saisir les résultats de ses services"),
        ]
        constraints = [
            ordered(
                "plan_years_ordered",
                low="start_year",
                high="end_year",
                message="La dernière année ne précède pas la première.",
            ),
            one_of(
                "plan_kind_known",
                field="kind",
                choices=PlanKind,
                message="Cette nature de plan n’est pas connue.",
            ),
            a_year("plan_start_year_sensible", field="start_year"),
            a_year("plan_end_year_sensible", field="end_year"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("plan_detail", args=[self.slug])

    def is_managed_by(self, user: User | AnonymousUser) -> bool:
        """As ``managed_by``, without any query once the authority is loaded."""
        if administers(user):
            return True
        owners = {self.authority_id, self.authority.parent_id}
        return user.has_perm("actions.change_plan") and bool(
            owners & member_roots(user)
        )

    @property
    def period(self) -> str:
        """«2015–2018», a single year, or nothing where the document says none."""
        bounds = [str(year) for year in (self.start_year, self.end_year) if year]
        return "–".join(dict.fromkeys(bounds))

    @property
    def known_casing(self) -> dict[str, str]:
        """Proper names and acronyms of the plan, by their folded form."""
        return {word.casefold(): word for word in self.cased_words.split()}


class Deliberation(models.Model):
    """A vote of the council on the plan, with the opinions given before it."""

    plan = models.ForeignKey(
        Plan,
        verbose_name="plan",
        on_delete=models.CASCADE,
        related_name="deliberations",
    )
    number = models.CharField("numéro", max_length=60, blank=True)
    report_number = models.CharField("numéro de rapport", max_length=60, blank=True)
    title = models.CharField("objet", max_length=500, blank=True)
    date = models.DateField("date", null=True, blank=True)
    votes_for = models.PositiveSmallIntegerField("pour", null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField("contre", null=True, blank=True)
    abstentions = models.PositiveSmallIntegerField("abstentions", null=True, blank=True)
    interested = models.PositiveSmallIntegerField(
        "conseillers intéressés",
        null=True,
        blank=True,
        help_text="Ils ne prennent part ni au débat ni au vote.",
    )
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de la délibération")

    class Meta:
        verbose_name = "délibération"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                condition=~models.Q(number=""),
                name="deliberation_number_unique",
                violation_error_message="Ce plan a déjà une délibération de ce numéro.",
            )
        ]

    def __str__(self) -> str:
        return f"Délibération {self.number}".rstrip()


class Opinion(models.Model):
    """What a committee said of the deliberation before the vote."""

    deliberation = models.ForeignKey(
        Deliberation,
        verbose_name="délibération",
        on_delete=models.CASCADE,
        related_name="opinions",
    )
    body = models.CharField("instance", max_length=200)
    date = models.DateField("date", null=True, blank=True)
    opinion = models.CharField("avis", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.body} : {self.opinion}"


class Axis(models.Model):
    plan = models.ForeignKey(
        Plan, verbose_name="plan", on_delete=models.CASCADE, related_name="axes"
    )
    code = models.CharField("code", max_length=30)
    title = models.CharField("intitulé", max_length=500, blank=True)
    introduction = models.TextField("introduction", blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de l’axe")

    ADOPTED_WORDING = ("code", "title", "introduction")

    class Meta:
        verbose_name = "axe"
        verbose_name_plural = "axes"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="axis_code_unique",
                violation_error_message="Ce plan a déjà un axe de ce code.",
            )
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.code, self.title]))


class Engagement(models.Model):
    axis = models.ForeignKey(
        Axis, verbose_name="axe", on_delete=models.CASCADE, related_name="engagements"
    )
    code = models.CharField("code", max_length=30, blank=True)
    title = models.CharField("intitulé", max_length=500, blank=True)
    order = models.PositiveSmallIntegerField("rang", default=0)
    history = HistoricalRecords(verbose_name="historique de l’engagement")

    ADOPTED_WORDING = ("code", "title")

    class Meta:
        verbose_name = "engagement"
        ordering = ["axis__order", "axis", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["axis", "code"],
                name="engagement_code_unique",
                violation_error_message="Cet axe a déjà un engagement de ce code.",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.code, self.title]))
