"""Mails to the departments that owe results: one each, never too often."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from actions.models import Membership, Organisation
from pcaet.lib.french import counted, french_date, typeset

from .enums import Recipient
from .followup import (
    PERMISSIONS_BACKEND,
    FollowUp,
    Owed,
    follow_up,
    people_who_type,
)
from .models import Campaign, Indicator, Reminder
from .workbook.layout import XLSX
from .workbook.write import build_workbook

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Days before a second mail, then before each of the following ones.
DAYS_BEFORE_SECOND = 7
DAYS_BEFORE_NEXT = 30
MAX_LISTED = 100
NO_PILOT = "Indicateurs sans pilote"


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail ready to go to one department, or why it does not go now.

    ``organisation`` is none for the rows that nobody pilots.
    """

    campaign: Campaign
    organisation: Organisation | None
    recipient: Recipient | None
    addresses: Sequence[str]
    owed: Sequence[Owed]
    subject: str
    body: str
    not_before: datetime.date | None

    @property
    def key(self) -> str:
        return str(self.organisation.pk) if self.organisation else "aucun"

    @property
    def name(self) -> str:
        return str(self.organisation) if self.organisation else NO_PILOT

    @property
    def may_go(self) -> bool:
        return bool(self.addresses) and self.not_before is None


def drafts(campaign: Campaign, today: datetime.date) -> list[Draft]:
    """One mail for each department that owes something. About ten queries."""
    state = follow_up(campaign)
    owed_by = _owed_by_department(state)
    sent = _sent_by_department(campaign)
    people = _addresses_of_people(org for org in owed_by if org)
    officers = _addresses(_officers(campaign))
    return [
        _draft(
            campaign,
            organisation,
            owed,
            sent.get(_name(organisation), []),
            people.get(organisation.pk, []) if organisation else [],
            officers,
            today,
        )
        for organisation, owed in owed_by.items()
    ]


def _name(organisation: Organisation | None) -> str:
    return str(organisation) if organisation else NO_PILOT


def _owed_by_department(state: FollowUp) -> dict[Organisation | None, list[Owed]]:
    found: dict[Organisation | None, list[Owed]] = defaultdict(list)
    for owed in state.missing:
        for pilot in owed.pilots:
            found[pilot].append(owed)
        if not owed.pilots:
            found[None].append(owed)
    return dict(found)


def _sent_by_department(campaign: Campaign) -> dict[str, list[datetime.date]]:
    """The days of the mails already sent, the newest first."""
    found: dict[str, list[datetime.date]] = defaultdict(list)
    for name, at in campaign.reminders.values_list("organisation_name", "sent_at"):
        found[name].append(timezone.localdate(at))
    return found


def _addresses_of_people(bodies: Iterable[Organisation]) -> dict[int, list[str]]:
    """The addresses of those who type for each department itself."""
    found: dict[int, list[str]] = defaultdict(list)
    memberships = Membership.objects.filter(
        organisation__in=[body.pk for body in bodies],
        user__in=people_who_type().exclude(email="").values("pk"),
    )
    for membership in memberships.select_related("user").order_by("user__email"):
        found[membership.organisation_id].append(membership.user.email)
    return found


def _officers(campaign: Campaign) -> QuerySet[User]:
    """Those who lead the plan: the last to whom a mail falls back."""
    leading = User.objects.with_perm(
        "actions.change_plan", backend=PERMISSIONS_BACKEND, include_superusers=False
    )
    return leading.filter(
        memberships__organisation=campaign.plan.authority.root_id
    ).distinct()


def _addresses(users: QuerySet[User]) -> list[str]:
    return list(users.exclude(email="").values_list("email", flat=True))


def _draft(
    campaign: Campaign,
    organisation: Organisation | None,
    owed: Sequence[Owed],
    sent: Sequence[datetime.date],
    people: Sequence[str],
    officers: Sequence[str],
    today: datetime.date,
) -> Draft:
    department = [organisation.email] if organisation and organisation.email else []
    choices = (
        (Recipient.PERSON, people),
        (Recipient.DEPARTMENT, department),
        (Recipient.OFFICER, officers),
    )
    recipient, addresses = next((c for c in choices if c[1]), (None, []))
    count = counted(len(owed), "résultat manque", "résultats manquent")
    next_day = next_allowed(sent)
    return Draft(
        campaign=campaign,
        organisation=organisation,
        recipient=recipient,
        addresses=addresses,
        owed=owed,
        subject=f"{campaign.plan.title} : {count} pour {campaign.year}",
        body=_body(campaign, organisation, owed),
        not_before=next_day if next_day and next_day > today else None,
    )


def next_allowed(sent: Sequence[datetime.date]) -> datetime.date | None:
    """The first day on which another mail may go; none where no mail went."""
    if not sent:
        return None
    days = DAYS_BEFORE_SECOND if len(sent) == 1 else DAYS_BEFORE_NEXT
    return max(sent) + datetime.timedelta(days=days)


def _body(
    campaign: Campaign, organisation: Organisation | None, owed: Sequence[Owed]
) -> str:
    count = counted(len(owed), "résultat manque", "résultats manquent")
    who = f" pour « {organisation} »" if organisation else ", sans pilote désigné"
    listed = [
        f"- {one.indicator.action.code} · {typeset(one.indicator.name)}"
        for one in owed[:MAX_LISTED]
    ]
    if len(owed) > MAX_LISTED:
        listed.append(f"- et {len(owed) - MAX_LISTED} autres.")
    address = reverse("indicators:plan_edit", args=[campaign.plan.slug, campaign.year])
    until = (
        f" La saisie est ouverte jusqu’au {french_date(campaign.closes_on)}."
        if campaign.closes_on
        else ""
    )
    return "\n".join(
        (
            "Bonjour,",
            "",
            f"{count} à la saisie {campaign.year} du plan « {campaign.plan} »{who} :",
            "",
            *listed,
            "",
            f"Les saisir (la page demande de se connecter) :{until}",
            f"{settings.SITE_URL}{address}?manquants=1",
            "",
            "Le classeur joint peut aussi être rempli hors ligne, puis rapporté depuis "
            "cette page.",
            "",
            "La mission climat",
        )
    )


def send(draft: Draft, user: User | None) -> bool:
    """Send one mail and keep its trace; whether it went.

    The trace is written first, so that two senders at once send one mail; it is
    taken back if the mail does not leave.

    Raises:
        OSError: the mail server refused or could not be reached.
    """
    reminder = _claim(draft, user)
    if reminder is None:
        return False
    try:
        _message(draft).send()
    except BaseException:
        reminder.delete()
        raise
    return True


@transaction.atomic
def _claim(draft: Draft, user: User | None) -> Reminder | None:
    campaign = Campaign.objects.select_for_update().get(pk=draft.campaign.pk)
    sent = _sent_by_department(campaign).get(draft.name, [])
    allowed = next_allowed(sent)
    if not draft.addresses or (allowed and allowed > timezone.localdate()):
        return None
    return Reminder.objects.create(
        campaign=campaign,
        organisation=draft.organisation,
        organisation_name=draft.name,
        recipient=draft.recipient or Recipient.OFFICER,
        addresses=list(draft.addresses),
        missing=len(draft.owed),
        body=draft.body,
        sent_by=user,
    )


def _message(draft: Draft) -> EmailMessage:
    campaign = draft.campaign
    message = EmailMessage(draft.subject, draft.body, to=list(draft.addresses))
    rows = Indicator.objects.filter(pk__in=[one.indicator.pk for one in draft.owed])
    content = build_workbook(
        campaign.plan, campaign.year, rows.for_grid().in_document_order()
    )
    name = slugify(f"saisie-{campaign.plan.slug}-{campaign.year}")
    message.attach(f"{name}.xlsx", content, XLSX)
    return message
