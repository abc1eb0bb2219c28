"""The climate officer's campaign: open, follow, lock and reopen a year."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from actions.access import administers

from ..access import SignedInRequest, managed_campaign, managed_plan
from ..followup import Count, FollowUp, follow_up
from ..forms import CampaignForm
from ..history import told_history

LOCKED = "Cette année est verrouillée : un administrateur peut la rouvrir."


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_list(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The years of a plan, and the form that opens one more."""
    plan = managed_plan(request.user, slug)
    form = CampaignForm(plan, request.POST or None)
    if request.method == "POST" and form.is_valid():
        campaign = form.open()
        messages.success(request, f"La saisie de {campaign.year} est ouverte.")
        return redirect(campaign)
    context = {
        "plan": plan,
        "form": form,
        "campaigns": plan.campaigns.all(),
        "today": timezone.localdate(),
    }
    status = 422 if form.errors else 200
    return render(request, "indicators/campaign_list.html", context, status=status)


@require_safe
def campaign_detail(request: SignedInRequest, slug: str, year: int) -> HttpResponse:
    """Counts by axis, department and person, and the rows behind one of them.

    The rows are those that lack a result, or with «saisis» those that have one.
    """
    campaign = managed_campaign(request.user, slug, year)
    state = follow_up(campaign)
    selection = _selection(request, state)
    filled = "saisis" in request.GET
    context = {
        "plan": campaign.plan,
        "campaign": campaign,
        "is_open": campaign.is_open_on(timezone.localdate()),
        "may_type": administers(request.user) or not campaign.is_locked,
        "form": CampaignForm(campaign.plan, instance=campaign),
        "state": state,
        "selection": selection,
        "filled": filled,
        "rows": (selection or state.total).rows_that_are(filled=filled),
        "history": told_history(campaign),
    }
    return render(request, "indicators/campaign_detail.html", context)


def _selection(request: HttpRequest, state: FollowUp) -> Count | None:
    """The axis, department or person that the address asks for."""
    for parameter, counts in (
        ("axe", state.by_axis),
        ("service", state.by_department),
        ("personne", state.by_person),
    ):
        asked = request.GET.get(parameter)
        if found := [count for count in counts if count.key == asked]:
            return found[0]
    return None


@require_POST
def campaign_dates(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    campaign = managed_campaign(request.user, slug, year)
    if campaign.is_locked and not administers(request.user):
        messages.error(request, LOCKED)
        return redirect(campaign)
    form = CampaignForm(campaign.plan, request.POST, instance=campaign)
    if form.is_valid():
        form.save_dates()
        messages.success(request, "Les dates de la campagne sont enregistrées.")
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
    return redirect("indicators:campaign_detail", slug, year)


@require_POST
def campaign_lock(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    campaign = managed_campaign(request.user, slug, year)
    if not campaign.is_locked:
        campaign.lock()
        messages.success(request, f"L’année {year} est verrouillée.")
    return redirect(campaign)


@require_POST
def campaign_reopen(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    """Unlock a year: what only administrators may do."""
    campaign = managed_campaign(request.user, slug, year)
    if not administers(request.user):
        messages.error(request, LOCKED)
    elif campaign.is_locked:
        campaign.reopen()
        messages.success(request, f"L’année {year} est rouverte.")
    return redirect(campaign)
