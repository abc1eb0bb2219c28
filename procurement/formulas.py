"""How goals are counted from contracts: by number and value, in three states. Pure.

A contract that says nothing is neither a «yes» nor a «no»: it stays out of the rate
and lowers the coverage. Where nothing is known there is no rate, never 0 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from .enums import SMALL_SIZES, GoalFormula, SmeRule, SocialKind, SocialScope


class Answer(Enum):
    """What is known of a contract for a formula."""

    YES = "yes"
    NO = "no"
    # Published data allow it, the officer has not said it yet.
    POSSIBLE = "possible"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the authority counts; the defaults count all that was published."""

    includes_subsequent: bool = True
    minimum_amount: Decimal | None = None
    social_scope: str = SocialScope.ALL
    sme_rule: str = SmeRule.ONE


@dataclass(frozen=True, slots=True)
class Profile:
    """Contracts of one buyer that are alike for every formula.

    Attributes:
        value: sum of their amounts, in euros HT; ``valued`` of them have one.
        bids: sum of the bids received; ``bids_known`` of them say how many.
        circular, small: only known of targeted contracts.
    """

    buyer: int
    number: int
    value: Decimal
    valued: int = 0
    bids: int = 0
    bids_known: int = 0
    contradictory: int = 0
    is_formal: bool = False
    social_clause: bool | None = None
    social_criterion: bool | None = None
    reserved: bool | None = None
    environmental_clause: bool | None = None
    environmental_criterion: bool | None = None
    social_kinds: tuple[str, ...] = ()
    is_targeted: bool = False
    circular: bool | None = None
    small: bool | None = None

    @property
    def social(self) -> bool | None:
        return any_of(self.social_clause, self.social_criterion, self.reserved)

    @property
    def environmental(self) -> bool | None:
        return any_of(self.environmental_clause, self.environmental_criterion)


def any_of(*states: bool | None) -> bool | None:
    """True if one is, False if all are; otherwise it is not known."""
    if True in states:
        return True
    return None if None in states else False


@dataclass(slots=True)
class Tally:
    number: int = 0
    value: Decimal = Decimal(0)

    def add(self, profile: Profile) -> None:
        self.number += profile.number
        self.value += profile.value

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.number + other.number, self.value + other.value)


@dataclass(frozen=True, slots=True)
class Share:
    """A rate and what it is counted on.

    Attributes:
        numerator, denominator: numbers of contracts, or euros HT.
    """

    numerator: Decimal
    denominator: Decimal

    @property
    def rate(self) -> Decimal | None:
        """In per cent; None where there is nothing to count."""
        if not self.denominator:
            return None
        return self.numerator * 100 / self.denominator


@dataclass(slots=True)
class Figure:
    """A formula counted over some contracts."""

    tallies: dict[Answer, Tally] = field(
        default_factory=lambda: {answer: Tally() for answer in Answer}
    )

    def add(self, answer: Answer, profile: Profile) -> None:
        self.tallies[answer].add(profile)

    def __add__(self, other: Figure) -> Figure:
        return Figure({a: self.tallies[a] + other.tallies[a] for a in Answer})

    @property
    def reached(self) -> Tally:
        """The contracts that count; at most, where some are only possible."""
        return self.tallies[Answer.YES] + self.tallies[Answer.POSSIBLE]

    @property
    def informed(self) -> Tally:
        return self.reached + self.tallies[Answer.NO]

    @property
    def base(self) -> Tally:
        return self.informed + self.tallies[Answer.UNSAID]

    @property
    def confirmed(self) -> Tally:
        return self.tallies[Answer.YES]

    @property
    def is_upper_bound(self) -> bool:
        return self.tallies[Answer.POSSIBLE].number > 0

    @property
    def by_number(self) -> Share:
        return Share(Decimal(self.reached.number), Decimal(self.informed.number))

    @property
    def by_value(self) -> Share:
        return Share(self.reached.value, self.informed.value)

    @property
    def coverage(self) -> Share:
        """Contracts for which the answer is known, over all of the base."""
        known = self.tallies[Answer.YES] + self.tallies[Answer.NO]
        return Share(Decimal(known.number), Decimal(self.base.number))


def answer_of(state: bool | None) -> Answer:
    if state is None:
        return Answer.UNSAID
    return Answer.YES if state else Answer.NO


def _insertion(profile: Profile) -> Answer:
    if not profile.social_clause:
        return answer_of(profile.social_clause)
    if not profile.social_kinds:
        return Answer.POSSIBLE
    return answer_of(SocialKind.INSERTION in profile.social_kinds)


def _social(profile: Profile, scope: Scope) -> Answer:
    if scope.social_scope == SocialScope.ALL or not profile.social:
        return answer_of(profile.social)
    if not profile.social_kinds:
        return Answer.POSSIBLE
    return answer_of(any(k != SocialKind.INSERTION for k in profile.social_kinds))


# For each formula: the contracts it bears on, and what is known of each.
Rule = tuple[Callable[[Profile], bool], Callable[[Profile, Scope], Answer]]

RULES: dict[GoalFormula, Rule] = {
    GoalFormula.ENVIRONMENTAL_CRITERION: (
        lambda profile: True,
        lambda profile, scope: answer_of(profile.environmental_criterion),
    ),
    GoalFormula.ENVIRONMENTAL: (
        lambda profile: True,
        lambda profile, scope: answer_of(profile.environmental),
    ),
    GoalFormula.INSERTION_FORMAL: (
        lambda profile: profile.is_formal,
        lambda profile, scope: _insertion(profile),
    ),
    GoalFormula.SOCIAL_FORMAL: (lambda profile: profile.is_formal, _social),
    GoalFormula.CIRCULAR_TARGETED: (
        lambda profile: profile.is_targeted,
        lambda profile, scope: answer_of(profile.circular),
    ),
    GoalFormula.SME_TARGETED: (
        lambda profile: profile.is_targeted,
        lambda profile, scope: answer_of(profile.small),
    ),
    GoalFormula.SOCIAL: (
        lambda profile: True,
        lambda profile, scope: answer_of(profile.social),
    ),
    GoalFormula.RESERVED: (
        lambda profile: True,
        lambda profile, scope: answer_of(profile.reserved),
    ),
}

# Those that bear on the purchases that the committee targeted.
TARGETED_FORMULAS = (GoalFormula.CIRCULAR_TARGETED, GoalFormula.SME_TARGETED)

# The method of each, as a reader of the public statement needs it.
METHODS = {
    GoalFormula.ENVIRONMENTAL_CRITERION: (
        "Contrats dont un critère d’attribution porte sur l’environnement, sur tous les "
        "contrats."
    ),
    GoalFormula.ENVIRONMENTAL: (
        "Contrats avec une clause ou un critère environnemental, sur tous les contrats."
    ),
    GoalFormula.INSERTION_FORMAL: (
        "Contrats de procédure formalisée avec une clause sociale d’insertion, sur tous "
        "les contrats de procédure formalisée. Une clause sociale dont la nature n’est "
        "pas dite compte comme possible : le taux est alors un maximum."
    ),
    GoalFormula.SOCIAL_FORMAL: (
        "Contrats de procédure formalisée avec une clause sociale, un critère social ou "
        "une réservation, sur tous les contrats de procédure formalisée."
    ),
    GoalFormula.CIRCULAR_TARGETED: (
        "Contrats issus d’achats ciblés qui intègrent l’économie circulaire, sur tous "
        "les contrats issus d’achats ciblés."
    ),
    GoalFormula.SME_TARGETED: (
        "Contrats issus d’achats ciblés confiés à une TPE ou une PME au sens de SIRENE, "
        "sur tous les contrats issus d’achats ciblés."
    ),
    GoalFormula.SOCIAL: (
        "Contrats avec une clause sociale, un critère social ou une réservation, sur "
        "tous les contrats."
    ),
    GoalFormula.RESERVED: "Contrats réservés, sur tous les contrats.",
}


def count(
    formula: GoalFormula, profiles: Iterable[Profile], scope: Scope
) -> dict[int, Figure]:
    """The figure of each buyer. Buyers without any contract concerned are absent."""
    concerns, answer = RULES[formula]
    figures: dict[int, Figure] = {}
    for profile in profiles:
        if concerns(profile):
            figure = figures.setdefault(profile.buyer, Figure())
            figure.add(answer(profile, scope), profile)
    return figures


def answer_to(formula: GoalFormula, profile: Profile, scope: Scope) -> Answer:
    """What is known of contracts for a formula that bears on them."""
    return RULES[formula][1](profile, scope)


def held_by_small(sizes: Iterable[str], rule: str) -> bool | None:
    """Whether a contract goes to a small firm, from the sizes of its holders."""
    found = list(sizes)
    small = [size in SMALL_SIZES for size in found if size]
    if not found:
        return None
    unknown = len(small) < len(found)
    if rule == SmeRule.ONE:
        return True if any(small) else (None if unknown else False)
    return False if not all(small) else (None if unknown else True)
