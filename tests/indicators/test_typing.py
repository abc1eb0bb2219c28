"""Saving a result: versions, conflicts, history."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from indicators.models import Indicator, Result, Target
from indicators.typing import Conflict, Entry, save_result
from tests.indicators.factories import IndicatorFactory, TargetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> User:
    return User.objects.create_user("claude")


@pytest.fixture
def target() -> Target:
    return TargetFactory(year=2017, text="1 colloque et 3 matinales organisées")


def save(indicator: Indicator, author: User, version: int = 0, **entry: Any) -> Result:
    saved = save_result(
        indicator=indicator,
        year=2017,
        entry=Entry(**entry),
        version=version,
        user=author,
    )
    assert saved
    return saved


def test_first_save_assesses_the_result(target: Target, author: User) -> None:
    result = save(target.indicator, author, values=[Decimal(1), Decimal(3)])
    assert result.version == 1
    assert result.attainment == 1
    assert result.effective_state == "reached"
    assert result.author == author


def test_a_missing_value_never_counts_as_zero(target: Target, author: User) -> None:
    result = save(target.indicator, author, values=[Decimal(1), None])
    assert result.attainment == 1
    assert result.effective_state == "partial"


def test_saying_nothing_where_there_is_nothing_writes_nothing(
    target: Target, author: User
) -> None:
    nothing = save_result(
        indicator=target.indicator, year=2017, entry=Entry(), version=0, user=author
    )
    assert nothing is None
    assert not Result.objects.exists()


def test_the_same_entry_again_is_no_new_version(target: Target, author: User) -> None:
    save(target.indicator, author, text="Fait")
    again = save(target.indicator, author, version=1, text="Fait")
    assert again.version == 1
    assert again.history.count() == 1


def test_an_unseen_version_is_not_overwritten(target: Target, author: User) -> None:
    save(target.indicator, author, text="La version de Claude")
    with pytest.raises(Conflict) as conflict:
        save(target.indicator, author, version=0, text="La version de Dominique")
    assert conflict.value.current
    assert conflict.value.current.text == "La version de Claude"
    assert Result.objects.get().text == "La version de Claude"


def test_both_typing_the_same_is_no_conflict(target: Target, author: User) -> None:
    save(target.indicator, author, text="Fait")
    assert save(target.indicator, author, version=0, text="Fait").version == 1


def test_each_version_stays_in_the_history(target: Target, author: User) -> None:
    save(target.indicator, author, text="Un")
    save(target.indicator, author, version=1, text="Deux", values=[Decimal("1.5")])
    assert [past.text for past in Result.objects.get().history.all()] == ["Deux", "Un"]


def test_a_state_is_kept_beside_figures_that_say_otherwise(
    target: Target, author: User
) -> None:
    result = save(target.indicator, author, values=[Decimal(0)], state="not_applicable")
    assert result.effective_state == "not_applicable"
    assert result.attainment is None


def test_a_text_target_is_assessed_by_a_person(author: User) -> None:
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator, year=2017, text="Méthodologie généralisée")
    result = save(indicator, author, text="Fait", state="partial")
    assert result.attainment == Decimal("0.5")
