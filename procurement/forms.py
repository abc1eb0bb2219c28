"""Screen forms of public purchasing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.utils import timezone

from actions.models import Action, Organisation, Plan

from .enums import EnvironmentalKind, ModificationReading, SocialKind
from .models import (
    Buyer,
    CommitteeMember,
    CommitteeSession,
    Contract,
    GoalScope,
    Purchase,
    PurchaseAction,
    Rating,
    RatingCriterion,
)
from .models.contracts import CONSIDERATIONS, ContractQuerySet
from .models.purchases import BEST_SCORE

if TYPE_CHECKING:
    ContractModelForm = forms.ModelForm[Contract]
    PurchaseModelForm = forms.ModelForm[Purchase]
    CommitteeSessionModelForm = forms.ModelForm[CommitteeSession]
    CommitteeMemberModelForm = forms.ModelForm[CommitteeMember]
    GoalScopeModelForm = forms.ModelForm[GoalScope]
else:
    ContractModelForm = PurchaseModelForm = CommitteeSessionModelForm = (
        CommitteeMemberModelForm
    ) = GoalScopeModelForm = forms.ModelForm

ADDITIONS = (
    "social_kinds",
    "environmental_kinds",
    *(f"corrected_{name}" for name in CONSIDERATIONS),
    "insertion_hours",
    "beneficiaries",
    "beneficiaries_women",
    "beneficiaries_trained",
    "evaluation",
    "disputes",
    "officer_note",
)
MAX_UPLOAD = 400 * 1024 * 1024


class DateInput(forms.DateInput):
    """The day chooser of the browser, which wants the ISO form."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class ContractAdditionsForm(ContractModelForm):
    """What the officer says of one contract."""

    class Meta:
        model = Contract
        fields = list(ADDITIONS)
        widgets = {"officer_note": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        total = data.get("beneficiaries")
        for name in ("beneficiaries_women", "beneficiaries_trained"):
            part = data.get(name)
            if part is not None and (total is None or part > total):
                self.add_error(name, "Ce nombre dépasse celui des bénéficiaires.")
        return data


class BulkAdditionsForm(forms.Form):
    """Kinds said of many contracts at once; what is left empty changes nothing."""

    contracts = forms.ModelMultipleChoiceField(
        label="Contrats",
        queryset=Contract.objects.none(),
        error_messages={"required": "Cocher au moins un contrat."},
    )
    social_kinds = forms.MultipleChoiceField(
        label="Nature sociale",
        choices=SocialKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    environmental_kinds = forms.MultipleChoiceField(
        label="Nature environnementale",
        choices=EnvironmentalKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, contracts: ContractQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["contracts"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = contracts

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("social_kinds") or data.get("environmental_kinds")):
            raise forms.ValidationError("Choisir au moins une nature à indiquer.")
        return data

    @transaction.atomic
    def save(self) -> int:
        """Add the kinds to what each contract already says. Counts the changed ones."""
        changed = 0
        for contract in self.cleaned_data["contracts"]:
            before = (contract.social_kinds, contract.environmental_kinds)
            for name in ("social_kinds", "environmental_kinds"):
                added = self.cleaned_data[name]
                setattr(contract, name, _joined(getattr(contract, name), added, name))
            if before != (contract.social_kinds, contract.environmental_kinds):
                contract.save(update_fields=["social_kinds", "environmental_kinds"])
                changed += 1
        return changed


def _joined(before: list[str], added: list[str], name: str) -> list[str]:
    codes = SocialKind.values if name == "social_kinds" else EnvironmentalKind.values
    return [code for code in codes if code in {*before, *added}]


class ModificationForm(forms.Form):
    reading = forms.ChoiceField(
        label="Ce montant est",
        choices=[
            (ModificationReading.TOTAL.value, ModificationReading.TOTAL.label),
            (ModificationReading.INCREMENT.value, ModificationReading.INCREMENT.label),
        ],
    )


class ImportForm(forms.Form):
    """A file to bring in, or only to try."""

    file = forms.FileField(
        label="Fichier",
        help_text="Données essentielles en JSON, XML ou CSV du ministère ; tailles "
        "d’entreprises, achats de moins de 40 000 € ou déclaration AGEC en CSV.",
    )
    dry_run = forms.BooleanField(
        label="Essayer seulement : voir ce qui changerait, sans rien écrire",
        required=False,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError("Ce fichier dépasse 400 Mo.")
        return file


class PurchaseForm(PurchaseModelForm):
    """A purchase of the programme, with the actions of the scheme it aims at."""

    actions = forms.ModelMultipleChoiceField(
        label="Actions du schéma visées",
        queryset=Action.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Purchase
        fields = [
            "label",
            "buyer",
            "year",
            "service",
            "cpv",
            "estimated_amount",
            "award_due",
            "renews",
            "work_started_on",
            "work_ended_on",
            "rated_on",
            "session",
            "decision",
            "decision_note",
            "contracts",
        ]
        widgets = {
            "award_due": DateInput(),
            "work_started_on": DateInput(),
            "work_ended_on": DateInput(),
            "rated_on": DateInput(),
            "decision_note": forms.Textarea(attrs={"rows": 3}),
            "renews": forms.HiddenInput(),
            "contracts": forms.SelectMultiple(attrs={"size": 8}),
        }

    def __init__(
        self, *args: Any, buyers: Any, plan: Plan | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        contracts = Contract.objects.filter(buyer__in=buyers)
        self._limit("buyer", buyers)
        self._limit("renews", contracts)
        self._limit("contracts", self._candidates(contracts))
        self._limit("session", CommitteeSession.objects.filter(buyer__in=buyers))
        self._limit("service", Organisation.objects.for_list().select_related("parent"))
        if plan:
            self._limit("actions", plan.actions.all())
        if self.instance.pk:
            aimed = self.instance.purchase_actions.values_list("action", flat=True)
            self.initial["actions"] = list(aimed)

    def _limit(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def _candidates(self, contracts: ContractQuerySet) -> ContractQuerySet:
        """Contracts of the buyer, of the same kind of purchase where it is known."""
        if not self.instance.pk:
            return contracts.none()
        found = contracts.filter(buyer=self.instance.buyer_id)
        if self.instance.cpv:
            found = found.filter(cpv__startswith=self.instance.cpv[:2])
        return (found | contracts.filter(purchases=self.instance)).distinct()

    @transaction.atomic
    def save(self, commit: bool = True) -> Purchase:
        self.instance.plan = self.instance.plan or self.plan
        purchase = super().save(commit)
        wanted = set(self.cleaned_data["actions"])
        purchase.purchase_actions.exclude(action__in=wanted).delete()
        known = set(purchase.purchase_actions.values_list("action", flat=True))
        PurchaseAction.objects.bulk_create(
            PurchaseAction(purchase=purchase, action=action)
            for action in wanted
            if action.pk not in known
        )
        return purchase


class RatingForm(forms.Form):
    """One score per criterion of the authority; empty where it is not rated yet."""

    def __init__(self, *args: Any, purchase: Purchase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purchase = purchase
        scores = {r.criterion_id: r.score for r in purchase.ratings.all()}
        self.criteria = list(RatingCriterion.objects.filter(is_active=True))
        for criterion in self.criteria:
            self.fields[f"critere_{criterion.pk}"] = forms.TypedChoiceField(
                label=f"{criterion.label} (poids {criterion.weight.normalize():f})",
                help_text=criterion.help,
                choices=[("", "Non coté"), *((n, n) for n in range(BEST_SCORE + 1))],
                coerce=int,
                empty_value=None,
                required=False,
                initial=scores.get(criterion.pk, ""),
            )

    @transaction.atomic
    def save(self) -> None:
        """Write the scores; the day of the first whole rating is kept."""
        for criterion in self.criteria:
            score = self.cleaned_data[f"critere_{criterion.pk}"]
            if score is None:
                self.purchase.ratings.filter(criterion=criterion).delete()
            else:
                Rating.objects.update_or_create(
                    purchase=self.purchase,
                    criterion=criterion,
                    defaults={"score": score},
                )


class SessionForm(CommitteeSessionModelForm):
    class Meta:
        model = CommitteeSession
        fields = [
            "buyer",
            "year",
            "planned_on",
            "held_on",
            "place",
            "agenda",
            "minutes",
            "review",
        ]
        widgets = {
            "planned_on": DateInput(),
            "held_on": DateInput(),
            "agenda": forms.Textarea(attrs={"rows": 4}),
            "minutes": forms.Textarea(attrs={"rows": 4}),
            "review": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, buyers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["buyer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = buyers


class MemberForm(CommitteeMemberModelForm):
    class Meta:
        model = CommitteeMember
        fields = ["function", "organisation", "chairs"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.for_list().select_related("parent")


class DecisionForm(forms.Form):
    """The list that the chair of the committee settles: targeted, or left."""

    def __init__(self, *args: Any, purchases: list[Purchase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purchases = purchases
        for purchase in purchases:
            self.fields[f"achat_{purchase.pk}"] = forms.ChoiceField(
                label=purchase.label,
                choices=Purchase.Decision.choices,
                initial=purchase.decision,
            )

    @property
    def rows(self) -> list[tuple[Purchase, forms.BoundField]]:
        return [(p, self[f"achat_{p.pk}"]) for p in self.purchases]

    @transaction.atomic
    def save(self, session: CommitteeSession) -> int:
        """Write the decisions that change. Counts them."""
        changed = 0
        for purchase in self.purchases:
            decision = self.cleaned_data[f"achat_{purchase.pk}"]
            if (purchase.decision, purchase.session_id) != (decision, session.pk):
                purchase.decision = decision
                purchase.session = session
                purchase.rated_on = purchase.rated_on or session.held_on
                purchase.save()
                changed += 1
        return changed


class ScopeForm(GoalScopeModelForm):
    class Meta:
        model = GoalScope
        fields = ["includes_subsequent", "minimum_amount", "social_scope", "sme_rule"]


def renewal_initial(contract: Contract) -> dict[str, Any]:
    """What a contract about to end says of the purchase that follows it."""
    assert contract.ends_on is not None
    amount: Decimal | None = contract.current_amount
    return {
        "label": contract.object[:300],
        "buyer": contract.buyer_id,
        "year": max(contract.ends_on.year - 1, timezone.localdate().year),
        "cpv": contract.cpv,
        "estimated_amount": amount,
        "award_due": contract.ends_on,
        "renews": contract.pk,
    }


def only_buyer(buyers: Any) -> Buyer | None:
    """The authority's buyer where it has only one. One query."""
    found = list(buyers[:2])
    return found[0] if len(found) == 1 else None
