"""Print the goals of a scheme as the register counts them over a period."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from actions.models import Plan
from procurement.formulas import Share
from procurement.goals import GoalResult, Period, dashboard, default_plan
from procurement.models import Contract


class Command(BaseCommand):
    help = "Calcule les objectifs d’un schéma d’achats responsables sur une période."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", dest="start", type=date.fromisoformat, metavar="AAAA-MM-JJ"
        )
        parser.add_argument(
            "--to", dest="end", type=date.fromisoformat, metavar="AAAA-MM-JJ"
        )
        parser.add_argument("--plan", metavar="PLAN", help="nom du schéma")
        parser.add_argument("--buyer", metavar="SIRET", help="un seul acheteur")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(
        self,
        *,
        start: date | None,
        end: date | None,
        plan: str | None,
        buyer: str | None,
        as_json: bool,
        **options: Any,
    ) -> None:
        contracts = Contract.objects.all()
        if buyer:
            contracts = contracts.filter(buyer__siret=buyer)
        period = Period(start, end)
        found = dashboard(contracts, plan=_plan(plan), period=period).goals
        if as_json:
            goals = {"goals": [as_dict(result) for result in found]}
            self.stdout.write(json.dumps(goals, ensure_ascii=False, indent=2))
            return
        for result in found:
            self.stdout.write(_line(result))


def _plan(slug: str | None) -> Plan | None:
    if slug is None:
        return default_plan(Plan.objects.order_by("pk"))
    plan = Plan.objects.filter(slug=slug).first()
    if plan is None:
        raise CommandError(f"Aucun schéma ne s’appelle « {slug} ».")
    return plan


def as_dict(result: GoalResult) -> dict[str, Any]:
    """A goal for programs: rates and coverage in per cent, None where unknown."""
    return {
        "key": result.formula.value,
        "label": result.label,
        "by_number": _share(result.figure.by_number),
        "by_value": _share(result.figure.by_value),
        "coverage": _rate(result.figure.coverage),
        "targets": {str(y): _number(value) for y, value in result.targets.items()},
        "base": result.figure.base.number,
        "confirmed": result.figure.confirmed.number,
        "is_upper_bound": result.figure.is_upper_bound,
    }


def _share(share: Share) -> dict[str, float | int | None]:
    return {
        "numerator": _number(share.numerator),
        "denominator": _number(share.denominator),
        "rate": _rate(share),
    }


def _rate(share: Share) -> float | None:
    return None if share.rate is None else float(round(share.rate, 1))


def _number(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)


def _line(result: GoalResult) -> str:
    share = result.figure.by_number
    if share.rate is None:
        return f"{result.label} : non renseigné"
    at_most = "au plus " if result.figure.is_upper_bound else ""
    counted = f"{share.numerator:f} contrats sur {share.denominator:f}"
    return f"{result.label} : {at_most}{round(share.rate, 1)} % ({counted})"
