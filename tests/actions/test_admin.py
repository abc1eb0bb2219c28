"""The administration of plans: who reaches what, what is locked, what a page costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from actions.models import (
    Action,
    Axis,
    BudgetLine,
    Deliberation,
    Engagement,
    Measure,
    Milestone,
    Organisation,
    Placement,
    Plan,
    ReferenceMeasure,
    Role,
    Term,
)
from pcaet.admin_site import SECTIONS
from tests.actions.factories import (
    ActionFactory,
    ActionLinkFactory,
    ActionReferenceFactory,
    ActionTermFactory,
    AxisFactory,
    BudgetLineFactory,
    DeliberationFactory,
    EngagementFactory,
    MeasureFactory,
    MilestoneFactory,
    OrganisationAliasFactory,
    OrganisationFactory,
    PlacementFactory,
    PlanFactory,
    RoleFactory,
    UserFactory,
)
from tests.administration import (
    change_page,
    errors,
    page,
    posted,
    queries_of,
    save,
    signed_in,
    told,
)

pytestmark = pytest.mark.django_db

MODELS = [
    Plan,
    Deliberation,
    Axis,
    Engagement,
    Action,
    Measure,
    Role,
    Milestone,
    BudgetLine,
    Organisation,
    Term,
    ReferenceMeasure,
]


def full_plan(**of_plan: Any) -> Plan:
    """A plan with one of everything."""
    plan = PlanFactory(**of_plan)
    DeliberationFactory(plan=plan)
    axis = AxisFactory(plan=plan)
    engagement = EngagementFactory(axis=axis)
    action = ActionFactory(
        plan=plan,
        axis=axis,
        engagement=engagement,
        expected_results=["Des écoles rénovées"],
    )
    PlacementFactory(action=action, axis=axis, engagement=engagement)
    department = OrganisationFactory(parent=OrganisationFactory())
    OrganisationAliasFactory(organisation=department)
    RoleFactory(action=action, organisation=department)
    measure = MeasureFactory(action=action)
    RoleFactory(action=None, measure=measure, organisation=department)
    MilestoneFactory(action=action)
    BudgetLineFactory(action=action, funder=department)
    ActionTermFactory(action=action)
    ActionReferenceFactory(action=action)
    ActionLinkFactory(source=action)
    return plan


def action_of(plan: Plan) -> Action:
    return plan.actions.earliest("pk")


@pytest.fixture
def ours(officer: User) -> Plan:
    """A plan of the officer's authority, not yet adopted."""
    return full_plan(authority=officer.memberships.get().organisation)


@pytest.fixture
def adopted(ours: Plan) -> Plan:
    ours.is_adopted = True
    ours.save()
    return ours


@pytest.fixture
def foreign(ours: Plan) -> Plan:
    return full_plan()


@pytest.fixture
def at_work(officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def boss(administrator: User) -> Client:
    return signed_in(administrator)


# The door


def test_anonymous_signs_in_on_the_page_of_the_site(client: Client) -> None:
    response = client.get("/admin/actions/plan/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("login"))


@pytest.mark.parametrize("who", ["pilot", "reader"])
def test_those_who_do_not_work_here_are_told_so(
    who: str, request: pytest.FixtureRequest, client: Client
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get("/admin/", follow=True).status_code == 403


def test_home_lists_the_work_by_subject(boss: Client) -> None:
    text = boss.get("/admin/").content.decode()
    places = [
        text.index(f"<caption>{section}</caption>")
        for section in (
            "Plans",
            "Actions",
            "Indicateurs et résultats",
            "Organismes et vocabulaire",
            "Commande publique",
            "Comptes et droits",
        )
    ]
    assert places == sorted(places)


def test_every_list_stands_in_a_known_section(boss: Client) -> None:
    sections = [app["name"] for app in boss.get("/admin/").context["app_list"]]
    assert tuple(sections) == SECTIONS


# Reach


@pytest.mark.parametrize("model", MODELS[:9])
def test_officer_sees_only_the_plans_they_manage(
    model: type[Model], at_work: Client, ours: Plan, foreign: Plan
) -> None:
    response = at_work.get(page(model, "changelist"))
    shown = set(response.context["cl"].queryset)
    assert shown
    assert shown < set(model._default_manager.all())


@pytest.mark.parametrize("model", MODELS[:9])
def test_a_page_of_another_plan_does_not_open(
    model: type[Model], at_work: Client, foreign: Plan
) -> None:
    stranger = model._default_manager.order_by("pk").last()
    assert stranger is not None
    response = at_work.get(change_page(stranger), follow=True)
    assert response.redirect_chain[-1][0] == "/admin/"
    assert at_work.get(page(model, "history", stranger.pk)).status_code == 404


def test_administrator_sees_every_plan(boss: Client, foreign: Plan) -> None:
    response = boss.get(page(Plan, "changelist"))
    assert response.context["cl"].queryset.count() == Plan.objects.count()


def test_officer_does_not_write_into_another_plan(
    at_work: Client, foreign: Plan
) -> None:
    response = at_work.post(
        page(Axis, "add"),
        {
            "plan": foreign.pk,
            "code": "9",
            "order": "0",
            "engagements-TOTAL_FORMS": "0",
            "engagements-INITIAL_FORMS": "0",
        },
    )
    assert "plan" in response.context["adminform"].form.errors
    assert not Axis.objects.filter(code="9").exists()


def test_choices_come_from_managed_plans(
    at_work: Client, ours: Plan, foreign: Plan
) -> None:
    asked = {"app_label": "actions", "model_name": "measure", "field_name": "action"}
    found = at_work.get("/admin/autocomplete/", asked).json()["results"]
    assert {int(one["id"]) for one in found} == set(
        ours.actions.values_list("pk", flat=True)
    )
    assert all(one["text"].endswith(str(ours)) for one in found)


def test_officer_gives_a_plan_to_their_own_authority_only(
    at_work: Client, officer: User, ours: Plan
) -> None:
    elsewhere = OrganisationFactory()
    save(at_work, ours, authority=str(elsewhere.pk))
    ours.refresh_from_db()
    assert ours.authority == officer.memberships.get().organisation


def test_a_shared_choice_is_told_by_its_name_alone(boss: Client) -> None:
    OrganisationFactory(name="ADEME")
    asked = {
        "app_label": "actions",
        "model_name": "role",
        "field_name": "organisation",
        "term": "ademe",
    }
    found = boss.get("/admin/autocomplete/", asked).json()["results"]
    assert [one["text"] for one in found] == ["ADEME"]


def test_an_organisation_that_others_use_is_read_only(
    at_work: Client, ours: Plan, foreign: Plan
) -> None:
    theirs = action_of(foreign).roles.get().organisation
    mine = action_of(ours).roles.get().organisation
    save(at_work, mine, name="Service renommé")
    mine.refresh_from_db()
    assert mine.name == "Service renommé"
    response = at_work.post(change_page(theirs), {"name": "Capturé"})
    assert response.status_code == 403


def test_a_body_that_has_its_people_is_not_renamed_by_others(at_work: Client) -> None:
    elsewhere = OrganisationFactory()
    UserFactory(organisations=[elsewhere])
    assert at_work.post(change_page(elsewhere), {"name": "X"}).status_code == 403


# What was voted


def test_officer_reads_the_voted_words_and_types_the_rest(
    at_work: Client, adopted: Plan
) -> None:
    action = action_of(adopted)
    save(at_work, action, title="Détourné", plan="1", status="in_progress")
    action.refresh_from_db()
    assert action.title == "Rénover les écoles"
    assert action.status == "in_progress"


def test_the_page_says_why_words_are_locked(at_work: Client, adopted: Plan) -> None:
    text = at_work.get(change_page(action_of(adopted))).content.decode()
    assert "Ce plan est adopté" in text
    assert "Des écoles rénovées" in text
    assert "[&quot;" not in text


def test_rows_that_were_voted_do_not_change(at_work: Client, adopted: Plan) -> None:
    action = action_of(adopted)
    measure = action.measures.get()
    address = change_page(action)
    data = posted(at_work.get(address))
    data |= {
        "measures-TOTAL_FORMS": "2",
        "measures-0-title": "Détournée",
        "measures-0-DELETE": "on",
        "measures-1-title": "Glissée",
        "measures-1-order": "1",
        "measures-1-action": action.pk,
    }
    at_work.post(address, data)
    assert list(action.measures.all()) == [measure]
    assert action.measures.get().title == "Isoler les toitures"


def test_nothing_new_enters_an_adopted_plan_by_an_officer(
    at_work: Client, adopted: Plan
) -> None:
    data = posted(at_work.get(page(Axis, "add")))
    response = at_work.post(
        page(Axis, "add"), {**data, "plan": adopted.pk, "code": "9", "order": 0}
    )
    assert "est adopté" in errors(response)
    assert not Axis.objects.filter(code="9").exists()


def test_officer_does_not_unadopt_a_plan(at_work: Client, adopted: Plan) -> None:
    address = change_page(adopted)
    data = posted(at_work.get(address))
    data.pop("is_adopted", None)
    at_work.post(address, {**data, "is_public": "on", "title": "Autre"})
    adopted.refresh_from_db()
    assert adopted.is_adopted
    assert adopted.is_public
    assert adopted.title != "Autre"


@pytest.mark.parametrize("model", [Axis, Engagement, Action, Measure, Milestone, Plan])
def test_officer_is_refused_a_deletion_in_words(
    model: type[Model], at_work: Client, adopted: Plan
) -> None:
    voted = model._default_manager.order_by("pk").first()
    assert voted is not None
    response = at_work.post(
        page(model, "delete", voted.pk), {"post": "yes"}, follow=True
    )
    assert any(
        "seul un administrateur peut supprimer" in said for said in told(response)
    )
    assert model._default_manager.filter(pk=voted.pk).exists()


def test_a_selection_that_holds_a_voted_row_is_not_deleted(
    at_work: Client, adopted: Plan
) -> None:
    measure = action_of(adopted).measures.get()
    data = {
        "action": "delete_selected",
        "_selected_action": [measure.pk],
        "post": "yes",
    }
    response = at_work.post(page(Measure, "changelist"), data, follow=True)
    assert "Rien n’est supprimé." in told(response)[0]
    assert Measure.objects.filter(pk=measure.pk).exists()


def test_administrator_corrects_and_history_keeps_both(
    boss: Client, administrator: User, adopted: Plan
) -> None:
    action = action_of(adopted)
    save(boss, action, title="Rénover les écoles et les crèches")
    record = action.history.latest()
    assert record.title == "Rénover les écoles et les crèches"
    assert record.prev_record.title == "Rénover les écoles"
    assert record.history_user == administrator


def test_administrator_deletes_what_was_voted(boss: Client, adopted: Plan) -> None:
    measure = action_of(adopted).measures.get()
    boss.post(page(Measure, "delete", measure.pk), {"post": "yes"})
    assert not Measure.objects.filter(pk=measure.pk).exists()


# Forms


def test_years_are_typed_as_years(at_work: Client, ours: Plan) -> None:
    ours.years = [2015, 2016]
    ours.save()
    text = at_work.get(change_page(ours)).content.decode()
    assert 'value="2015, 2016"' in text
    save(at_work, ours, years="2015 à 2018")
    ours.refresh_from_db()
    assert ours.years == [2015, 2016, 2017, 2018]


def test_a_wrong_year_is_explained(at_work: Client, ours: Plan) -> None:
    assert "« hier » n’est pas une année" in errors(save(at_work, ours, years="hier"))


def test_expected_results_are_typed_one_a_line(at_work: Client, ours: Plan) -> None:
    action = action_of(ours)
    save(at_work, action, expected_results="Un\r\n  suite\r\n\r\nDeux")
    action.refresh_from_db()
    assert action.expected_results == ["Un\nsuite", "Deux"]


def test_an_untouched_page_writes_nothing(boss: Client, ours: Plan) -> None:
    """No list, number or date changes by being shown and posted again."""
    for model in (Plan, Axis, Engagement, Action, Measure, Role, Milestone, BudgetLine):
        instance = model._default_manager.order_by("pk").first()
        assert instance is not None
        before = model._default_manager.filter(pk=instance.pk).values().get()
        response = save(boss, instance)
        assert response.status_code == 302, errors(response)
        assert model._default_manager.filter(pk=instance.pk).values().get() == before


def test_axes_offered_are_those_of_the_plan(
    boss: Client, ours: Plan, foreign: Plan
) -> None:
    response = boss.get(change_page(action_of(ours)))
    field = response.context["adminform"].form.fields["axis"]
    assert set(field.queryset) == set(ours.axes.all())


def test_an_empty_form_offers_axes_plan_by_plan(
    boss: Client, ours: Plan, foreign: Plan
) -> None:
    text = boss.get(page(Action, "add")).content.decode()
    assert f'<optgroup label="{ours}">' in text
    assert f'<optgroup label="{foreign}">' in text
    of_one = boss.get(page(Action, "add"), {"plan": ours.pk})
    field = of_one.context["adminform"].form.fields["axis"]
    assert set(field.queryset) == set(ours.axes.all())


def test_an_action_stands_where_its_home_is(boss: Client, ours: Plan) -> None:
    axis = AxisFactory(plan=ours)
    data = posted(boss.get(page(Action, "add")))
    data |= {"plan": ours.pk, "axis": axis.pk, "code": "77", "order": 0}
    response = boss.post(page(Action, "add"), data)
    assert response.status_code == 302, errors(response)
    assert Placement.objects.get(action__code="77").axis == axis


def test_database_rules_are_told_beside_the_form(boss: Client, ours: Plan) -> None:
    action = action_of(ours)
    response = save(boss, action, start_year="2020", end_year="2019")
    assert "ne précède pas" in errors(response)


def test_links_lead_to_the_page_and_to_paper(boss: Client, ours: Plan) -> None:
    action = action_of(ours)
    text = boss.get(change_page(action)).content.decode()
    for address in (
        action.get_absolute_url(),
        reverse("action_fiche", args=[ours.slug, action.code]),
        reverse("admin:indicators_action_grid", args=[action.pk]),
    ):
        assert f'href="{address}"' in text


def test_search_ignores_accents_and_capitals(boss: Client, ours: Plan) -> None:
    action = action_of(ours)
    action.title = "RÉNOVER LES ÉCOLES"
    action.save()
    found = boss.get(page(Action, "changelist"), {"q": "ecoles rénover"})
    assert action in found.context["cl"].queryset
    nothing = boss.get(page(Action, "changelist"), {"q": "piscines"})
    assert not nothing.context["cl"].queryset.exists()


def test_an_organisation_is_found_by_its_other_spellings(boss: Client) -> None:
    alias = OrganisationAliasFactory(name="Rég. Île-de-France")
    found = boss.get(page(Organisation, "changelist"), {"q": "reg. ile"})
    assert list(found.context["cl"].queryset) == [alias.organisation]


@pytest.mark.parametrize("wrong", ["x", "0", "-1", "9" * 30])
def test_a_wrong_plan_in_the_address_filters_nothing_or_all(
    boss: Client, ours: Plan, wrong: str
) -> None:
    assert boss.get(page(Action, "changelist"), {"plan": wrong}).status_code == 200


def test_get_never_writes(boss: Client, ours: Plan) -> None:
    before = Action.history.count(), Plan.history.count(), Role.history.count()
    for model in MODELS:
        boss.get(page(model, "changelist"))
        instance = model._default_manager.first()
        assert instance is not None
        boss.get(change_page(instance))
    assert (
        Action.history.count(),
        Plan.history.count(),
        Role.history.count(),
    ) == before


# What pages cost


@pytest.mark.parametrize("who", ["boss", "at_work"])
@pytest.mark.parametrize("model", MODELS)
def test_lists_read_in_a_constant_number_of_queries(
    model: type[Model], who: str, request: pytest.FixtureRequest, ours: Plan
) -> None:
    client: Client = request.getfixturevalue(who)
    few = queries_of(client, page(model, "changelist"))
    for _ in range(9):
        full_plan(authority=ours.authority)
    assert queries_of(client, page(model, "changelist")) == few


def more_of(plan: Plan) -> None:
    """Ten times the parts of a plan, its action, its measure and its department."""
    action, axis = action_of(plan), plan.axes.get()
    department = action.roles.get().organisation
    assert department.parent
    for number in range(9):
        DeliberationFactory(plan=plan)
        engagement = EngagementFactory(axis=axis)
        AxisFactory(plan=plan)
        MeasureFactory(action=action)
        PlacementFactory(action=action, axis=axis, engagement=engagement)
        RoleFactory(
            action=action, organisation=OrganisationFactory(parent=department.parent)
        )
        RoleFactory(action=None, measure=action.measures.first())
        MilestoneFactory(action=action)
        BudgetLineFactory(
            action=action, year=2030 + number, funder=OrganisationFactory()
        )
        ActionTermFactory(action=action)
        ActionReferenceFactory(action=action)
        ActionLinkFactory(source=action)
        OrganisationAliasFactory(organisation=department)


@pytest.mark.parametrize("who", ["boss", "at_work"])
@pytest.mark.parametrize("model", MODELS)
def test_pages_read_in_a_constant_number_of_queries(
    model: type[Model], who: str, request: pytest.FixtureRequest, ours: Plan
) -> None:
    client: Client = request.getfixturevalue(who)
    instance = model._default_manager.order_by("pk").last()
    assert instance is not None
    few = queries_of(client, change_page(instance))
    more_of(ours)
    assert queries_of(client, change_page(instance)) == few


@pytest.mark.parametrize("model", MODELS)
def test_empty_forms_read_in_a_constant_number_of_queries(
    model: type[Model], boss: Client, ours: Plan
) -> None:
    few = queries_of(boss, page(model, "add"))
    for _ in range(9):
        full_plan()
    assert queries_of(boss, page(model, "add")) == few


def test_the_real_plans_open(boss: Client, demo: dict[str, Plan]) -> None:
    """One action of each plan, with all that its document holds."""
    for plan in demo.values():
        action = plan.actions.order_by("order").last()
        assert action is not None
        assert boss.get(change_page(action)).status_code == 200
        assert boss.get(change_page(plan)).status_code == 200
