"""The mails that remind departments: read before they go, kept once gone."""

from __future__ import annotations

from smtplib import SMTPException

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pcaet.lib.french import counted

from ..access import SignedInRequest, managed_campaign
from ..models import Campaign
from ..reminders import drafts, send


@require_http_methods(["GET", "HEAD", "POST"])
def reminder_list(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    campaign = managed_campaign(request.user, slug, year)
    if request.method == "POST":
        _send_chosen(request, campaign)
        return redirect("indicators:reminder_list", slug, year)
    today = timezone.localdate()
    ready = drafts(campaign, today)
    context = {
        "plan": campaign.plan,
        "campaign": campaign,
        "is_open": campaign.is_open_on(today),
        "drafts": ready,
        "may_send": any(draft.may_go for draft in ready),
        "reminders": campaign.reminders.select_related("sent_by"),
    }
    return render(request, "indicators/reminder_list.html", context)


def _send_chosen(request: SignedInRequest, campaign: Campaign) -> None:
    today = timezone.localdate()
    if not campaign.is_open_on(today):
        messages.error(request, "La saisie n’est pas ouverte : ouvrir la campagne.")
        return
    chosen = set(request.POST.getlist("service"))
    sent = 0
    for draft in drafts(campaign, today):
        if draft.key not in chosen or not draft.may_go:
            continue
        try:
            sent += send(draft, request.user)
        except (OSError, SMTPException):
            messages.error(
                request,
                f"Le courriel pour « {draft.name} » n’est pas parti : le serveur de "
                "courriel ne répond pas. Il pourra être renvoyé.",
            )
    said = counted(sent, "courriel envoyé", "courriels envoyés")
    messages.success(request, f"{said}.")
