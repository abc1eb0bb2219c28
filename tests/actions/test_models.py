from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from actions.enums import RoleKind, TermKind
from actions.models import (
    Action,
    ActionLink,
    Membership,
    Organisation,
    Placement,
    Plan,
)
from actions.models.actions import code_validator, validate_texts
from actions.models.plans import validate_years
from tests.actions.factories import (
    ActionFactory,
    ActionLinkFactory,
    ActionReferenceFactory,
    ActionTermFactory,
    AxisFactory,
    BrandFactory,
    BudgetLineFactory,
    DeliberationFactory,
    EngagementFactory,
    ImportBatchFactory,
    MeasureFactory,
    MilestoneFactory,
    OrganisationAliasFactory,
    OrganisationFactory,
    PlacementFactory,
    PlanFactory,
    PrintJobFactory,
    ReferenceMeasureFactory,
    RoleFactory,
    SavedMappingFactory,
    TermFactory,
    UserFactory,
)
from tests.constraints import Impossible, again, assert_refused, but

pytestmark = pytest.mark.django_db


def department() -> Organisation:
    return OrganisationFactory(parent=OrganisationFactory())


def membership() -> Membership:
    return Membership.objects.create(
        user=UserFactory(), organisation=OrganisationFactory()
    )


def its_own_department() -> Organisation:
    body = OrganisationFactory()
    return but(body, parent=body)


def placed_under_engagement() -> Placement:
    engagement = EngagementFactory()
    return PlacementFactory(axis=engagement.axis, engagement=engagement)


def action_under_engagement_only() -> Action:
    return but(ActionFactory(), engagement=EngagementFactory())


def linked_to_itself() -> ActionLink:
    link = ActionLinkFactory()
    return but(link, target=link.source)


IMPOSSIBLE: dict[str, Impossible] = {
    "organisation_root_name_unique": lambda: again(OrganisationFactory()),
    "organisation_department_name_unique": lambda: again(department()),
    "organisation_name_given": lambda: but(OrganisationFactory(), name=""),
    "organisation_not_its_own_parent": its_own_department,
    "organisation_alias_unique": lambda: again(OrganisationAliasFactory()),
    "organisation_alias_given": lambda: but(
        OrganisationAliasFactory(), name="", folded=""
    ),
    "membership_unique": lambda: again(membership()),
    "plan_years_ordered": lambda: but(PlanFactory(), start_year=2020, end_year=2019),
    "plan_kind_known": lambda: but(PlanFactory(), kind="agenda_21"),
    "plan_start_year_sensible": lambda: but(PlanFactory(), start_year=1899),
    "plan_end_year_sensible": lambda: but(PlanFactory(), end_year=2201),
    "deliberation_number_unique": lambda: again(DeliberationFactory(number="2020-1")),
    "axis_code_unique": lambda: again(AxisFactory()),
    "engagement_code_unique": lambda: again(EngagementFactory()),
    "term_code_unique": lambda: again(TermFactory()),
    "term_kind_known": lambda: but(TermFactory(), kind="couleur"),
    "reference_measure_unique": lambda: again(ReferenceMeasureFactory()),
    "action_code_unique": lambda: again(ActionFactory()),
    "action_code_given": lambda: but(ActionFactory(), code=""),
    "action_engagement_within_axis": action_under_engagement_only,
    "action_status_known": lambda: but(ActionFactory(), status="perdue"),
    "action_start_year_sensible": lambda: but(ActionFactory(), start_year=19),
    "action_end_year_sensible": lambda: but(ActionFactory(), end_year=20190),
    "action_years_ordered": lambda: but(
        ActionFactory(), start_year=2020, end_year=2019
    ),
    "action_dates_ordered": lambda: but(
        ActionFactory(), start_date=date(2020, 2, 1), end_date=date(2020, 1, 31)
    ),
    "action_budget_ordered": lambda: but(
        ActionFactory(), budget_min=Decimal("2.01"), budget_max=Decimal(2)
    ),
    "action_budget_not_negative": lambda: but(ActionFactory(), budget_min=Decimal(-1)),
    "action_budget_max_not_negative": lambda: but(
        ActionFactory(), budget_max=Decimal(-1)
    ),
    "placement_engagement_unique": lambda: again(placed_under_engagement()),
    "placement_axis_unique": lambda: again(PlacementFactory()),
    "measure_code_unique": lambda: again(MeasureFactory(code="1")),
    "measure_status_known": lambda: but(MeasureFactory(), status="perdue"),
    "role_in_action_or_measure": lambda: but(RoleFactory(), action=None),
    "role_kind_known": lambda: but(RoleFactory(), kind="figurant"),
    "action_term_unique": lambda: again(ActionTermFactory()),
    "action_reference_unique": lambda: again(ActionReferenceFactory()),
    "action_link_unique": lambda: again(ActionLinkFactory()),
    "action_link_to_another": linked_to_itself,
    "action_link_relation_known": lambda: but(ActionLinkFactory(), relation="contre"),
    "import_batch_state_known": lambda: but(ImportBatchFactory(), state="perdu"),
    "import_batch_percent_sensible": lambda: but(ImportBatchFactory(), percent=101),
    "brand_accent_written": lambda: but(BrandFactory(), accent="vert"),
    "print_job_state_known": lambda: but(PrintJobFactory(), state="perdu"),
    "print_job_ready_with_file": lambda: but(PrintJobFactory(), state="ready"),
    "saved_mapping_unique": lambda: again(SavedMappingFactory()),
    "budget_line_unique": lambda: again(
        BudgetLineFactory(funder=OrganisationFactory())
    ),
    "budget_line_without_funder_unique": lambda: again(BudgetLineFactory()),
    "budget_line_year_sensible": lambda: but(BudgetLineFactory(), year=19),
    "budget_line_nature_known": lambda: but(BudgetLineFactory(), nature="don"),
    "budget_line_planned_not_negative": lambda: but(
        BudgetLineFactory(), planned=Decimal("-0.01")
    ),
    "budget_line_committed_not_negative": lambda: but(
        BudgetLineFactory(), committed=Decimal("-0.01")
    ),
    "budget_line_spent_not_negative": lambda: but(
        BudgetLineFactory(), spent=Decimal("-0.01")
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_constraint(name: str) -> None:
    assert_refused(IMPOSSIBLE[name](), name)


def test_a_role_is_not_held_in_an_action_and_in_a_measure() -> None:
    role = but(RoleFactory(), measure=MeasureFactory())
    assert_refused(role, "role_in_action_or_measure")


def test_two_measures_may_have_no_code() -> None:
    again(MeasureFactory()).save()


def test_two_bodies_may_have_departments_of_the_same_name() -> None:
    again(department(), parent=OrganisationFactory()).save()


# Organisations


def test_a_department_is_named_after_its_body() -> None:
    service = OrganisationFactory(
        name="Service Eau", parent=OrganisationFactory(name="CAGB")
    )
    assert str(service) == "CAGB : Service Eau"


def test_a_department_has_no_department() -> None:
    service = OrganisationFactory.build(parent=department())
    with pytest.raises(ValidationError, match="est déjà un service"):
        service.clean()


def test_a_body_that_has_departments_does_not_become_one() -> None:
    body = department().parent
    assert body is not None
    body.parent = OrganisationFactory()
    with pytest.raises(ValidationError, match="a lui-même des services"):
        body.clean()


def test_departments_are_found_with_their_body() -> None:
    service = department()
    assert service.parent is not None
    found = Organisation.objects.within([service.parent.pk])
    assert set(found) == {service, service.parent}


def test_an_alias_is_kept_without_case_nor_accents() -> None:
    alias = OrganisationAliasFactory(name="Délégation  à l’Énergie")
    assert alias.folded == "delegation a l'energie"


# Plans


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [(2015, 2018, "2015–2018"), (2020, 2020, "2020"), (2020, None, "2020")],
)
def test_the_period_of_a_plan(start: int, end: int | None, period: str) -> None:
    assert Plan(start_year=start, end_year=end).period == period


def test_a_plan_without_years_has_no_period() -> None:
    assert Plan().period == ""


def test_cased_words_are_found_whatever_their_case() -> None:
    assert Plan(cased_words="Besançon\nPCAET").known_casing == {
        "besançon": "Besançon",
        "pcaet": "PCAET",
    }


@pytest.mark.parametrize("years", [[2016, 2015], [2015, 2015], ["2015"], [15], 2015])
def test_wrong_years_are_refused(years: object) -> None:
    with pytest.raises(ValidationError, match="années distinctes"):
        validate_years(years)


def test_years_in_order_are_accepted() -> None:
    validate_years([2015, 2016, 2018])


# Actions


@pytest.mark.parametrize("code", ["36", "1.2.3-1", "Fiche 4 bis"])
def test_codes_that_an_address_can_hold(code: str) -> None:
    code_validator(code)


@pytest.mark.parametrize("code", ["1/2", " 3", "3\n4", "4 "])
def test_codes_that_an_address_cannot_hold(code: str) -> None:
    with pytest.raises(ValidationError, match="barre oblique"):
        code_validator(code)


@pytest.mark.parametrize("texts", ["un texte", [1], None])
def test_expected_results_are_texts(texts: object) -> None:
    with pytest.raises(ValidationError, match="liste de textes"):
        validate_texts(texts)


def test_an_action_is_placed_within_its_own_plan() -> None:
    action = ActionFactory.build(plan=PlanFactory(), axis=AxisFactory())
    with pytest.raises(ValidationError, match="autre plan"):
        action.clean()


def test_an_action_is_placed_within_its_own_axis() -> None:
    axis = AxisFactory()
    action = ActionFactory(plan=axis.plan, axis=axis, engagement=EngagementFactory())
    with pytest.raises(ValidationError, match="autre axe"):
        action.clean()


@pytest.mark.parametrize(
    ("title", "description", "shown"),
    [
        ("Isoler", "- Les toits", "Isoler"),
        ("", "- Les toits\n- Les murs", "Les toits"),
        ("", "", "(sans titre)"),
    ],
)
def test_a_short_title(title: str, description: str, shown: str) -> None:
    assert Action(title=title, description=description).short_title == shown


def test_pilots_and_partners_stand_in_the_order_of_the_document() -> None:
    action = ActionFactory()
    second = RoleFactory(action=action, order=2)
    first = RoleFactory(action=action, order=1)
    funder = RoleFactory(action=action, kind=RoleKind.FUNDER)
    assert action.pilots == [first, second]
    assert action.partners == [funder]


def test_all_pilots_name_each_organisation_once() -> None:
    action = ActionFactory()
    measure = MeasureFactory(action=action)
    body = RoleFactory(action=action).organisation
    RoleFactory(action=None, measure=measure, organisation=body)
    other = RoleFactory(action=None, measure=measure).organisation
    assert [role.organisation for role in action.all_pilots] == [body, other]


def test_the_words_of_a_role_are_kept_as_written() -> None:
    action = Action(pilot_raw="3DE, PLIE apportent leur contribution")
    words = action.role_text(RoleKind.PILOT)
    assert words == "3DE, PLIE apportent leur contribution"


def test_terms_are_parted_by_kind() -> None:
    action = ActionFactory()
    theme = ActionTermFactory(action=action).term
    keyword = ActionTermFactory(action=action, term__kind=TermKind.KEYWORD).term
    assert (action.themes, action.keywords, action.types) == ([theme], [keyword], [])


def test_an_action_is_placed_once_under_its_home() -> None:
    axis = AxisFactory()
    action = ActionFactory(plan=axis.plan, axis=axis)
    action.place_home()
    action.place_home()
    assert [place.axis for place in action.placements.all()] == [axis]


def test_an_action_without_axis_has_no_place() -> None:
    action = ActionFactory()
    action.place_home()
    assert not action.placements.exists()


def test_a_placement_names_an_engagement_of_its_axis() -> None:
    placement = PlacementFactory.build(
        axis=AxisFactory(), engagement=EngagementFactory()
    )
    with pytest.raises(ValidationError, match="autre axe"):
        placement.clean()


def test_a_link_is_read_from_both_ends() -> None:
    link = ActionLinkFactory(target__code="7", relation="supported_by")
    assert str(link) == "s’appuie sur 7"
    assert link.label_from_target == "soutient"


@pytest.mark.parametrize(
    ("years", "horizon"), [(None, ""), (0, "0 an"), (1, "1 an"), (3, "3 ans")]
)
def test_the_horizon_of_a_milestone(years: int | None, horizon: str) -> None:
    assert MilestoneFactory.build(horizon_years=years).horizon == horizon


def test_a_changed_title_leaves_who_when_before_and_after() -> None:
    action = ActionFactory(title="Avant")
    but(action, title="Après").save()
    titles = action.history.values_list("title", flat=True)
    assert list(titles) == ["Après", "Avant"]
