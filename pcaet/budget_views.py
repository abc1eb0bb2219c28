"""The money of a plan: its page, its file, and the grid in which it is typed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from actions.models import Plan
from indicators.access import SignedInRequest, managed_plan
from pcaet.lib.french import counted, french_time

from .budget import Budget
from .budget_typing import BudgetGrid, Outcome
from .columns import BUDGET_COLUMNS
from .downloads import file_response
from .visible import visible_plan


@require_safe
@login_not_required
def budget_detail(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    context = {
        "plan": plan,
        "budget": Budget(plan, request.GET),
        "may_type": Plan.objects.managed_by(request.user).filter(pk=plan.pk).exists(),
    }
    return render(request, "pcaet/budget_detail.html", context)


@require_safe
@login_not_required
def budget_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    lines = Budget(plan, request.GET).lines
    return file_response(kind, f"{slug}-budget", "Budget", BUDGET_COLUMNS, lines)


@require_http_methods(["GET", "HEAD", "POST"])
def budget_edit(request: SignedInRequest, slug: str) -> HttpResponseBase:
    plan = managed_plan(request.user, slug)
    grid = BudgetGrid(plan, request.GET)
    is_posted = request.method == "POST"
    if is_posted:
        _say(request, grid.save(request.POST, request.user))
        if grid.outcome.is_complete:
            return redirect(request.get_full_path())
    context = {"plan": plan, "grid": grid}
    status = 422 if is_posted else 200
    return render(request, "pcaet/budget_edit.html", context, status=status)


def _say(request: HttpRequest, outcome: Outcome) -> None:
    if outcome.saved:
        said = counted(outcome.saved, "montant enregistré", "montants enregistrés")
        at = french_time(timezone.localtime())
        messages.success(request, f"{said} à {at}.")
    if outcome.wrong:
        said = counted(len(outcome.wrong), "case à corriger", "cases à corriger")
        messages.error(request, f"{said} : votre texte est gardé ci-dessous.")
    if outcome.conflicts:
        said = counted(len(outcome.conflicts), "case modifiée", "cases modifiées")
        messages.warning(request, f"{said} par quelqu’un d’autre : choisir ci-dessous.")
    if outcome.is_complete and not outcome.saved:
        messages.info(request, "Rien n’avait changé : rien n’a été enregistré.")
