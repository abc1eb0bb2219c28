"""Screen forms of public purchasing."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from actions.models import Action, Organisation, Plan
from pcaet.lib.french import NO_BREAK, typeset

from .enums import EnvironmentalKind, ModificationReading, SizeClass, SocialKind
from .models import (
    Buyer,
    CommitteeMember,
    CommitteeSession,
    Contract,
    ContractHolder,
    GoalScope,
    Holder,
    Purchase,
    PurchaseAction,
    Rating,
    RatingCriterion,
)
from .models.considerations import CONSIDERATIONS
from .models.contracts import ContractQuerySet
from .models.purchases import BEST_SCORE

if TYPE_CHECKING:
    ContractModelForm = forms.ModelForm[Contract]
    PurchaseModelForm = forms.ModelForm[Purchase]
    CommitteeSessionModelForm = forms.ModelForm[CommitteeSession]
    CommitteeMemberModelForm = forms.ModelForm[CommitteeMember]
    GoalScopeModelForm = forms.ModelForm[GoalScope]
    ActionChoices = forms.ModelMultipleChoiceField[Action]
else:
    ActionChoices = forms.ModelMultipleChoiceField
    ContractModelForm = PurchaseModelForm = CommitteeSessionModelForm = (
        CommitteeMemberModelForm
    ) = GoalScopeModelForm = forms.ModelForm

KINDS = ("social_kinds", "environmental_kinds")
CORRECTIONS = tuple(f"corrected_{name}" for name in CONSIDERATIONS)
ADDITIONS = (
    *KINDS,
    *CORRECTIONS,
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


class CorrectionSelect(forms.NullBooleanSelect):
    """Yes or no against what was published, which the first choice recalls."""

    def __init__(self, declared: bool | None) -> None:
        super().__init__()
        published = {True: "oui", False: "non", None: "non renseigné"}[declared]
        self.choices = [
            ("unknown", f"Comme publié{NO_BREAK}: {published}"),
            ("true", "Oui"),
            ("false", "Non"),
        ]


class GroupedForm:
    """A form whose fields stand under headings: (heading, names of fields) pairs."""

    GROUPS: tuple[tuple[str, tuple[str, ...]], ...]

    if TYPE_CHECKING:

        def __getitem__(self, name: str) -> forms.BoundField: ...

    @property
    def field_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (heading, [self[name] for name in names if name in self.shown])
            for heading, names in self.groups
            if any(name in self.shown for name in names)
        ]

    @property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return self.GROUPS

    @property
    def shown(self) -> Collection[str]:
        fields: Collection[str] = self.fields  # type: ignore[attr-defined]
        return fields


class ContractAdditionsForm(GroupedForm, ContractModelForm):
    """What the officer says of one contract, and of the size of its holders."""

    GROUPS = (
        ("Nature des considérations", KINDS),
        ("Ce que la publication dit mal", CORRECTIONS),
        (
            "Exécution",
            (
                "insertion_hours",
                "beneficiaries",
                "beneficiaries_women",
                "beneficiaries_trained",
                "evaluation",
                "disputes",
                "officer_note",
            ),
        ),
    )

    class Meta:
        model = Contract
        fields = list(ADDITIONS)
        widgets = {"officer_note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for consideration in self.instance.considerations:
            field = self.fields[f"corrected_{consideration.name}"]
            field.label = consideration.label
            field.widget = CorrectionSelect(consideration.declared)
        self.holders = list(self.instance.contract_holders.select_related("holder"))
        for link in self.holders:
            self.fields[_size_field(link)] = forms.ChoiceField(
                label=f"Taille à l’attribution : {link.holder}",
                help_text=_known_size(link.holder),
                choices=[("", "Non renseignée"), *SizeClass.choices],
                required=False,
                initial=link.size_class,
            )

    @property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        sizes = tuple(_size_field(link) for link in self.holders)
        return (*self.GROUPS, ("Titulaires", sizes))

    @transaction.atomic
    def save(self, commit: bool = True) -> Contract:
        for link in self.holders:
            size = self.cleaned_data[_size_field(link)]
            if link.size_class != size:
                link.size_class = size
                link.save(update_fields=["size_class"])
        return super().save(commit)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        total = data.get("beneficiaries")
        for name in ("beneficiaries_women", "beneficiaries_trained"):
            part = data.get(name)
            if part is not None and (total is None or part > total):
                self.add_error(name, "Ce nombre dépasse celui des bénéficiaires.")
        return data


def _size_field(link: ContractHolder) -> str:
    return f"taille_{link.pk}"


def _known_size(holder: Holder) -> str:
    if not holder.size_class:
        return "SIRENE ne l’a pas encore dite."
    year = f" en {holder.size_year}" if holder.size_year else ""
    return f"Selon SIRENE{year}{NO_BREAK}: {holder.get_size_class_display()}."


class BulkAdditionsForm(forms.Form):
    """What is said of many contracts at once; what is left empty changes nothing."""

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
    size_class = forms.ChoiceField(
        label="Taille des titulaires à l’attribution",
        choices=[("", "Ne pas changer"), *SizeClass.choices],
        required=False,
    )

    def __init__(self, *args: Any, contracts: ContractQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["contracts"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = contracts

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not any(data.get(name) for name in (*KINDS, "size_class")):
            raise forms.ValidationError("Choisir une nature ou une taille à indiquer.")
        return data

    @transaction.atomic
    def save(self) -> int:
        """Add to what each contract already says. Counts the changed ones."""
        contracts = self.cleaned_data["contracts"]
        changed = {contract.pk for contract in contracts if self._add_kinds(contract)}
        return len(changed | self._set_size(contracts))

    def _add_kinds(self, contract: Contract) -> bool:
        before = [getattr(contract, name) for name in KINDS]
        for name in KINDS:
            added = self.cleaned_data[name]
            setattr(contract, name, _joined(getattr(contract, name), added, name))
        if before == [getattr(contract, name) for name in KINDS]:
            return False
        contract.save(update_fields=KINDS)
        return True

    def _set_size(self, contracts: ContractQuerySet) -> set[int]:
        size = self.cleaned_data["size_class"]
        if not size:
            return set()
        links = ContractHolder.objects.filter(contract__in=contracts)
        others = list(links.exclude(size_class=size))
        for link in others:
            link.size_class = size
        bulk_update_with_history(others, ContractHolder, ["size_class"], batch_size=200)
        return {link.contract_id for link in others}


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
        "d’entreprises, achats de moins de 40 000 €, heures d’insertion et évaluations, "
        "ou déclaration AGEC en CSV.",
    )
    owner = forms.ModelChoiceField(
        label="Rattacher les nouveaux acheteurs à",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="Aucun organisme : seuls les administrateurs les voient",
        help_text="Les acheteurs déjà rattachés le restent.",
    )
    only_ours = forms.BooleanField(
        label="Seulement nos SIRET",
        required=False,
        help_text="Pour un fichier national : les contrats des acheteurs qui ne sont pas "
        "déjà rattachés à votre collectivité sont laissés de côté.",
    )
    dry_run = forms.BooleanField(
        label="Essayer seulement : voir ce qui changerait, sans rien écrire",
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        authorities: QuerySet[Organisation],
        owner: Organisation | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = authorities
        field.initial = owner

    def clean_owner(self) -> Organisation | None:
        """The one chosen; where nothing was asked, the likely one."""
        chosen: Organisation | None = self.cleaned_data["owner"]
        return chosen if "owner" in self.data else self.fields["owner"].initial

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError("Ce fichier dépasse 400 Mo.")
        return file


class ActionsField(ActionChoices):
    def label_from_instance(self, obj: Any) -> str:
        return typeset(f"{obj.code} {obj.title}".strip())


class PurchaseForm(GroupedForm, PurchaseModelForm):
    """A purchase of the programme, with the actions of the scheme it aims at."""

    GROUPS = (
        (
            "L’achat",
            (
                "label",
                "buyer",
                "service",
                "year",
                "award_due",
                "estimated_amount",
                "cpv",
            ),
        ),
        ("Préparation", ("work_started_on", "work_ended_on", "rated_on")),
        ("Comité", ("session", "decision", "decision_note")),
        ("Attribution", ("contracts",)),
        ("Schéma", ("actions",)),
    )

    actions = ActionsField(
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
        for name, empty in (("service", "Aucun"), ("session", "Aucune")):
            self.fields[name].empty_label = empty  # type: ignore[attr-defined]
        if plan:
            self._limit("actions", plan.actions.all())
        if self.instance.pk:
            aimed = self.instance.purchase_actions.values_list("action", flat=True)
            self.initial["actions"] = list(aimed)

    @property
    def shown(self) -> Collection[str]:
        """Contracts are chosen once the purchase is known, actions of a scheme."""
        hidden = {"contracts"} if not self.instance.pk else set()
        return {*self.fields} - (hidden if self.plan else {*hidden, "actions"})

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
        added = [action for action in wanted if action.pk not in known]
        bulk_create_with_history(
            [PurchaseAction(purchase=purchase, action=action) for action in added],
            PurchaseAction,
        )
        return purchase


class AimsForm(forms.Form):
    """Whether each action that a purchase aims at was carried through."""

    STATES = (("", "Non renseigné"), ("true", "Oui"), ("false", "Non"))

    def __init__(self, *args: Any, purchase: Purchase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aims = list(purchase.purchase_actions.all())
        for aim in self.aims:
            self.fields[f"action_{aim.pk}"] = forms.TypedChoiceField(
                label=f"{aim.action.code} {aim.action.title}".strip(),
                choices=self.STATES,
                coerce=lambda value: value == "true",
                empty_value=None,
                required=False,
                initial="" if aim.is_done is None else str(aim.is_done).lower(),
            )

    @transaction.atomic
    def save(self) -> None:
        for aim in self.aims:
            is_done = self.cleaned_data[f"action_{aim.pk}"]
            if aim.is_done is not is_done:
                aim.is_done = is_done
                aim.save(update_fields=["is_done"])


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
    amount = contract.current_amount
    if amount is not None and amount == amount.to_integral_value():
        amount = amount.quantize(Decimal(1))
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
