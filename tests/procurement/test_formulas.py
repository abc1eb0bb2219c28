from decimal import Decimal
from typing import Any

import pytest

from procurement.enums import GoalFormula, SmeRule, SocialScope
from procurement.formulas import (
    Answer,
    Figure,
    Profile,
    Scope,
    any_of,
    count,
    held_by_small,
)

HORS_INSERTION = Scope(social_scope=SocialScope.WITHOUT_INSERTION)


def profile(**changes: Any) -> Profile:
    columns: dict[str, Any] = {"buyer": 1, "number": 1, "value": Decimal(100)}
    return Profile(**(columns | changes))


def figure(
    formula: GoalFormula, *profiles: Profile, scope: Scope | None = None
) -> Figure:
    return count(formula, profiles, scope or Scope())[1]


def answer(formula: GoalFormula, scope: Scope | None = None, **changes: Any) -> Answer:
    found = figure(formula, profile(**changes), scope=scope)
    return next(a for a in Answer if found.tallies[a].number)


@pytest.mark.parametrize(
    ("states", "known"),
    [
        ((True, None), True),
        ((False, False), False),
        ((False, None), None),
        ((None, None), None),
    ],
)
def test_any_of_keeps_what_is_not_known(
    states: tuple[bool | None, ...], known: bool | None
) -> None:
    assert any_of(*states) is known


def test_what_is_unsaid_is_out_of_the_rate_and_lowers_the_coverage() -> None:
    found = figure(
        GoalFormula.ENVIRONMENTAL_CRITERION,
        profile(environmental_criterion=True),
        profile(environmental_criterion=False, number=2),
        profile(environmental_criterion=None, number=6),
    )
    assert found.by_number.numerator == 1
    assert found.by_number.denominator == 3
    assert found.coverage.rate == Decimal(300) / 9


def test_nothing_known_has_no_rate() -> None:
    found = figure(GoalFormula.ENVIRONMENTAL, profile())
    assert found.by_number.rate is None
    assert found.by_value.rate is None
    assert found.coverage.rate == 0


def test_value_weighs_contracts() -> None:
    found = figure(
        GoalFormula.ENVIRONMENTAL_CRITERION,
        profile(environmental_criterion=True, value=Decimal(900)),
        profile(environmental_criterion=False, value=Decimal(100)),
    )
    assert found.by_number.rate == 50
    assert found.by_value.rate == 90


@pytest.mark.parametrize(
    ("clause", "kinds", "expected"),
    [
        (True, ("insertion",), Answer.YES),
        (True, ("equality",), Answer.NO),
        (True, (), Answer.POSSIBLE),
        (False, (), Answer.NO),
        (None, (), Answer.UNSAID),
    ],
)
def test_insertion_is_possible_until_the_officer_says_the_kind(
    clause: bool | None, kinds: tuple[str, ...], expected: Answer
) -> None:
    found = answer(
        GoalFormula.INSERTION_FORMAL,
        is_formal=True,
        social_clause=clause,
        social_kinds=kinds,
    )
    assert found is expected


def test_a_possible_contract_makes_the_rate_a_maximum() -> None:
    found = figure(
        GoalFormula.INSERTION_FORMAL,
        profile(is_formal=True, social_clause=True),
        profile(is_formal=True, social_clause=False),
    )
    assert found.is_upper_bound
    assert found.by_number.rate == 50
    assert found.coverage.rate == 50
    assert found.confirmed.number == 0


def test_other_procedures_are_out_of_the_formal_goals() -> None:
    assert not count(GoalFormula.SOCIAL_FORMAL, [profile()], Scope())


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("insertion",), Answer.NO),
        (("insertion", "equality"), Answer.YES),
        ((), Answer.POSSIBLE),
    ],
)
def test_social_scope_may_leave_insertion_out(
    kinds: tuple[str, ...], expected: Answer
) -> None:
    found = answer(
        GoalFormula.SOCIAL_FORMAL,
        HORS_INSERTION,
        is_formal=True,
        social_criterion=True,
        social_kinds=kinds,
    )
    assert found is expected


@pytest.mark.parametrize(
    ("sizes", "one", "every"),
    [
        (["sme"], True, True),
        (["large"], False, False),
        (["sme", "large"], True, False),
        (["sme", ""], True, None),
        (["large", ""], None, False),
        ([""], None, None),
        ([], None, None),
    ],
)
def test_a_group_of_firms_follows_the_rule(
    sizes: list[str], one: bool | None, every: bool | None
) -> None:
    assert held_by_small(sizes, SmeRule.ONE) is one
    assert held_by_small(sizes, SmeRule.ALL) is every
