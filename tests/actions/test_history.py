"""The history of an object: told in French, brought back by those who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from actions.administration.history import LONGEST_SHOWN, around_difference
from actions.models import Action, Organisation, Role
from tests.actions.factories import (
    ActionFactory,
    OrganisationFactory,
    PlanFactory,
    RoleFactory,
)
from tests.administration import page, posted, queries_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def at_work(officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def action(officer: User) -> Action:
    plan = PlanFactory(authority=officer.memberships.get().organisation)
    return ActionFactory(plan=plan, title="Rénover les écoles", status="new")


def changed(action: Action, **values: Any) -> Action:
    for name, value in values.items():
        setattr(action, name, value)
    action.save()
    return action


def version(action: Action, record: Any) -> str:
    return page(Action, "simple_history", action.pk, record.pk)


def test_a_change_is_told_before_and_after(boss: Client, action: Action) -> None:
    changed(
        action,
        title="Rénover les crèches",
        status="in_progress",
        budget_min=24000,
        budget_uncertain=True,
        expected_results=["Un", "Deux"],
    )
    text = boss.get(page(Action, "history", action.pk)).content.decode()
    for words in (
        "Rénover les écoles",
        "Rénover les crèches",
        "Nouveau",
        "En cours",
        "24\u202f000",
        "Un ; Deux",
        "(vide)",
        "oui",
    ):
        assert words in text
    assert "in_progress" not in text
    assert "None" not in text


def test_a_deleted_organisation_keeps_its_name(boss: Client) -> None:
    old = OrganisationFactory(name="DEES")
    role = RoleFactory(organisation=old)
    role.organisation = OrganisationFactory(name="DEEES")
    role.save()
    old.delete()
    text = boss.get(page(Role, "history", role.pk)).content.decode()
    assert "DEES (supprimé)" in text
    assert "DEEES" in text


def test_an_older_version_comes_back(
    boss: Client, administrator: User, action: Action
) -> None:
    first = action.history.latest()
    changed(action, title="Une erreur")
    address = version(action, first)
    boss.post(address, posted(boss.get(address)))
    action.refresh_from_db()
    assert action.title == "Rénover les écoles"
    assert action.history.latest().history_user == administrator
    assert action.history.count() == 3


def test_looking_at_a_version_changes_nothing(boss: Client, action: Action) -> None:
    first = action.history.latest()
    changed(action, title="Aujourd’hui")
    assert boss.get(version(action, first)).status_code == 200
    action.refresh_from_db()
    assert action.title == "Aujourd’hui"


def test_officer_brings_back_what_is_not_voted_only(
    at_work: Client, action: Action
) -> None:
    first = action.history.latest()
    changed(action, title="Corrigé par un administrateur", status="done")
    action.plan.is_adopted = True
    action.plan.save()
    address = version(action, first)
    at_work.post(address, posted(at_work.get(address)))
    action.refresh_from_db()
    assert action.title == "Corrigé par un administrateur"
    assert action.status == "new"


def test_a_reader_of_history_does_not_revert(
    at_work: Client, officer: User, action: Action
) -> None:
    """Whoever may only see an organisation may not bring back its past."""
    shared = OrganisationFactory(name="ADEME")
    first = shared.history.latest()
    shared.name = "Agence de la transition écologique"
    shared.save()
    RoleFactory(organisation=shared)
    address = page(Organisation, "simple_history", shared.pk, first.pk)
    assert at_work.get(address).status_code == 200
    assert at_work.post(address, {"name": "ADEME"}).status_code == 404
    shared.refresh_from_db()
    assert shared.name != "ADEME"


def test_what_was_deleted_comes_back_by_an_administrator(
    boss: Client, at_work: Client, action: Action
) -> None:
    pk, first = action.pk, action.history.latest()
    data = posted(boss.get(version(action, first)))
    action.delete()
    address = page(Action, "simple_history", pk, first.pk)
    assert at_work.post(address, data).status_code == 404
    boss.post(address, data)
    assert Action.objects.get(pk=pk).title == "Rénover les écoles"


def test_a_version_of_another_plan_is_a_404(at_work: Client) -> None:
    foreign = ActionFactory()
    first = foreign.history.latest()
    assert at_work.get(version(foreign, first)).status_code == 404
    assert at_work.post(version(foreign, first), {}).status_code == 404


def test_history_reads_in_a_constant_number_of_queries(
    boss: Client, action: Action
) -> None:
    address = page(Action, "history", action.pk)
    for number in range(2):
        changed(action, title=f"Titre {number}", context="x" * number)
    few = queries_of(boss, address)
    for number in range(30):
        changed(action, title=f"Titre {number}", context="x" * number)
    assert queries_of(boss, address) == few


# Long texts


def test_a_long_text_is_cut_to_what_differs() -> None:
    before = "mot " * 500 + "école " + "fin " * 500
    after = before.replace("école", "crèche")
    shown = around_difference(before, after)
    assert all(len(text) < 250 for text in shown)
    assert "école" in shown[0]
    assert "crèche" in shown[1]
    assert all(text.startswith("… ") and text.endswith(" …") for text in shown)


@given(st.text(), st.text())
def test_short_texts_are_shown_whole(before: str, after: str) -> None:
    if max(len(before), len(after)) <= LONGEST_SHOWN:
        assert around_difference(before, after) == (before, after)


@given(st.text(min_size=450), st.text())
def test_cutting_never_fails(before: str, after: str) -> None:
    around_difference(before, after)
