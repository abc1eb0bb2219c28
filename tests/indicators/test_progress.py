"""Notes, status and milestones, typed in the page of the action."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from actions.models import Action, Milestone
from indicators.forms import ProgressForm
from indicators.models import ProgressNote, Target
from pcaet.roles import PILOT, READER
from tests.actions.factories import MilestoneFactory, UserFactory
from tests.administration import controls
from tests.indicators.typists import department_of, open_target, row, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def action(target: Target) -> Action:
    return target.indicator.action


@pytest.fixture
def pilot(target: Target) -> Client:
    return signed_in(PILOT, department_of(target))


def url(action: Action) -> str:
    return reverse("indicators:result_edit", args=[action.plan.slug, action.code, 2017])


def typed(**fields: str) -> dict[str, str]:
    return {
        f"avancement-{name}": value
        for name, value in ({"status": "", "seen": ""} | fields).items()
    }


def test_status_and_note_are_saved_together(action: Action, pilot: Client) -> None:
    pilot.post(url(action), typed(status="in_progress", note="Marché notifié"))
    action.refresh_from_db()
    assert action.status == "in_progress"
    note = ProgressNote.objects.get()
    assert (note.text, note.year) == ("Marché notifié", 2017)
    assert "Marché notifié" in pilot.get(url(action)).content.decode()


def test_a_note_alone_leaves_the_status(action: Action, pilot: Client) -> None:
    Action.objects.update(status="paused")
    pilot.post(url(action), typed(status="paused", seen="paused", note="Attente"))
    action.refresh_from_db()
    assert action.status == "paused"


def test_a_status_changed_meanwhile_is_shown(action: Action, pilot: Client) -> None:
    Action.objects.update(status="blocked")
    page = pilot.post(url(action), typed(status="done", note="Fini"))
    assert "Quelqu’un a changé ce statut" in page.content.decode()
    assert "Fini" in page.content.decode()
    action.refresh_from_db()
    assert action.status == "blocked"
    pilot.post(url(action), dict(controls(page)))
    action.refresh_from_db()
    assert action.status == "done"


def test_what_somebody_saves_between_reading_and_saving_is_held(
    action: Action,
) -> None:
    milestone = MilestoneFactory(action=action)
    name = f"done_{milestone.pk}"
    data = typed(status="done", **{name: "on", f"{name}_on": "2017-03-02"})
    data |= {f"avancement-{name}_seen": ""}
    form = ProgressForm(action, 2017, UserFactory(), data)
    Action.objects.update(status="blocked")
    Milestone.objects.update(done=True, done_on=date(2016, 1, 1))
    with transaction.atomic():
        form.hold()
    assert set(form.errors) == {"status", f"{name}_on"}


def test_a_milestone_deleted_between_reading_and_saving_is_left(action: Action) -> None:
    milestone = MilestoneFactory(action=action)
    data = typed(status="done") | {f"avancement-done_{milestone.pk}": "on"}
    form = ProgressForm(action, 2017, UserFactory(), data)
    Milestone.objects.all().delete()
    with transaction.atomic():
        form.hold()
    assert form.is_valid()
    assert form.changes.milestones == {}


def test_a_milestone_is_ticked_with_its_date(action: Action, pilot: Client) -> None:
    milestone = MilestoneFactory(action=action)
    name = f"done_{milestone.pk}"
    ticked = {name: "on", f"{name}_on": "2017-03-02"}
    pilot.post(url(action), typed(**ticked, **{f"{name}_seen": ""}))
    assert Milestone.objects.get().done_on == date(2017, 3, 2)
    pilot.post(url(action), typed(**{f"{name}_seen": "franchie 2017-03-02"}))
    milestone.refresh_from_db()
    assert (milestone.done, milestone.done_on) == (False, None)


def test_a_milestone_that_another_ticked_stays_so(
    action: Action, pilot: Client
) -> None:
    MilestoneFactory(action=action)
    shown = dict(controls(pilot.get(url(action))))
    Milestone.objects.update(done=True, done_on=date(2017, 3, 2))
    pilot.post(url(action), shown | typed(note="Autre chose"))
    assert Milestone.objects.get().done
    assert ProgressNote.objects.get().text == "Autre chose"


def test_two_dates_of_one_milestone_are_both_shown(
    action: Action, pilot: Client
) -> None:
    milestone = MilestoneFactory(action=action)
    name = f"done_{milestone.pk}"
    Milestone.objects.update(done=True, done_on=date(2017, 3, 2))
    mine = {name: "on", f"{name}_on": "2017-05-01", f"{name}_seen": ""}
    page = pilot.post(url(action), typed(**mine))
    assert "franchie le 2\u00a0mars\u00a02017" in page.content.decode()
    assert Milestone.objects.get().done_on == date(2017, 3, 2)
    pilot.post(url(action), dict(controls(page)) | {f"avancement-{name}": "on"})
    assert Milestone.objects.get().done_on == date(2017, 5, 1)


def test_the_same_note_sent_twice_is_one(action: Action, pilot: Client) -> None:
    for _ in range(2):
        pilot.post(url(action), typed(note="Marché notifié"))
    assert ProgressNote.objects.count() == 1


def test_a_note_is_kept_when_another_row_is_refused(
    target: Target, action: Action, pilot: Client
) -> None:
    fields = typed(note="Marché notifié") | row(target, value_0="douze")
    page = pilot.post(url(action), fields)
    assert page.status_code == 422
    assert ProgressNote.objects.count() == 1
    assert not dict(controls(page))["avancement-note"].strip()


def test_those_who_lead_nothing_have_no_such_form(action: Action) -> None:
    reader = signed_in(READER, action.plan.authority)
    reader.post(url(action), typed(status="done", note="x"))
    action.refresh_from_db()
    assert not action.status
    assert not ProgressNote.objects.exists()
