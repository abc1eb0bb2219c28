"""Two organisations become one: no link is lost, none is said twice."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from actions.directory import Directory
from actions.enums import RoleKind
from actions.merging import MergeRefused, links_to, merge, moves
from actions.models import (
    Action,
    BudgetLine,
    Measure,
    Membership,
    Organisation,
    OrganisationAlias,
    Plan,
    Role,
)
from tests.actions.factories import (
    ActionFactory,
    BudgetLineFactory,
    MeasureFactory,
    OrganisationFactory,
    PlanFactory,
    RoleFactory,
    UserFactory,
)
from tests.administration import page, queries_of, signed_in, told

pytestmark = pytest.mark.django_db

MERGE_PAGE = "/admin/actions/organisation/fusion/"


@pytest.fixture
def kept() -> Organisation:
    return OrganisationFactory(name="DEEES")


@pytest.fixture
def removed() -> Organisation:
    return OrganisationFactory(name="DEES", short_name="D.E.E.S")


def test_every_link_follows(kept: Organisation, removed: Organisation) -> None:
    role = RoleFactory(organisation=removed)
    plan = PlanFactory(authority=removed)
    line = BudgetLineFactory(funder=removed)
    member = Membership.objects.create(user=UserFactory(), organisation=removed)
    department = OrganisationFactory(name="Service Énergie", parent=removed)
    merge(kept, [removed])
    for row, holder in (
        (role, "organisation"),
        (plan, "authority"),
        (line, "funder"),
        (member, "organisation"),
        (department, "parent"),
    ):
        row.refresh_from_db()
        assert getattr(row, holder) == kept
    assert not Organisation.objects.filter(pk=removed.pk).exists()


def test_links_of_every_app_are_found() -> None:
    holders = {(key.model._meta.label, key.name) for key in links_to(Organisation)}
    assert {
        ("actions.Role", "organisation"),
        ("actions.Plan", "authority"),
        ("actions.BudgetLine", "funder"),
        ("actions.Membership", "organisation"),
        ("actions.OrganisationAlias", "organisation"),
        ("indicators.Reminder", "organisation"),
    } <= holders
    assert not any("Historical" in label for label, _ in holders)


def test_the_removed_names_stay_known(
    kept: Organisation, removed: Organisation
) -> None:
    OrganisationAlias.objects.create(organisation=removed, name="Dir. écologie")
    merge(kept, [removed])
    directory = Directory()
    for name in ("DEES", "dees", "Dir. Ecologie"):
        assert directory.find(name) == kept
    kept.refresh_from_db()
    assert kept.short_name == "D.E.E.S"


def test_the_same_role_is_said_once(kept: Organisation, removed: Organisation) -> None:
    action = ActionFactory()
    RoleFactory(organisation=kept, action=action, note="le portail", order=3)
    RoleFactory(organisation=removed, action=action, note="les aides", order=1)
    other = RoleFactory(organisation=removed, action=action, kind=RoleKind.PARTNER)
    report = merge(kept, [removed])
    role = action.roles.get(kind=RoleKind.PILOT)
    assert (role.note, role.order) == ("le portail ; les aides", 1)
    other.refresh_from_db()
    assert other.organisation == kept
    assert report.joined == Counter({Role: 1})


def test_the_same_note_is_not_repeated(
    kept: Organisation, removed: Organisation
) -> None:
    action = ActionFactory()
    for one in (kept, removed):
        RoleFactory(organisation=one, action=action, note="le portail")
    merge(kept, [removed])
    assert action.roles.get().note == "le portail"


def test_notes_too_long_for_one_role_stop_the_merge(
    kept: Organisation, removed: Organisation
) -> None:
    action = ActionFactory()
    RoleFactory(organisation=kept, action=action, note="a" * 600)
    RoleFactory(organisation=removed, action=action, note="b" * 600)
    with pytest.raises(MergeRefused, match="trop longues"):
        merge(kept, [removed])
    assert Role.objects.filter(organisation=removed).count() == 1


def test_money_of_both_lines_stays(kept: Organisation, removed: Organisation) -> None:
    action = ActionFactory()
    BudgetLineFactory(action=action, funder=kept, planned=Decimal(100))
    BudgetLineFactory(action=action, funder=removed, planned=Decimal(50), spent=1)
    merge(kept, [removed])
    line = action.budget_lines.get()
    assert (line.planned, line.spent) == (Decimal(150), Decimal(1))
    assert line.committed is None


def test_a_person_is_a_member_once(kept: Organisation, removed: Organisation) -> None:
    user = UserFactory(organisations=[kept, removed])
    merge(kept, [removed])
    assert user.memberships.get().organisation == kept


def test_departments_of_one_name_become_one(
    kept: Organisation, removed: Organisation
) -> None:
    ours = OrganisationFactory(name="Service Énergie", parent=kept)
    theirs = OrganisationFactory(name="service energie", parent=removed)
    OrganisationFactory(name="Service Eau", parent=removed)
    role = RoleFactory(organisation=theirs)
    merge(kept, [removed])
    role.refresh_from_db()
    assert role.organisation == ours
    names = set(kept.departments.values_list("name", flat=True))
    assert names == {"Service Énergie", "Service Eau"}


def test_a_department_may_join_its_own_body(kept: Organisation) -> None:
    department = OrganisationFactory(name="Direction générale", parent=kept)
    role = RoleFactory(organisation=department)
    merge(kept, [department])
    role.refresh_from_db()
    assert role.organisation == kept


def test_a_body_with_departments_does_not_become_a_department(
    kept: Organisation, removed: Organisation
) -> None:
    OrganisationFactory(name="Service Eau", parent=removed)
    service = OrganisationFactory(name="Service Énergie", parent=kept)
    with pytest.raises(MergeRefused, match="a des services"):
        merge(service, [removed])
    assert Organisation.objects.filter(pk=removed.pk).exists()


def test_an_organisation_does_not_join_itself(kept: Organisation) -> None:
    with pytest.raises(MergeRefused, match="lui-même"):
        merge(kept, [kept])


def test_one_refusal_leaves_everything_as_it_was(
    kept: Organisation, removed: Organisation
) -> None:
    """The first of three is refused nothing; the last one stops all."""
    service = OrganisationFactory(name="Service", parent=removed)
    first = OrganisationFactory()
    RoleFactory(organisation=first)
    with pytest.raises(MergeRefused):
        merge(service, [first, removed])
    assert Role.objects.get().organisation == first


def test_the_history_of_both_is_kept(
    kept: Organisation, removed: Organisation, administrator: User
) -> None:
    role = RoleFactory(organisation=removed)
    pk = removed.pk
    merge(kept, [removed], user=administrator)
    gone = Organisation.history.filter(id=pk).latest()
    assert (gone.history_type, gone.name) == ("-", "DEES")
    assert "réuni à « DEEES »" in kept.history.latest().history_change_reason
    moved = role.history.latest()
    assert moved.history_user == administrator
    assert moved.prev_record.organisation_id == pk
    assert moved.organisation_id == kept.pk


# Whatever the links, none is lost


def links(organisations: list[Organisation]) -> set[tuple[Any, ...]]:
    """What these organisations do, whichever of them does it."""
    roles = Role.objects.filter(organisation__in=organisations)
    lines = BudgetLine.objects.filter(funder__in=organisations)
    members = Membership.objects.filter(organisation__in=organisations)
    return {
        *(("role", *key) for key in roles.values_list("action", "measure", "kind")),
        *(("line", *key) for key in lines.values_list("action", "year", "nature")),
        *(("member", *key) for key in members.values_list("user")),
        *(("plan", pk) for pk in Plan.objects.filter(authority__in=organisations)),
    }


def total() -> Decimal:
    return sum(
        (line.planned or Decimal(0) for line in BudgetLine.objects.all()), Decimal(0)
    )


def scatter(chance: Random, organisations: list[Organisation]) -> None:
    """Links of all kinds, many of them twice."""
    actions: list[Action] = ActionFactory.create_batch(3)
    measures: list[Measure] = MeasureFactory.create_batch(2, action=actions[0])
    for _ in range(25):
        one = chance.choice(organisations)
        kind = chance.choice(RoleKind.values)
        note = chance.choice(["", "le portail", "les aides"])
        place: dict[str, Any] = {"action": chance.choice(actions)}
        if chance.choice([True, False]):
            place = {"action": None, "measure": chance.choice(measures)}
        RoleFactory(organisation=one, kind=kind, note=note, **place)
    for one in organisations:
        for action in chance.sample(actions, 2):
            BudgetLineFactory(action=action, funder=one, planned=chance.randint(1, 99))
        PlanFactory(authority=one)
    for _ in range(3):
        UserFactory(organisations=chance.sample(organisations, 2))


@pytest.mark.parametrize("seed", range(12))
def test_distinct_links_before_and_after_are_the_same(seed: int) -> None:
    chance = Random(seed)
    organisations: list[Organisation] = OrganisationFactory.create_batch(3)
    scatter(chance, organisations)
    before, money, notes = links(organisations), total(), all_notes()
    kept, *others = chance.sample(organisations, 3)
    merge(kept, others)
    assert links([kept]) == before
    assert total() == money
    assert all_notes() == notes
    assert Organisation.objects.filter(pk__in=[one.pk for one in others]).count() == 0


def all_notes() -> set[str]:
    notes = Role.objects.exclude(note="").values_list("note", flat=True)
    return {part for note in notes for part in note.split(" ; ")}


def test_a_preview_writes_nothing_and_says_all(
    kept: Organisation, removed: Organisation
) -> None:
    action = ActionFactory(code="36", title="Accompagner les acteurs")
    RoleFactory(organisation=kept, action=action)
    RoleFactory(organisation=removed, action=action)
    PlanFactory(authority=removed)
    found = moves(kept, removed)
    assert [move.label for move in found if isinstance(move.row, Role)] == [
        "36 Accompagner les acteurs (pilote)"
    ]
    assert [move.twin is not None for move in found if isinstance(move.row, Role)]
    assert Role.objects.count() == 2
    assert removed.plans.count() == 1


# On screen


@pytest.fixture
def browser(administrator: User) -> Client:
    return signed_in(administrator)


def test_the_list_leads_to_the_confirmation(
    browser: Client, kept: Organisation, removed: Organisation
) -> None:
    RoleFactory(organisation=kept)
    chosen = {"action": "merge", "_selected_action": [kept.pk, removed.pk]}
    response = browser.post(page(Organisation, "changelist"), chosen, follow=True)
    text = response.content.decode()
    assert "« DEES » rejoint « DEEES »" in text
    assert "Une fusion ne se défait pas" in text
    assert Organisation.objects.filter(pk=removed.pk).exists()


def test_one_organisation_is_not_enough(browser: Client, kept: Organisation) -> None:
    chosen = {"action": "merge", "_selected_action": [kept.pk]}
    response = browser.post(page(Organisation, "changelist"), chosen, follow=True)
    assert told(response) == ["Cocher au moins deux organismes à fusionner."]


def test_the_person_chooses_which_one_stays(
    browser: Client, kept: Organisation, removed: Organisation
) -> None:
    RoleFactory(organisation=kept)
    address = f"{MERGE_PAGE}?organismes={kept.pk},{removed.pk}&garder={removed.pk}"
    assert "« DEEES » rejoint « DEES »" in browser.get(address).content.decode()
    response = browser.post(address, {"garder": removed.pk}, follow=True)
    assert told(response) == ["« DEEES » est réuni à « DEES » : 1\u00a0rôle."]
    assert not Organisation.objects.filter(pk=kept.pk).exists()


def test_another_organisation_is_chosen_from_the_page_of_one(
    browser: Client, kept: Organisation, removed: Organisation
) -> None:
    address = f"{MERGE_PAGE}?organismes={kept.pk}"
    assert "Autre organisme" not in browser.get(address).content.decode()
    both = browser.get(f"{address}&autre={removed.pk}")
    assert "rejoint" in both.content.decode()


def test_a_refused_merge_is_explained_before(
    browser: Client, kept: Organisation, removed: Organisation
) -> None:
    OrganisationFactory(parent=removed)
    service = OrganisationFactory(name="Service", parent=kept)
    RoleFactory(organisation=service)
    address = f"{MERGE_PAGE}?organismes={service.pk},{removed.pk}"
    text = browser.get(address).content.decode()
    assert "a des services" in text
    assert 'value="Fusionner dans' not in text


@pytest.mark.parametrize("asked", ["", "abc", "999999999999999999999", "12345"])
def test_unknown_organisations_are_a_404(browser: Client, asked: str) -> None:
    assert browser.get(f"{MERGE_PAGE}?organismes={asked}").status_code == 404


def test_officer_merges_what_only_their_plans_use(officer: User) -> None:
    authority = officer.memberships.get().organisation
    ours, theirs, foreign = OrganisationFactory.create_batch(3)
    plan = PlanFactory(authority=authority)
    RoleFactory(organisation=ours, action=ActionFactory(plan=plan))
    RoleFactory(organisation=foreign)
    browser = signed_in(officer)
    address = f"{MERGE_PAGE}?organismes={ours.pk},{foreign.pk}"
    assert "rejoint" not in browser.get(address).content.decode()
    browser.post(f"{MERGE_PAGE}?organismes={ours.pk},{theirs.pk}", {"garder": ours.pk})
    assert not Organisation.objects.filter(pk=theirs.pk).exists()


def test_officer_does_not_give_rights_by_merging(officer: User) -> None:
    one, other = OrganisationFactory.create_batch(2)
    UserFactory(organisations=[other])
    browser = signed_in(officer)
    address = f"{MERGE_PAGE}?organismes={one.pk},{other.pk}"
    response = browser.post(address, {"garder": one.pk}, follow=True)
    assert Organisation.objects.filter(pk=other.pk).exists()
    assert "administrateur" in response.content.decode()


def test_preview_reads_in_a_constant_number_of_queries(
    browser: Client, kept: Organisation, removed: Organisation
) -> None:
    address = f"{MERGE_PAGE}?organismes={kept.pk},{removed.pk}&garder={kept.pk}"
    RoleFactory(organisation=removed)
    BudgetLineFactory(funder=removed)
    few = queries_of(browser, address)
    for _ in range(10):
        RoleFactory(organisation=removed)
        BudgetLineFactory(funder=removed)
        UserFactory(organisations=[removed])
    assert queries_of(browser, address) == few
