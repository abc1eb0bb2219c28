"""What the law asks on a day, said with its text and always «à vérifier»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .enums import GoalFormula
from .models import LegalParameter
from .models.contracts import ContractQuerySet


@dataclass(frozen=True, slots=True)
class Alert:
    """Contracts that may not follow the law; only a person can say."""

    sentence: str
    reference: str
    contracts: ContractQuerySet


# The share that the law or the national plan sets, on the same contracts as a goal.
BENCHMARKS = {
    GoalFormula.ENVIRONMENTAL_CRITERION: LegalParameter.Code.ENVIRONMENTAL_CRITERION,
    GoalFormula.ENVIRONMENTAL: LegalParameter.Code.NATIONAL_ENVIRONMENTAL,
    GoalFormula.SOCIAL: LegalParameter.Code.NATIONAL_SOCIAL,
}


def benchmarks(today: date) -> dict[GoalFormula, LegalParameter]:
    """The lines to draw on the goals: the shares in force. One query."""
    found = LegalParameter.objects.filter(
        code__in=BENCHMARKS.values(), applies_from__lte=today
    )
    latest = {parameter.code: parameter for parameter in found}
    return {
        formula: latest[code] for formula, code in BENCHMARKS.items() if code in latest
    }


def alerts_on(contracts: ContractQuerySet) -> Alert | None:
    """Contracts without an environmental criterion since the law asks for one.

    Published data do not say when the consultation began, nor whether a single
    criterion of cost was used: the sentence asks to check. Two queries.
    """
    code = LegalParameter.Code.ENVIRONMENTAL_CRITERION
    rule = LegalParameter.objects.filter(code=code).first()
    if rule is None:
        return None
    concerned = contracts.filter(
        notified_on__gte=rule.applies_from, has_environmental_criterion=False
    )
    if not concerned.exists():
        return None
    return Alert(
        f"À vérifier : ces contrats notifiés depuis le {rule.applies_from:%d/%m/%Y} "
        "n’annoncent aucun critère environnemental. La règle vaut pour les consultations "
        "lancées depuis cette date, et le critère unique du coût y répond aussi : les "
        "données publiées ne disent ni l’un ni l’autre.",
        rule.reference,
        concerned,
    )
