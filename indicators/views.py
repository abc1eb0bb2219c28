"""Typing the results of a year: a whole page, or one row at a time."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from actions.models import Action, Plan
from pcaet.lib.french import counted

from .attainment import EXPLANATION
from .forms import ResultForm
from .models import Indicator, IndicatorQuerySet, Result, TypingRights
from .typing import Conflict, Entry, save_result

MIN_YEAR, MAX_YEAR = 1900, 2200


class SignedInRequest(HttpRequest):
    """A request behind the login: its user is a person."""

    user: User


@require_http_methods(["GET", "HEAD", "POST"])
def action_results(
    request: SignedInRequest, slug: str, code: str, year: int
) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), slug=slug)
    action = get_object_or_404(
        Action.objects.select_related("plan"), plan=plan, code=code
    )
    return _typing_page(request, plan, year, action)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_results(request: SignedInRequest, slug: str, year: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), slug=slug)
    return _typing_page(request, plan, year, None)


def _typing_page(
    request: SignedInRequest, plan: Plan, year: int, action: Action | None
) -> HttpResponse:
    if not MIN_YEAR <= year <= MAX_YEAR:
        messages.error(request, f"{year} n’est pas une année du plan.")
        return redirect(plan)
    rights = _rights(request, plan, year)
    if not rights.allowed:
        messages.error(request, rights.reason)
        return redirect(action or plan)
    indicators = _indicators_to_type(request, plan, action, rights)
    posted = request.POST if request.method == "POST" else None
    forms = [ResultForm(indicator.cell(year), posted) for indicator in indicators]
    if posted is not None and _save_all(request, forms, year):
        return redirect(request.path)
    return render(
        request,
        "indicators/result_edit.html",
        {
            "plan": plan,
            "action": action,
            "year": year,
            "forms": forms,
            "previous_year": year - 1,
            "explanation": EXPLANATION,
            "filled": sum(
                not form.cell.is_missing for form in forms if form.cell.state
            ),
            "expected": sum(bool(form.cell.state) for form in forms),
            "every_indicator": rights.every_indicator,
        },
        status=422 if posted is not None else 200,
    )


def _rights(request: SignedInRequest, plan: Plan, year: int) -> TypingRights:
    return TypingRights.of(request.user, plan, year, timezone.localdate())


def _indicators_to_type(
    request: SignedInRequest, plan: Plan, action: Action | None, rights: TypingRights
) -> IndicatorQuerySet:
    indicators = Indicator.objects.filter(action__plan=plan)
    if action:
        indicators = indicators.filter(action=action)
    if not rights.every_indicator:
        indicators = indicators.piloted_by(request.user)
    return indicators.for_grid().in_document_order()


@dataclass
class Outcome:
    saved: int = 0
    refused: int = 0
    conflicts: int = 0


def _save_all(request: SignedInRequest, forms: list[ResultForm], year: int) -> bool:
    """Save every row that was touched and is right; say what was done with the rest."""
    outcome = Outcome()
    for form in forms:
        if not form.is_posted:
            continue
        if not form.is_valid():
            outcome.refused += 1
        elif form.is_touched:
            _save_one(request, form, year, outcome)
    now = timezone.localtime()
    if outcome.saved:
        said = counted(outcome.saved, "résultat enregistré", "résultats enregistrés")
        messages.success(request, f"{said} à {now:%H} h {now:%M}.")
    if outcome.refused:
        said = counted(outcome.refused, "ligne à corriger", "lignes à corriger")
        messages.error(request, f"{said} : votre texte est gardé ci-dessous.")
    if outcome.conflicts:
        said = counted(outcome.conflicts, "ligne modifiée", "lignes modifiées")
        messages.warning(request, f"{said} par quelqu’un d’autre : choisir ci-dessous.")
    if not (outcome.saved or outcome.refused or outcome.conflicts):
        messages.info(request, "Rien n’avait changé : rien n’a été enregistré.")
    return not (outcome.refused or outcome.conflicts)


def _save_one(
    request: SignedInRequest, form: ResultForm, year: int, outcome: Outcome
) -> None:
    try:
        _save(request, form, year)
    except Conflict as conflict:
        outcome.conflicts += 1
        _show_conflict(form, conflict.current)
    else:
        outcome.saved += 1


def _save(request: SignedInRequest, form: ResultForm, year: int) -> Result | None:
    return save_result(
        indicator=form.cell.indicator,
        year=year,
        entry=form.entry,
        version=form.cleaned_data["version"],
        user=request.user,
    )


def _show_conflict(form: ResultForm, current: Result | None) -> None:
    """The author sees both versions; saving again means choosing theirs."""
    form.conflict = Entry.of(current)
    form.conflict_author = current.author if current else None
    data = form.data.copy()  # type: ignore[attr-defined]
    data[form.add_prefix("version")] = str(current.version if current else 0)
    form.data = data


@require_POST
def result_save(request: SignedInRequest, pk: int, year: int) -> JsonResponse:
    """One row, saved by the page's script as soon as it is typed."""
    plans = Plan.objects.visible_to(request.user)
    indicator = get_object_or_404(
        Indicator.objects.filter(action__plan__in=plans).for_grid(), pk=pk
    )
    rights = _rights(request, indicator.action.plan, year)
    if not _may_type(request, indicator, rights):
        reason = rights.reason or "Cet indicateur est suivi par un autre service."
        return JsonResponse({"message": reason}, status=403)
    form = ResultForm(indicator.cell(year), request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    try:
        result = _save(request, form, year)
    except Conflict as conflict:
        _show_conflict(form, conflict.current)
        html = render_to_string("indicators/_conflict.html", {"form": form})
        version = form.data[form.add_prefix("version")]
        return JsonResponse({"html": html, "version": version}, status=409)
    return JsonResponse(_saved(indicator, year, result))


def _may_type(
    request: SignedInRequest, indicator: Indicator, rights: TypingRights
) -> bool:
    if not rights.allowed or rights.every_indicator:
        return rights.allowed
    own = Indicator.objects.filter(pk=indicator.pk).piloted_by(request.user)
    return own.exists()


def _saved(indicator: Indicator, year: int, result: Result | None) -> dict[str, object]:
    cell = Indicator.objects.for_grid().get(pk=indicator.pk).cell(year)
    now = timezone.localtime()
    return {
        "message": f"Enregistré à {now:%H} h {now:%M}",
        "version": result.version if result else 0,
        "base": Entry.of(result).fingerprint,
        "state": render_to_string("indicators/_cell_state.html", {"cell": cell}),
    }
