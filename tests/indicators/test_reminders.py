"""Mails to those who owe results: to whom, how often, with what."""

from __future__ import annotations

import datetime
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from actions.models import Organisation
from indicators.models import Campaign, Indicator, Reminder, Target
from indicators.reminders import drafts, next_allowed
from indicators.workbook import layout
from pcaet.roles import OFFICER, PILOT
from tests.actions.factories import UserFactory
from tests.indicators.factories import ResultFactory, TargetFactory
from tests.indicators.typists import client_of, department_of, open_target

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def campaign(target: Target) -> Campaign:
    return Campaign.objects.get()


@pytest.fixture
def department(target: Target) -> Organisation:
    return department_of(target)


@pytest.fixture
def officer(target: Target) -> Client:
    authority = target.indicator.action.plan.authority
    return client_of(
        UserFactory(role=OFFICER, organisations=[authority], email="mission@agglo.fr")
    )


def test_one_mail_a_department_with_its_list_and_its_workbook(
    target: Target, department: Organisation
) -> None:
    UserFactory(role=PILOT, organisations=[department], email="claude@agglo.fr")
    TargetFactory(indicator__action=target.indicator.action, year=2017)
    call_command("send_reminders")
    [sent] = mail.outbox
    assert sent.to == ["claude@agglo.fr"]
    assert "2\u00a0résultats manquent" in sent.subject
    assert target.indicator.name in sent.body
    assert "/saisie/2017/" in sent.body
    _name, content, _type = sent.attachments[0]
    sheet = load_workbook(BytesIO(content))[layout.ROWS]
    assert sheet.cell(2, layout.TARGET + 1).value == target.text


def test_names_are_typeset_in_the_mail(target: Target, campaign: Campaign) -> None:
    Indicator.objects.update(name="Signature de plan d'actions")
    [draft] = drafts(campaign, datetime.date(2017, 6, 1))
    assert "Signature de plan d’actions" in draft.body


def test_mail_falls_back_to_the_department_then_to_the_officer(
    campaign: Campaign, department: Organisation, officer: Client
) -> None:
    [draft] = drafts(campaign, TODAY)
    assert (draft.recipient, draft.addresses) == ("officer", ["mission@agglo.fr"])
    Organisation.objects.filter(pk=department.pk).update(email="service@agglo.fr")
    [draft] = drafts(campaign, TODAY)
    assert (draft.recipient, draft.addresses) == ("department", ["service@agglo.fr"])
    UserFactory(role=PILOT, organisations=[department], email="claude@agglo.fr")
    [draft] = drafts(campaign, TODAY)
    assert (draft.recipient, draft.addresses) == ("person", ["claude@agglo.fr"])


def test_no_mail_before_seven_then_thirty_days() -> None:
    first, second = datetime.date(2026, 1, 1), datetime.date(2026, 1, 8)
    assert next_allowed([]) is None
    assert next_allowed([first]) == second
    assert next_allowed([second, first]) == datetime.date(2026, 2, 7)


def test_the_same_day_sends_once(
    campaign: Campaign, department: Organisation, officer: Client
) -> None:
    call_command("send_reminders")
    call_command("send_reminders")
    assert len(mail.outbox) == 1
    week_ago = timezone.now() - datetime.timedelta(days=7)
    Reminder.objects.update(sent_at=week_ago)
    call_command("send_reminders")
    assert Reminder.objects.count() == 2


def test_complete_departments_get_nothing(
    target: Target, department: Organisation, officer: Client
) -> None:
    ResultFactory(indicator=target.indicator, text="Fait")
    call_command("send_reminders")
    assert not mail.outbox


def test_a_dry_run_sends_nothing(
    department: Organisation, officer: Client, capsys: Any
) -> None:
    call_command("send_reminders", dry_run=True)
    assert "mission@agglo.fr" in capsys.readouterr().out
    assert not mail.outbox
    assert not Reminder.objects.exists()


def test_a_mail_that_does_not_leave_is_not_in_the_log(
    department: Organisation, officer: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.indicators.test_reminders.DeadServer"
    with pytest.raises(CommandError, match="ne sont pas partis"):
        call_command("send_reminders")
    assert not Reminder.objects.exists()


class DeadServer:
    def __init__(self, **kwargs: Any) -> None: ...

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("personne")


def test_officer_reads_then_sends(
    campaign: Campaign, department: Organisation, officer: Client
) -> None:
    url = reverse("indicators:reminder_list", args=[campaign.plan.slug, 2017])
    page = officer.get(url).content.decode()
    assert "La mission climat" in page
    assert not mail.outbox
    officer.post(url, {"service": [str(department.pk)]})
    assert len(mail.outbox) == 1
    assert "Courriels envoyés" in officer.get(url).content.decode()


def test_pilot_does_not_see_reminders(
    campaign: Campaign, department: Organisation
) -> None:
    pilot = client_of(UserFactory(role=PILOT, organisations=[department]))
    url = reverse("indicators:reminder_list", args=[campaign.plan.slug, 2017])
    assert pilot.get(url).status_code == 404
    assert pilot.post(url).status_code == 404
