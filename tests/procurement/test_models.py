from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from procurement.models import (
    AgecLine,
    Buyer,
    CommitteeMember,
    CommitteeSession,
    Contract,
    ContractHolder,
    Goal,
    GoalScope,
    Holder,
    LegalParameter,
    Modification,
    Purchase,
    PurchaseAction,
    Rating,
    RatingCriterion,
    Subcontract,
)
from procurement.reference import load_parameters
from tests.actions.factories import ActionFactory
from tests.constraints import Impossible, again, assert_refused, but
from tests.procurement.factories import GoalFactory

pytestmark = pytest.mark.django_db


def buyer() -> Buyer:
    return Buyer.objects.get_or_create(siret="24440055200026")[0]


def holder() -> Holder:
    return Holder.objects.get_or_create(identifier="38462657800213")[0]


def contract(**changes: Any) -> Contract:
    columns: dict[str, Any] = {
        "key": "a" * 40,
        "kind": "contract",
        "buyer": buyer(),
        "number": "2024-01",
        "object": "Entretien",
        "notified_on": date(2024, 3, 1),
    }
    return Contract.objects.create(**(columns | changes))


def purchase(**changes: Any) -> Purchase:
    columns: dict[str, Any] = {
        "buyer": buyer(),
        "year": 2026,
        "label": "Espaces verts",
        "award_due": date(2027, 3, 1),
    }
    return Purchase.objects.create(**(columns | changes))


def criterion(label: str = "Bruit", weight: int = 1) -> RatingCriterion:
    return RatingCriterion.objects.create(label=label, weight=weight)


def rating() -> Rating:
    return Rating.objects.create(purchase=purchase(), criterion=criterion(), score=2)


def scope() -> GoalScope:
    goal: Goal = GoalFactory()
    return GoalScope.objects.create(plan=goal.plan)


def session() -> CommitteeSession:
    return CommitteeSession.objects.create(buyer=buyer(), year=2026)


def agec() -> AgecLine:
    return AgecLine.objects.create(
        buyer=buyer(),
        year=2024,
        family="Mobilier",
        total=1,
        reused=1,
        donated=1,
        recycled=1,
    )


def parameter() -> LegalParameter:
    return LegalParameter.objects.create(
        code="scheme", applies_from=date(2020, 1, 1), value=1, unit="€", reference="Loi"
    )


def link() -> ContractHolder:
    return ContractHolder.objects.create(contract=contract(), holder=holder())


def modification() -> Modification:
    return Modification.objects.create(contract=contract(), order=0)


def subcontract() -> Subcontract:
    return Subcontract.objects.create(contract=contract(), order=0)


def aim() -> PurchaseAction:
    return PurchaseAction.objects.create(purchase=purchase(), action=ActionFactory())


def member() -> CommitteeMember:
    return CommitteeMember.objects.create(buyer=buyer(), function="Présidence")


IMPOSSIBLE: dict[str, Impossible] = {
    "goal_formula_known": lambda: but(GoalFactory(), formula="average"),
    "goal_scope_minimum_not_negative": lambda: but(scope(), minimum_amount=-1),
    "goal_scope_social_known": lambda: but(scope(), social_scope="none"),
    "goal_scope_sme_rule_known": lambda: but(scope(), sme_rule="none"),
    "buyer_siret_given": lambda: but(buyer(), siret=""),
    "holder_identifier_unique": lambda: again(holder()),
    "holder_size_known": lambda: but(holder(), size_class="giant"),
    "contract_kind_known": lambda: but(contract(), kind="loan"),
    "contract_procedure_known": lambda: but(contract(), procedure="secret"),
    "contract_amount_not_negative": lambda: but(contract(), amount=Decimal(-1)),
    "contract_evaluation_on_five": lambda: but(contract(), evaluation=Decimal(6)),
    "contract_hours_not_negative": lambda: but(contract(), insertion_hours=Decimal(-1)),
    "contract_holder_unique": lambda: again(link()),
    "modification_order_unique": lambda: again(modification()),
    "modification_reading_known": lambda: but(modification(), reading="half"),
    "subcontract_order_unique": lambda: again(subcontract()),
    "legal_parameter_unique": lambda: again(parameter()),
    "legal_parameter_reference_given": lambda: but(parameter(), reference=""),
    "purchase_year_sensible": lambda: but(purchase(), year=26),
    "purchase_label_given": lambda: but(purchase(), label=""),
    "purchase_renewal_unique": lambda: again(purchase(renews=contract())),
    "purchase_action_unique": lambda: again(aim()),
    "rating_criterion_weight_positive": lambda: but(criterion(), weight=Decimal(0)),
    "rating_unique": lambda: again(rating()),
    "rating_score_within_scale": lambda: but(rating(), score=5),
    "committee_session_unique": lambda: again(session()),
    "committee_session_year_sensible": lambda: but(session(), year=26),
    "committee_member_unique": lambda: again(member()),
    "agec_line_unique": lambda: again(agec()),
    "agec_line_year_sensible": lambda: but(agec(), year=26),
    "agec_line_total_not_negative": lambda: but(agec(), total=Decimal(-1)),
    "agec_line_reused_not_negative": lambda: but(agec(), reused=Decimal(-1)),
    "agec_line_donated_not_negative": lambda: but(agec(), donated=Decimal(-1)),
    "agec_line_recycled_not_negative": lambda: but(agec(), recycled=Decimal(-1)),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_constraint(name: str) -> None:
    assert_refused(IMPOSSIBLE[name](), name)


@pytest.mark.parametrize(
    ("declared", "corrected", "effective"),
    [
        (True, None, True),
        (None, None, None),
        (False, True, True),
        (True, False, False),
        (None, False, False),
    ],
)
def test_the_officers_word_stands_above_what_was_published(
    declared: bool | None, corrected: bool | None, effective: bool | None
) -> None:
    one = contract(social_clause=declared, corrected_social_clause=corrected)
    one.refresh_from_db()
    assert one.has_social_clause is effective


def test_the_score_weighs_criteria() -> None:
    bought = purchase()
    Rating.objects.create(purchase=bought, criterion=criterion("A", 3), score=4)
    Rating.objects.create(purchase=bought, criterion=criterion("B", 1), score=0)
    assert bought.score == 75


def test_an_unrated_purchase_has_no_score() -> None:
    assert purchase().score is None


def test_steps_are_due_before_the_award() -> None:
    due = [(step.months, step.due_on) for step in purchase().steps()]
    assert due == [
        (24, date(2025, 3, 1)),
        (14, date(2026, 1, 1)),
        (12, date(2026, 3, 1)),
    ]


def test_a_purchase_is_anticipated_twelve_months_before() -> None:
    assert purchase(rated_on=date(2026, 3, 1)).was_anticipated
    assert not purchase(rated_on=date(2026, 3, 2)).was_anticipated


@pytest.mark.parametrize(
    ("day", "value"), [(date(2025, 6, 1), 221000), (date(2026, 6, 1), 216000)]
)
def test_the_legal_figure_in_force_follows_the_day(day: date, value: int) -> None:
    # A test with real transactions wipes out what the migration wrote.
    load_parameters(LegalParameter)
    found = LegalParameter.objects.in_force("formal_supplies", day)
    assert found is not None and found.value == value


def test_no_legal_figure_before_the_first() -> None:
    assert LegalParameter.objects.in_force("scheme", date(2000, 1, 1)) is None
