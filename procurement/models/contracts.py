"""The register: what was published, what it means, what the officer adds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from simple_history.models import HistoricalRecords

from actions.access import administers
from pcaet.lib.constraints import not_negative, one_of
from pcaet.lib.months import add_months

from ..enums import (
    FORMAL_PROCEDURES,
    ContractKind,
    EnvironmentalKind,
    ModificationReading,
    Procedure,
    SocialKind,
    Source,
)
from ..fields import CodesField
from .buyers import Buyer, Holder
from .considerations import CONSIDERATIONS, ENVIRONMENTAL, SOCIAL, Consideration

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Due within two months of the notification: CCP, art. R. 2196-1.
MONTHS_TO_PUBLISH = 2


class ContractQuerySet(models.QuerySet["Contract"]):
    def visible_to(self, user: User | AnonymousUser) -> ContractQuerySet:
        if administers(user):
            return self
        return self.filter(buyer__in=Buyer.objects.visible_to(user))

    def managed_by(self, user: User | AnonymousUser) -> ContractQuerySet:
        if administers(user):
            return self
        return self.filter(buyer__in=Buyer.objects.managed_by(user))

    def for_list(self) -> ContractQuerySet:
        """What a line of the register shows, in three queries."""
        return (
            self.select_related("buyer")
            .prefetch_related("contract_holders__holder")
            .defer("record")
        )

    def notified(self, start: date | None, end: date | None) -> ContractQuerySet:
        """Contracts notified between two days, both included."""
        found = self
        if start:
            found = found.filter(notified_on__gte=start)
        return found.filter(notified_on__lte=end) if end else found

    def contracts(self) -> ContractQuerySet:
        """Concessions are counted apart."""
        return self.filter(kind=ContractKind.CONTRACT)

    def formal(self) -> ContractQuerySet:
        return self.filter(is_formal=True)

    def with_any(self, names: Iterable[str]) -> ContractQuerySet:
        """At least one of these considerations is known to be there."""
        return self.filter(_any_true(names))

    def ending_between(self, start: date, end: date) -> ContractQuerySet:
        """The worklist: contracts whose last known duration ends in these days."""
        return self.filter(ends_on__gte=start, ends_on__lte=end).order_by("ends_on")

    def targeted(self) -> ContractQuerySet:
        """Those that come from purchases that the committee targeted.

        They are few: the base starts from them, and checks each against the rest.
        """
        targeted = Contract.purchases.through.objects.filter(
            purchase__decision="targeted"
        )
        found = Contract.objects.filter(pk__in=targeted.values("contract"))
        return found.filter(models.Exists(self.filter(pk=models.OuterRef("pk"))))

    def needing(self, issue: str) -> ContractQuerySet:
        """Those that a person should look at, for one reason (``filters.ISSUES``)."""
        if issue == "numero":
            return self.sharing_number()
        return self.filter(
            {
                "social": Q(social_kinds="") & _any_true(SOCIAL),
                "environnement": Q(environmental_kinds="") & _any_true(ENVIRONMENTAL),
                "contradiction": Q(is_contradictory=True),
                "supplement": Q(
                    pk__in=Contract.objects.filter(
                        modifications__reading=ModificationReading.DOUBTFUL
                    ).values("pk")
                ),
                "anomalie": ~Q(anomalies=[]),
                "montant": Q(amount__isnull=True),
            }[issue]
        )

    def sharing_number(self) -> ContractQuerySet:
        """Several contracts of a buyer under one number: lots, or a republication."""
        twin = Contract.objects.filter(
            buyer=models.OuterRef("buyer"), number=models.OuterRef("number")
        ).exclude(pk=models.OuterRef("pk"))
        return self.filter(models.Exists(twin))


def _any_true(names: Iterable[str]) -> Q:
    return Q(*((f"has_{name}", True) for name in names), _connector=Q.OR)


def _effective(name: str, label: str) -> models.GeneratedField:
    """The officer's word where there is one, else what was published."""
    return models.GeneratedField(
        expression=Coalesce(f"corrected_{name}", name),
        output_field=models.BooleanField(null=True),
        db_persist=True,
        verbose_name=f"{label}, retenu",
    )


def _declared(label: str) -> models.BooleanField[Any, Any]:
    return models.BooleanField(f"{label}, publié", null=True, editable=False)


def _corrected(label: str) -> models.BooleanField[Any, Any]:
    return models.BooleanField(f"{label}, corrigé", null=True, blank=True)


class Additions(models.Model):
    """What an officer says of a contract. No import ever writes these columns."""

    corrected_social_clause = _corrected("clause sociale")
    corrected_social_criterion = _corrected("critère social")
    corrected_reserved = _corrected("marché réservé")
    corrected_environmental_clause = _corrected("clause environnementale")
    corrected_environmental_criterion = _corrected("critère environnemental")
    social_kinds = CodesField("nature des considérations sociales", codes=SocialKind)
    environmental_kinds = CodesField(
        "nature des considérations environnementales", codes=EnvironmentalKind
    )
    insertion_hours = models.DecimalField(
        "heures d’insertion", max_digits=10, decimal_places=2, null=True, blank=True
    )
    beneficiaries = models.PositiveIntegerField("bénéficiaires", null=True, blank=True)
    beneficiaries_women = models.PositiveIntegerField(
        "dont femmes", null=True, blank=True
    )
    beneficiaries_trained = models.PositiveIntegerField(
        "dont formation qualifiante ou certifiante", null=True, blank=True
    )
    evaluation = models.DecimalField(
        "évaluation (sur 5)",
        max_digits=2,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MaxValueValidator(5)],
    )
    disputes = models.PositiveSmallIntegerField(
        "litiges signalés", null=True, blank=True
    )
    officer_note = models.TextField("observations", blank=True)

    class Meta:
        abstract = True


class Contract(Additions):
    """One published record, that is one lot.

    Three layers: the raw records as they came (``RawRecord``), their meaning (the
    columns below and ``record``), and the officer's additions.
    """

    key = models.CharField("clé", max_length=40, unique=True, editable=False)
    source = models.CharField(
        "origine", max_length=10, choices=Source, default=Source.DECP
    )
    kind = models.CharField("nature", max_length=10, choices=ContractKind)
    buyer = models.ForeignKey(
        Buyer,
        verbose_name="acheteur",
        on_delete=models.PROTECT,
        related_name="contracts",
        db_index=False,
    )
    number = models.CharField("numéro", max_length=60)
    object = models.TextField("objet")
    cpv = models.CharField("code CPV", max_length=8, blank=True)
    procedure = models.CharField(
        "procédure", max_length=30, choices=Procedure, blank=True
    )
    is_framework = models.BooleanField("accord-cadre", default=False)
    is_subsequent = models.BooleanField("marché subséquent", default=False)
    framework_number = models.CharField("accord-cadre", max_length=60, blank=True)
    notified_on = models.DateField("notifié le")
    published_on = models.DateField("publié le", null=True, blank=True)
    duration_months = models.PositiveIntegerField(
        "durée initiale (mois)", null=True, blank=True
    )
    current_duration_months = models.PositiveIntegerField(
        "durée en cours (mois)", null=True, blank=True
    )
    ends_on = models.DateField("échéance", null=True, blank=True)
    amount = models.DecimalField(
        "montant HT (€)", max_digits=14, decimal_places=2, null=True, blank=True
    )
    current_amount = models.DecimalField(
        "montant HT en cours (€)",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
    )
    bids = models.PositiveIntegerField("offres reçues", null=True, blank=True)
    advance_granted = models.BooleanField("avance accordée", null=True, blank=True)
    advance_rate = models.DecimalField(
        "taux de l’avance", max_digits=5, decimal_places=4, null=True, blank=True
    )
    is_revisable = models.BooleanField("prix révisable", null=True, blank=True)

    social_clause = _declared("clause sociale")
    social_criterion = _declared("critère social")
    reserved = _declared("marché réservé")
    environmental_clause = _declared("clause environnementale")
    environmental_criterion = _declared("critère environnemental")
    is_contradictory = models.BooleanField(
        "considérations contradictoires", default=False
    )

    record = models.JSONField("données publiées", default=dict, editable=False)
    anomalies = models.JSONField("anomalies", default=list, editable=False)
    fingerprint = models.CharField("empreinte", max_length=40, editable=False)
    version = models.PositiveIntegerField("version", default=1, editable=False)

    is_formal = models.GeneratedField(
        expression=models.Case(
            models.When(procedure__in=FORMAL_PROCEDURES, then=True), default=False
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name="procédure formalisée",
    )
    has_social_clause = _effective("social_clause", "clause sociale")
    has_social_criterion = _effective("social_criterion", "critère social")
    has_reserved = _effective("reserved", "marché réservé")
    has_environmental_clause = _effective(
        "environmental_clause", "clause environnementale"
    )
    has_environmental_criterion = _effective(
        "environmental_criterion", "critère environnemental"
    )

    holders = models.ManyToManyField(
        Holder,
        through="ContractHolder",
        related_name="contracts",
        verbose_name="titulaires",
    )
    history = HistoricalRecords(
        verbose_name="historique du contrat",
        excluded_fields=[
            *CONSIDERATIONS,
            *(f"has_{name}" for name in CONSIDERATIONS),
            "is_formal",
            "record",
            "anomalies",
            "fingerprint",
        ],
    )

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = "contrat"
        ordering = ["-notified_on", "number", "pk"]
        indexes = [
            # Holds all that the goals count, so that the base reads nothing else.
            models.Index(
                fields=[
                    "kind",
                    "buyer",
                    "is_formal",
                    *(f"has_{name}" for name in CONSIDERATIONS),
                    "social_kinds",
                    "notified_on",
                    "is_subsequent",
                    "amount",
                    "bids",
                    "is_contradictory",
                ],
                name="contract_goals",
            ),
            models.Index(fields=["buyer", "number"], name="contract_number"),
            models.Index(fields=["notified_on"], name="contract_notified"),
            models.Index(fields=["ends_on"], name="contract_ends"),
        ]
        constraints = [
            one_of(
                "contract_kind_known",
                field="kind",
                choices=ContractKind,
                message="Un contrat est un marché ou une concession.",
            ),
            one_of(
                "contract_procedure_known",
                field="procedure",
                choices=Procedure,
                blank=True,
                message="Cette procédure n’est pas dans la liste réglementaire.",
            ),
            not_negative(
                "contract_amount_not_negative",
                field="amount",
                message="Un montant n’est pas négatif.",
            ),
            models.CheckConstraint(
                condition=Q(evaluation__isnull=True)
                | Q(evaluation__gte=0, evaluation__lte=5),
                name="contract_evaluation_on_five",
                violation_error_message="Une évaluation va de 0 à 5.",
            ),
            not_negative(
                "contract_hours_not_negative",
                field="insertion_hours",
                message="Un nombre d’heures n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} — {self.object}"

    def get_absolute_url(self) -> str:
        return reverse("procurement:contract_detail", args=[self.pk])

    @property
    def considerations(self) -> list[Consideration]:
        return [Consideration(self, name) for name in CONSIDERATIONS]

    @property
    def social_considerations(self) -> list[Consideration]:
        return self.considerations[: len(SOCIAL)]

    @property
    def environmental_considerations(self) -> list[Consideration]:
        return self.considerations[len(SOCIAL) :]

    @property
    def social_kind_labels(self) -> list[str]:
        return [str(SocialKind(code).label) for code in self.social_kinds]

    @property
    def environmental_kind_labels(self) -> list[str]:
        return [str(EnvironmentalKind(code).label) for code in self.environmental_kinds]

    @property
    def days_to_publication(self) -> int | None:
        if self.published_on is None:
            return None
        return (self.published_on - self.notified_on).days

    @property
    def was_published_late(self) -> bool:
        """More than two months after the notification (CCP, art. R. 2196-1)."""
        if self.published_on is None:
            return False
        return self.published_on > add_months(self.notified_on, MONTHS_TO_PUBLISH)
