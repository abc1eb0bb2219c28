"""The goals of a scheme, counted from the register over a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from actions.models import Plan

from .enums import EnvironmentalKind, GoalFormula, SocialScope
from .formulas import (
    METHODS,
    TARGETED_FORMULAS,
    Figure,
    Profile,
    Scope,
    any_of,
    count,
    held_by_small,
)
from .models import Buyer, Contract, Goal, GoalScope
from .models.considerations import CONSIDERATIONS
from .models.contracts import ContractQuerySet

# The six goals of a scheme, where no plan gives its own wording.
DEFAULT_FORMULAS = (
    GoalFormula.ENVIRONMENTAL_CRITERION,
    GoalFormula.ENVIRONMENTAL,
    GoalFormula.INSERTION_FORMAL,
    GoalFormula.SOCIAL_FORMAL,
    GoalFormula.CIRCULAR_TARGETED,
    GoalFormula.SME_TARGETED,
)

PROFILE_COLUMNS = (
    "buyer",
    "is_formal",
    *(f"has_{name}" for name in CONSIDERATIONS),
    "social_kinds",
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of notification, both included; no bound where it is None."""

    start: date | None = None
    end: date | None = None

    @classmethod
    def of_year(cls, year: int) -> Period:
        return cls(date(year, 1, 1), date(year, 12, 31))


@dataclass(frozen=True, slots=True)
class GoalResult:
    """A goal with what was reached.

    Attributes:
        targets: rate wished by year, in per cent.
        by_buyer: the figure of each buyer that has contracts concerned.
        variant: the same goal counted otherwise, with the words that say how.
    """

    formula: GoalFormula
    label: str
    figure: Figure
    by_buyer: dict[int, Figure]
    targets: dict[int, Decimal]
    variant: Figure | None = None
    variant_label: str = ""

    @property
    def method(self) -> str:
        return METHODS[self.formula]

    def target_of(self, year: int | None) -> tuple[int, Decimal] | None:
        """The last target set for that year or before, with its own year."""
        years = [y for y in self.targets if year is None or y <= year]
        return (max(years), self.targets[max(years)]) if years else None

    def is_reached(self, year: int | None) -> bool | None:
        """Whether the target of a year is reached; None where nobody can say yet.

        A rate that is only a maximum may show that it is not, never that it is.
        """
        target, rate = self.target_of(year), self.figure.by_number.rate
        if target is None or rate is None:
            return None
        if rate < target[1]:
            return False
        return None if self.figure.is_upper_bound else True

    @property
    def is_targeted(self) -> bool:
        return self.formula in TARGETED_FORMULAS


def scope_of(plan: Plan | None) -> Scope:
    """What the authority chose to count. One query."""
    chosen = GoalScope.objects.filter(plan=plan).first() if plan else None
    if chosen is None:
        return Scope()
    return Scope(
        includes_subsequent=chosen.includes_subsequent,
        minimum_amount=chosen.minimum_amount,
        social_scope=chosen.social_scope,
        sme_rule=chosen.sme_rule,
    )


def base_of(
    contracts: ContractQuerySet, *, period: Period, scope: Scope
) -> ContractQuerySet:
    """The contracts that the goals count: concessions and other periods are out."""
    found = contracts.contracts().notified(period.start, period.end)
    if not scope.includes_subsequent:
        found = found.filter(is_subsequent=False)
    if scope.minimum_amount is not None:
        found = found.filter(amount__gte=scope.minimum_amount)
    return found


def profiles_of(contracts: ContractQuerySet) -> list[Profile]:
    """Alike contracts counted together, in one query that reads one index."""
    rows = (
        contracts.order_by()
        .values_list(*PROFILE_COLUMNS)
        .annotate(
            number=Count("*"),
            value=Sum("amount"),
            valued=Count("amount"),
            bids_sum=Sum("bids"),
            bids_known=Count("bids"),
            contradictory=Count("is_contradictory", filter=Q(is_contradictory=True)),
        )
    )
    return [
        Profile(
            buyer=buyer,
            is_formal=is_formal,
            **dict(zip(CONSIDERATIONS, states, strict=True)),
            social_kinds=tuple(kinds),
            number=number,
            value=(value or Decimal(0)).quantize(Decimal("0.01")),
            valued=valued,
            bids=bids or 0,
            bids_known=bids_known,
            contradictory=contradictory,
        )
        for (
            buyer,
            is_formal,
            *states,
            kinds,
            number,
            value,
            valued,
            bids,
            bids_known,
            contradictory,
        ) in rows
    ]


def targeted_profiles(contracts: ContractQuerySet, scope: Scope) -> list[Profile]:
    """The contracts that come from targeted purchases, one by one. Two queries."""
    targeted = contracts.targeted().defer("record")
    return [
        profile_of(contract, scope)
        for contract in targeted.prefetch_related("contract_holders__holder")
    ]


def profile_of(contract: Contract, scope: Scope) -> Profile:
    """What the formulas look at in one contract, its holders fetched."""
    return Profile(
        buyer=contract.buyer_id,
        number=1,
        value=contract.amount or Decimal(0),
        is_formal=contract.is_formal,
        **{name: getattr(contract, f"has_{name}") for name in CONSIDERATIONS},
        social_kinds=tuple(contract.social_kinds),
        is_targeted=True,
        circular=_circular(contract),
        small=held_by_small(
            (link.effective_size for link in contract.contract_holders.all()),
            scope.sme_rule,
        ),
    )


def _circular(contract: Contract) -> bool | None:
    if contract.environmental_kinds:
        return EnvironmentalKind.CIRCULAR in contract.environmental_kinds
    has_any = any_of(
        contract.has_environmental_clause, contract.has_environmental_criterion
    )
    # Without any consideration there is none of the circular economy either.
    return False if has_any is False else None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The goals of a scheme and the register at a glance, over the same contracts."""

    scope: Scope
    goals: list[GoalResult]
    profiles: list[Profile]

    @property
    def number(self) -> int:
        return sum(profile.number for profile in self.profiles)

    @property
    def value(self) -> Decimal:
        return sum((profile.value for profile in self.profiles), Decimal(0))

    @property
    def social_result(self) -> GoalResult:
        """Social considerations over all the contracts, as the national plan counts."""
        by_buyer = count(GoalFormula.SOCIAL, self.profiles, self.scope)
        return GoalResult(
            GoalFormula.SOCIAL, GoalFormula.SOCIAL.label, total(by_buyer), by_buyer, {}
        )

    @property
    def reserved(self) -> Figure:
        return total(count(GoalFormula.RESERVED, self.profiles, self.scope))

    @property
    def bids_known(self) -> int:
        return sum(profile.bids_known for profile in self.profiles)

    @property
    def mean_bids(self) -> Decimal | None:
        if not self.bids_known:
            return None
        mean = Decimal(sum(p.bids for p in self.profiles)) / self.bids_known
        return mean.quantize(Decimal("0.01"))

    @property
    def contradictory(self) -> int:
        return sum(profile.contradictory for profile in self.profiles)

    @property
    def without_amount(self) -> int:
        return self.number - sum(profile.valued for profile in self.profiles)


def dashboard(
    contracts: ContractQuerySet, *, plan: Plan | None, period: Period
) -> Dashboard:
    """Every goal of the plan that has a formula, in its order.

    Without a plan, the six usual goals, which then have no target. A constant number
    of queries.
    """
    scope = scope_of(plan)
    base = base_of(contracts, period=period, scope=scope)
    profiles = profiles_of(base)
    targeted = targeted_profiles(base, scope)
    goals = [
        _result(
            goal, targeted if goal.formula in TARGETED_FORMULAS else profiles, scope
        )
        for goal in wanted_goals(plan)
    ]
    return Dashboard(scope, goals, profiles)


def wanted_goals(plan: Plan | None) -> list[Goal]:
    goals = plan.goals.exclude(formula="").prefetch_related("targets") if plan else []
    return list(goals) or [
        Goal(formula=formula, label=formula.label) for formula in DEFAULT_FORMULAS
    ]


def _result(goal: Goal, profiles: list[Profile], scope: Scope) -> GoalResult:
    formula = GoalFormula(goal.formula)
    by_buyer = count(formula, profiles, scope)
    variant, variant_label = None, ""
    if formula is GoalFormula.SOCIAL_FORMAL:
        other, variant_label = _other_social_scope(scope)
        variant = total(count(formula, profiles, other))
    return GoalResult(
        formula=formula,
        label=goal.label,
        figure=total(by_buyer),
        by_buyer=by_buyer,
        targets={t.year: t.value for t in goal.targets.all()} if goal.pk else {},
        variant=variant,
        variant_label=variant_label,
    )


def _other_social_scope(scope: Scope) -> tuple[Scope, str]:
    """Schemes contradict themselves on insertion: both readings are shown."""
    if scope.social_scope == SocialScope.ALL:
        other = SocialScope.WITHOUT_INSERTION
    else:
        other = SocialScope.ALL
    return Scope(social_scope=other), other.label


def total(figures: dict[int, Figure]) -> Figure:
    return sum(figures.values(), Figure())


def contracts_behind(
    contracts: ContractQuerySet,
    formula: GoalFormula,
    *,
    plan: Plan | None,
    period: Period,
) -> ContractQuerySet:
    """The contracts that a formula bears on, those that reach it or not."""
    base = base_of(contracts, period=period, scope=scope_of(plan))
    if formula in (GoalFormula.INSERTION_FORMAL, GoalFormula.SOCIAL_FORMAL):
        return base.formal()
    if formula in TARGETED_FORMULAS:
        return base.targeted()
    return base


def figures_by_year(
    contracts: ContractQuerySet,
    formula: GoalFormula,
    *,
    plan: Plan | None,
    years: Iterable[int],
) -> dict[int, Figure]:
    """A formula counted on each year. Some queries a year."""
    scope = scope_of(plan)
    found = {}
    for year in years:
        base = base_of(contracts, period=Period.of_year(year), scope=scope)
        targeted = formula in TARGETED_FORMULAS
        profiles = targeted_profiles(base, scope) if targeted else profiles_of(base)
        found[year] = total(count(formula, profiles, scope))
    return found


def buyers_named(figures: Iterable[GoalResult]) -> dict[int, Buyer]:
    """The buyers that appear in the results. One query."""
    wanted: set[int] = set()
    for result in figures:
        wanted |= result.by_buyer.keys()
    return Buyer.objects.in_bulk(wanted)


def years_of(contracts: ContractQuerySet) -> list[int]:
    """The years from the last notification back to the first. Two queries."""
    days = contracts.order_by("notified_on").values_list("notified_on", flat=True)
    first, last = days.first(), days.last()
    if first is None or last is None:
        return []
    return list(range(last.year, first.year - 1, -1))


def default_plan(plans: Iterable[Plan]) -> Plan | None:
    """The scheme whose goals are followed: the first that has countable goals."""
    ranked = defaultdict(list)
    for plan in plans:
        ranked[plan.goals.exclude(formula="").exists()].append(plan)
    return ranked[True][0] if ranked[True] else None
