"""Reading what was typed: accepted, or sent back with a remark."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from actions.models import Plan
from pcaet.lib.french import counted
from pcaet.lib.text import clean

from ..access import Desk, SignedInRequest, managed_plan
from ..enums import Validation
from ..forms import MAX_TEXT
from ..models import Indicator, Result, ResultQuerySet
from ..typing import Conflict
from ..validation import accept, send_back

# What the officer may look at: the address, the words, what is kept.
CHOICES = {
    "": ("À relire", ""),
    "reprendre": ("À reprendre", Validation.RETURNED.value),
    "valides": ("Validés", Validation.ACCEPTED.value),
}


@require_safe
def validation(request: SignedInRequest, slug: str, year: int) -> HttpResponse:
    plan = managed_plan(request.user, slug)
    desk = Desk.of(request.user, plan, year)
    asked = request.GET.get("etat", "")
    choice = asked if asked in CHOICES else ""
    results = results_of(plan, year).filter(validation=CHOICES[choice][1])
    indicators = (
        Indicator.objects.filter(pk__in=results.values("indicator"))
        .for_grid()
        .with_proof_count(year)
        .prefetch_related("results__author")
        .in_document_order()
    )
    context = {
        "plan": plan,
        "year": year,
        "choice": choice,
        "choices": _choices(plan, year),
        "cells": [indicator.cell(year) for indicator in indicators],
        "may_judge": desk.rights.allowed,
        "reason": desk.rights.reason,
    }
    return render(request, "indicators/validation.html", context)


def _choices(plan: Plan, year: int) -> list[tuple[str, str, int]]:
    """The address, the words and the number of results of each choice."""
    counts = Counter(results_of(plan, year).values_list("validation", flat=True))
    return [(key, label, counts[kept]) for key, (label, kept) in CHOICES.items()]


def results_of(plan: Plan, year: int) -> ResultQuerySet:
    return Result.objects.filter(indicator__action__plan=plan, year=year).filled()


@require_POST
def validation_save(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    """Accept or send back one result, or accept all those that the page showed."""
    plan = managed_plan(request.user, slug)
    desk = Desk.of(request.user, plan, year)
    back = redirect("indicators:validation", slug, year)
    if not desk.rights.allowed:
        messages.error(request, desk.rights.reason)
    elif "renvoyer" in request.POST:
        _send_back(request, plan, year)
    elif "valider" in request.POST:
        _accept(request, plan, year, [request.POST["valider"]])
    else:
        _accept(request, plan, year, request.POST.getlist("lu"))
    return back


def _read(plan: Plan, year: int, seen: str) -> tuple[int, int]:
    """A result of this plan and year, and the version that was read: «12:3»."""
    pk, _, version = seen.partition(":")
    known = pk.isdecimal() and version.isdecimal()
    if not known or not results_of(plan, year).filter(pk=pk).exists():
        raise Http404("Ce résultat n’est pas de cette campagne.")
    return int(pk), int(version)


def _accept(
    request: SignedInRequest, plan: Plan, year: int, all_seen: list[str]
) -> None:
    accepted, changed = 0, 0
    for seen in all_seen:
        pk, version = _read(plan, year, seen)
        try:
            accept(pk=pk, version=version, user=request.user)
            accepted += 1
        except Conflict:
            changed += 1
    if accepted:
        said = counted(accepted, "résultat validé", "résultats validés")
        messages.success(request, f"{said}.")
    _say_changed(request, changed)


def _send_back(request: SignedInRequest, plan: Plan, year: int) -> None:
    seen = request.POST["renvoyer"]
    pk, version = _read(plan, year, seen)
    remark = clean(request.POST.get(f"remarque-{pk}", ""))[:MAX_TEXT]
    if not remark:
        messages.error(request, "Écrire ce qui est à reprendre avant de renvoyer.")
        return
    try:
        send_back(pk=pk, version=version, remark=remark, user=request.user)
        messages.success(
            request, "Le résultat est renvoyé au service, avec la remarque."
        )
    except Conflict:
        _say_changed(request, 1)


def _say_changed(request: SignedInRequest, changed: int) -> None:
    if changed:
        said = counted(changed, "résultat a changé", "résultats ont changé")
        messages.warning(request, f"{said} depuis votre lecture : à relire.")
