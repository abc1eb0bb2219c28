"""The register: what was published, what it means, what the officer adds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from simple_history.models import HistoricalRecords

from actions.access import administers, member_roots
from actions.models import Organisation, Plan
from pcaet.lib.constraints import not_negative, one_of
from pcaet.lib.months import add_months

from ..enums import (
    FORMAL_PROCEDURES,
    ContractKind,
    EnvironmentalKind,
    Identifier,
    ModificationReading,
    Procedure,
    SizeClass,
    SocialKind,
    Source,
)
from ..fields import CodesField

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Due within two months of the notification: CCP, art. R. 2196-1.
MONTHS_TO_PUBLISH = 2

# The five things that the law asks to say of a contract.
CONSIDERATIONS = (
    "social_clause",
    "social_criterion",
    "reserved",
    "environmental_clause",
    "environmental_criterion",
)
SOCIAL = CONSIDERATIONS[:3]
ENVIRONMENTAL = CONSIDERATIONS[3:]


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
                    pk__in=Modification.objects.filter(
                        reading=ModificationReading.DOUBTFUL
                    ).values("contract")
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


class Consideration:
    """One of the five considerations of a contract, for the pages."""

    LABELS = dict(
        zip(
            CONSIDERATIONS,
            (
                "Clause sociale",
                "Critère social",
                "Marché réservé",
                "Clause environnementale",
                "Critère environnemental",
            ),
            strict=True,
        )
    )

    def __init__(self, contract: Contract, name: str) -> None:
        self.name = name
        self.label = self.LABELS[name]
        self.declared: bool | None = getattr(contract, name)
        self.corrected: bool | None = getattr(contract, f"corrected_{name}")

    @property
    def effective(self) -> bool | None:
        return self.declared if self.corrected is None else self.corrected


class ContractHolder(models.Model):
    contract = models.ForeignKey(
        Contract,
        verbose_name="contrat",
        on_delete=models.CASCADE,
        related_name="contract_holders",
    )
    holder = models.ForeignKey(
        Holder,
        verbose_name="titulaire",
        on_delete=models.PROTECT,
        related_name="contract_holders",
    )
    size_class = models.CharField(
        "taille à l’attribution", max_length=10, choices=SizeClass, blank=True
    )

    class Meta:
        verbose_name = "titulaire du contrat"
        verbose_name_plural = "titulaires du contrat"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "holder"],
                name="contract_holder_unique",
                violation_error_message="Ce titulaire est déjà sur le contrat.",
            )
        ]

    def __str__(self) -> str:
        return str(self.holder)

    @property
    def effective_size(self) -> str:
        """At the award where the officer says it, else what SIRENE says."""
        return self.size_class or self.holder.size_class

    @property
    def size_label(self) -> str:
        size = self.effective_size
        return str(SizeClass(size).label) if size else ""


class Modification(models.Model):
    """A change of a contract, as published; ``reading`` says what its amount means."""

    contract = models.ForeignKey(
        Contract,
        verbose_name="contrat",
        on_delete=models.CASCADE,
        related_name="modifications",
    )
    order = models.PositiveIntegerField("rang")
    number = models.CharField("numéro", max_length=20, blank=True)
    notified_on = models.DateField("notifiée le", null=True, blank=True)
    published_on = models.DateField("publiée le", null=True, blank=True)
    amount = models.DecimalField(
        "montant HT (€)", max_digits=14, decimal_places=2, null=True, blank=True
    )
    duration_months = models.PositiveIntegerField("durée (mois)", null=True, blank=True)
    holders = models.JSONField("nouveaux titulaires", default=list, blank=True)
    reading = models.CharField(
        "lecture du montant",
        max_length=10,
        choices=ModificationReading,
        default=ModificationReading.TOTAL,
    )
    is_confirmed = models.BooleanField("lecture confirmée", default=False)
    history = HistoricalRecords(verbose_name="historique de la modification")

    class Meta:
        verbose_name = "modification"
        ordering = ["contract", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "order"],
                name="modification_order_unique",
                violation_error_message="Ce contrat a déjà une modification de ce rang.",
            ),
            one_of(
                "modification_reading_known",
                field="reading",
                choices=ModificationReading,
                message="Un montant est un total, un supplément, ou à vérifier.",
            ),
        ]

    def __str__(self) -> str:
        return f"Modification {self.number or self.order + 1}"


class Subcontract(models.Model):
    contract = models.ForeignKey(
        Contract,
        verbose_name="contrat",
        on_delete=models.CASCADE,
        related_name="subcontracts",
    )
    order = models.PositiveIntegerField("rang")
    number = models.CharField("numéro", max_length=20, blank=True)
    holder = models.ForeignKey(
        Holder,
        verbose_name="sous-traitant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subcontracts",
    )
    amount = models.DecimalField(
        "montant HT (€)", max_digits=14, decimal_places=2, null=True, blank=True
    )
    duration_months = models.PositiveIntegerField("durée (mois)", null=True, blank=True)
    notified_on = models.DateField("notifié le", null=True, blank=True)

    class Meta:
        verbose_name = "acte de sous-traitance"
        verbose_name_plural = "actes de sous-traitance"
        ordering = ["contract", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "order"],
                name="subcontract_order_unique",
                violation_error_message="Ce contrat a déjà un acte de ce rang.",
            )
        ]

    def __str__(self) -> str:
        return f"Sous-traitance {self.number or self.order + 1}"
