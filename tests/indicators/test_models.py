from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from indicators.enums import State, Validation
from indicators.fields import DecimalListField
from indicators.models import Campaign, Indicator, Quantity, Result, Target
from tests.actions.factories import MeasureFactory
from tests.constraints import Impossible, again, assert_refused, but
from tests.indicators.factories import (
    CampaignFactory,
    IndicatorFactory,
    ProgressNoteFactory,
    ProofFactory,
    QuantityFactory,
    ReminderFactory,
    ResultFactory,
    ReviewCommentFactory,
    ReviewFactory,
    ReviewRowFactory,
    ReviewSheetFactory,
    TargetFactory,
)

pytestmark = pytest.mark.django_db

IMPOSSIBLE: dict[str, Impossible] = {
    "indicator_kind_known": lambda: but(IndicatorFactory(), kind="humeur"),
    "indicator_name_given": lambda: but(IndicatorFactory(), name=""),
    "target_year_unique": lambda: again(TargetFactory()),
    "target_text_given": lambda: but(TargetFactory(), text=""),
    "target_year_sensible": lambda: but(TargetFactory(), year=17),
    "quantity_order_unique": lambda: again(QuantityFactory()),
    "quantity_comparator_known": lambda: but(QuantityFactory(), comparator="≠"),
    "result_year_unique": lambda: again(ResultFactory()),
    "result_state_known": lambda: but(ResultFactory(), state="ravi"),
    "result_attainment_is_a_share": lambda: but(
        ResultFactory(), attainment=Decimal("1.000001")
    ),
    "result_year_sensible": lambda: but(ResultFactory(), year=17),
    "result_validation_known": lambda: but(ResultFactory(), validation="bof"),
    "result_returned_with_a_remark": lambda: but(
        ResultFactory(), validation=Validation.RETURNED
    ),
    "proof_year_sensible": lambda: but(ProofFactory(), year=17),
    "note_text_given": lambda: but(ProgressNoteFactory(), text=""),
    "note_year_sensible": lambda: but(ProgressNoteFactory(), year=17),
    "reminder_recipient_known": lambda: but(ReminderFactory(), recipient="voisin"),
    "review_period_unique": lambda: again(ReviewFactory()),
    "review_years_ordered": lambda: but(ReviewFactory(), first_year=2018),
    "review_first_year_sensible": lambda: but(ReviewFactory(), first_year=17),
    "review_year_sensible": lambda: but(ReviewFactory(), year=20170),
    "review_comment_of_axis_unique": lambda: again(ReviewCommentFactory()),
    "review_introduction_unique": lambda: again(ReviewCommentFactory(axis=None)),
    "review_sheet_unique": lambda: again(ReviewSheetFactory()),
    "review_row_unique": lambda: again(ReviewRowFactory()),
    "review_row_kind_known": lambda: but(ReviewRowFactory(), kind="humeur"),
    "campaign_year_unique": lambda: again(CampaignFactory()),
    "campaign_dates_ordered": lambda: but(
        CampaignFactory(), opens_on=date(2018, 1, 2), closes_on=date(2018, 1, 1)
    ),
    "campaign_year_sensible": lambda: but(CampaignFactory(), year=17),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_constraint(name: str) -> None:
    assert_refused(IMPOSSIBLE[name](), name)


def test_an_attainment_is_not_negative() -> None:
    result = but(ResultFactory(), attainment=Decimal("-0.1"))
    assert_refused(result, "result_attainment_is_a_share")


# Indicators and their cells


def test_an_indicator_belongs_to_a_measure_of_its_action() -> None:
    indicator = IndicatorFactory(measure=MeasureFactory())
    with pytest.raises(ValidationError, match="autre action"):
        indicator.clean()


def test_the_years_of_an_indicator_are_those_of_targets_and_results() -> None:
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator, year=2018)
    ResultFactory(indicator=indicator, year=2016, text="Fait")
    assert indicator.years == [2016, 2018]


def test_a_target_reads_its_quantities() -> None:
    target = TargetFactory(text="1 colloque et au moins 3 matinales")
    shown = [str(quantity) for quantity in target.quantities.all()]
    assert shown == ["1 colloque", ">= 3 matinales"]


def test_a_cell_without_result_is_missing() -> None:
    cell = TargetFactory().indicator.cell(2017)
    assert cell.is_missing
    assert cell.attainment is None


def test_a_cell_where_nothing_is_expected_says_nothing() -> None:
    assert IndicatorFactory().cell(2017).state == ""


def test_a_comment_alone_leaves_the_cell_missing() -> None:
    target = TargetFactory()
    ResultFactory(indicator=target.indicator, comment="Chiffre attendu en mai")
    assert target.indicator.cell(2017).is_missing


def test_a_cell_stands_each_value_beside_its_quantity() -> None:
    target = TargetFactory(text="1 colloque et 3 matinales")
    ResultFactory(indicator=target.indicator, values=[Decimal(1), None, Decimal(4)])
    lines = target.indicator.cell(2017).lines
    assert [(line.unit, line.value) for line in lines] == [
        ("colloque", 1),
        ("matinales", None),
        ("", 4),
    ]


def test_a_grid_reads_in_a_constant_number_of_queries(
    django_assert_num_queries: Any,
) -> None:
    for _ in range(3):
        target = TargetFactory()
        ResultFactory(indicator=target.indicator, text="Fait")
    with django_assert_num_queries(4):
        indicators = list(Indicator.objects.for_grid())
    with django_assert_num_queries(0):
        cells = [cell for each in indicators for cell in each.cells([2016, 2017])]
        assert [cell.state for cell in cells if cell.target] == ["", "", ""]
        assert all(cell.lines for cell in cells if cell.target)


# Results


def test_a_result_keeps_exact_decimals() -> None:
    ResultFactory(values=[Decimal("0.1"), None, Decimal("12345678901234.123456")])
    assert Result.objects.get().values == [
        Decimal("0.1"),
        None,
        Decimal("12345678901234.123456"),
    ]


def test_values_come_back_as_exact_decimals() -> None:
    assert DecimalListField().to_python(["0.1", None, "3"]) == [
        Decimal("0.1"),
        None,
        Decimal(3),
    ]


@pytest.mark.parametrize("typed", [["beaucoup"], [{}], ["1,5"]])
def test_values_that_are_not_numbers_are_refused(typed: object) -> None:
    with pytest.raises(ValidationError, match="Des nombres sont attendus"):
        DecimalListField().clean(typed, None)


def test_figures_give_the_state_and_the_attainment() -> None:
    target = TargetFactory(text="1 colloque et 4 matinales")
    result = ResultFactory(indicator=target.indicator, values=[Decimal(1), Decimal(1)])
    assert result.attainment == Decimal("0.625")
    assert result.effective_state == State.PARTIAL


def test_what_a_person_says_comes_before_the_figures() -> None:
    target = TargetFactory(text="4 matinales")
    result = ResultFactory(
        indicator=target.indicator, values=[Decimal(1)], state=State.REACHED
    )
    assert result.effective_state == State.REACHED
    assert result.attainment == Decimal("0.25")


@pytest.mark.parametrize(
    ("state", "attainment"),
    [
        (State.REACHED, Decimal(1)),
        (State.PARTIAL, Decimal("0.5")),
        (State.NOT_REACHED, Decimal(0)),
        (State.NOT_APPLICABLE, None),
    ],
)
def test_a_target_in_words_is_assessed_by_a_person(
    state: State, attainment: Decimal | None
) -> None:
    target = TargetFactory(text="Méthode arrêtée")
    result = ResultFactory(indicator=target.indicator, state=state)
    assert result.attainment == attainment


def test_what_does_not_apply_is_not_assessed() -> None:
    target = TargetFactory(text="4 matinales")
    result = ResultFactory(
        indicator=target.indicator, values=[Decimal(4)], state=State.NOT_APPLICABLE
    )
    assert result.attainment is None
    assert not result.is_empty


def test_a_missing_value_is_not_zero() -> None:
    result = Result(values=[None])
    result.assess([])
    assert (result.is_empty, result.has_content, result.attainment) == (
        True,
        False,
        None,
    )


def test_zero_is_a_value() -> None:
    assert not Result(values=[Decimal(0)]).is_empty


def test_filled_results_say_something() -> None:
    ResultFactory(comment="Chiffre attendu en mai")
    said = ResultFactory(text="Fait")
    assert list(Result.objects.filled()) == [said]


# Campaigns


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2017, 12, 31), False),
        (date(2018, 1, 1), True),
        (date(2018, 3, 31), True),
        (date(2018, 4, 1), False),
    ],
)
def test_a_campaign_is_open_from_its_first_to_its_last_day(
    day: date, is_open: bool
) -> None:
    campaign = CampaignFactory(opens_on=date(2018, 1, 1), closes_on=date(2018, 3, 31))
    assert campaign.is_open_on(day) is is_open
    assert Campaign.objects.open_on(day).exists() is is_open


def test_a_locked_campaign_is_closed() -> None:
    campaign = CampaignFactory(is_locked=True)
    assert not campaign.is_open_on(campaign.opens_on)
    assert not Campaign.objects.open_on(campaign.opens_on).exists()


def test_the_words_of_a_target_keep_their_history() -> None:
    target = TargetFactory(text="3 réunions")
    but(target, text="4 réunions").save()
    texts = target.history.values_list("text", flat=True)
    assert list(texts) == ["4 réunions", "3 réunions"]


def test_a_quantity_shows_without_needless_zeros() -> None:
    assert str(Quantity(value=Decimal("30.500000"), unit="%")) == "30.5 %"


def test_a_target_shows_its_year() -> None:
    assert str(Target(year=2017, text="3 réunions")) == "2017 : 3 réunions"
