"""Choosing contracts of the register: every filter is in the address."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q

from .enums import ContractKind, Procedure
from .models import Buyer, Contract
from .models.considerations import (
    CONSIDERATIONS,
    ENVIRONMENTAL,
    SOCIAL,
    Consideration,
)
from .models.contracts import ContractQuerySet

ANY = "Indifférent"

STATES = {"oui": True, "non": False, "inconnu": None}
STATE_LABELS = (("oui", "Oui"), ("non", "Non"), ("inconnu", "Non renseigné"))

# What is left for a person to look at.
ISSUES = {
    "social": "Nature sociale à préciser",
    "environnement": "Nature environnementale à préciser",
    "contradiction": "Considérations contradictoires",
    "supplement": "Modification à vérifier",
    "numero": "Numéro partagé par plusieurs contrats",
    "anomalie": "Valeur publiée douteuse",
    "montant": "Montant absent ou impossible",
}


class ContractFilter(filters.FilterSet):  # type: ignore[misc]
    """The filters of the register, under short French names."""

    texte = filters.CharFilter(label="Objet, numéro ou titulaire", method="by_text")
    acheteur = filters.ModelChoiceFilter(
        empty_label=ANY,
        label="Acheteur",
        field_name="buyer",
        queryset=Buyer.objects.none(),
    )
    annee = filters.NumberFilter(label="Année de notification", method="by_year")
    nature = filters.ChoiceFilter(
        empty_label=ANY, label="Nature", field_name="kind", choices=ContractKind.choices
    )
    procedure = filters.ChoiceFilter(
        label="Procédure", choices=Procedure.choices, empty_label=ANY
    )
    formalisee = filters.BooleanFilter(
        label="Procédures formalisées seulement",
        method="by_formal",
        widget=forms.CheckboxInput,
    )
    cpv = filters.CharFilter(
        label="Code CPV (début)", field_name="cpv", lookup_expr="startswith"
    )
    consideration = filters.ChoiceFilter(
        empty_label=ANY,
        label="Considération",
        method="by_consideration",
        choices=[
            ("sociale", "Une considération sociale"),
            ("environnementale", "Une considération environnementale"),
            *((name, Consideration.LABELS[name]) for name in CONSIDERATIONS),
        ],
    )
    etat = filters.ChoiceFilter(
        empty_label=ANY,
        label="État de la considération",
        method="by_state",
        choices=STATE_LABELS,
    )
    cible = filters.BooleanFilter(
        label="Issus d’achats ciblés seulement",
        method="by_targeted",
        widget=forms.CheckboxInput,
    )
    a_voir = filters.ChoiceFilter(
        empty_label=ANY,
        label="À vérifier",
        method="by_issue",
        choices=list(ISSUES.items()),
    )

    class Meta:
        model = Contract
        fields: list[str] = []

    def __init__(self, *args: Any, buyers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["acheteur"].queryset = buyers

    def by_text(
        self, contracts: ContractQuerySet, name: str, value: str
    ) -> ContractQuerySet:
        found = (
            Q(object__icontains=value)
            | Q(number__icontains=value)
            | Q(holders__name__icontains=value)
            | Q(holders__identifier__startswith=value)
        )
        return contracts.filter(pk__in=Contract.objects.filter(found).values("pk"))

    def by_year(
        self, contracts: ContractQuerySet, name: str, value: Any
    ) -> ContractQuerySet:
        if not 1 <= value <= 9999:
            return contracts.none()
        return contracts.filter(notified_on__year=int(value))

    def by_formal(
        self, contracts: ContractQuerySet, name: str, value: bool
    ) -> ContractQuerySet:
        return contracts.formal() if value else contracts

    def by_targeted(
        self, contracts: ContractQuerySet, name: str, value: bool
    ) -> ContractQuerySet:
        return contracts.targeted() if value else contracts

    def by_consideration(
        self, contracts: ContractQuerySet, name: str, value: str
    ) -> ContractQuerySet:
        names = {"sociale": SOCIAL, "environnementale": ENVIRONMENTAL}.get(
            value, [value]
        )
        state = STATES.get(self.data.get("etat") or "oui")
        if state:
            return contracts.with_any(names)
        if state is False:
            return contracts.filter(**{f"has_{name}": False for name in names})
        return contracts.filter(
            Q(*((f"has_{name}__isnull", True) for name in names), _connector=Q.OR)
        ).exclude(pk__in=contracts.with_any(names).values("pk"))

    def by_state(
        self, contracts: ContractQuerySet, name: str, value: str
    ) -> ContractQuerySet:
        """Read with the consideration it qualifies."""
        return contracts

    def by_issue(
        self, contracts: ContractQuerySet, name: str, value: str
    ) -> ContractQuerySet:
        return contracts.needing(value)
