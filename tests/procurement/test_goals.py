from __future__ import annotations

from decimal import Decimal

import pytest

from tests.constraints import Impossible, again, assert_refused, but
from tests.procurement.factories import GoalFactory, GoalTargetFactory

pytestmark = pytest.mark.django_db

IMPOSSIBLE: dict[str, Impossible] = {
    "goal_label_given": lambda: but(GoalFactory(), label=""),
    "goal_target_year_unique": lambda: again(GoalTargetFactory()),
    "goal_target_year_sensible": lambda: but(GoalTargetFactory(), year=26),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_constraint(name: str) -> None:
    assert_refused(IMPOSSIBLE[name](), name)


def test_the_figure_of_a_year_is_kept_exactly() -> None:
    target = GoalTargetFactory(value=Decimal("33.333333"), goal__unit="%")
    target.refresh_from_db()
    assert str(target) == "2026 : 33.333333 %"


def test_a_changed_figure_leaves_its_history() -> None:
    target = GoalTargetFactory(value=Decimal(30))
    but(target, value=Decimal(40)).save()
    values = target.history.values_list("value", flat=True)
    assert list(values) == [40, 30]
