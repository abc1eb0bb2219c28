"""Typing the results of a year: a whole page, or one row at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from actions.models import Action
from pcaet.lib.french import counted, french_time

from ..access import (
    TYPE_RESULTS,
    Desk,
    SignedInRequest,
    desk_of_row,
    leads,
    visible_plan,
)
from ..attainment import EXPLANATION
from ..desks import desks_of
from ..forms import ProgressForm, ResultForm
from ..models import Indicator, Result
from ..progress import save_progress
from ..typing import Conflict, Entry, save_result


@require_safe
def my_typing(request: SignedInRequest) -> HttpResponse:
    """Each open campaign in which the person has something to type."""
    context = {
        "desks": desks_of(request.user, timezone.localdate()),
        "may_type": request.user.has_perm(TYPE_RESULTS),
    }
    return render(request, "indicators/my_typing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_results(
    request: SignedInRequest, slug: str, code: str, year: int
) -> HttpResponseBase:
    desk = Desk.of(request.user, visible_plan(request.user, slug), year)
    actions = Action.objects.select_related("plan").prefetch_related("milestones")
    action = get_object_or_404(actions, plan=desk.plan, code=code)
    return _typing_page(request, desk, action)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_results(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    desk = Desk.of(request.user, visible_plan(request.user, slug), year)
    return _typing_page(request, desk, None)


def _typing_page(
    request: SignedInRequest, desk: Desk, action: Action | None
) -> HttpResponseBase:
    if not desk.rights.allowed:
        messages.error(request, desk.rights.reason)
        return redirect(action or desk.plan)
    posted = request.POST if request.method == "POST" else None
    forms = [ResultForm(row.cell(desk.year), posted) for row in desk.rows(action)]
    progress = _progress_form(desk, action, posted)
    if posted is not None:
        outcome = _save_all(request, forms, progress, desk.year)
        if outcome.is_complete:
            return redirect(request.get_full_path())
        if outcome.progress:
            progress = _progress_form(desk, action, None)
    context = _context(desk, action, forms, _choice(request))
    context |= {"progress": progress, "person": request.user}
    status = 422 if posted is not None else 200
    return render(request, "indicators/result_edit.html", context, status=status)


def _choice(request: SignedInRequest) -> str:
    """Which rows to show: what is missing, everything, or what the year asks for."""
    return next((key for key in ("manquants", "tout") if key in request.GET), "")


def _context(
    desk: Desk, action: Action | None, forms: Sequence[ResultForm], choice: str
) -> dict[str, object]:
    expected = [form for form in forms if form.cell.is_expected]
    owed = [form for form in expected if form.cell.is_owed]
    wanted = {"manquants": owed, "tout": forms, "": expected}[choice]
    shown = [form for form in forms if form in wanted or form.must_be_seen]
    return {
        "plan": desk.plan,
        "action": action,
        "year": desk.year,
        "previous_year": desk.year - 1,
        "forms": shown,
        "others": len(forms) - len(expected),
        "choice": choice,
        "filled": len(expected) - len(owed),
        "expected": len(expected),
        "next_owed": owed[0].cell.indicator if owed else None,
        "every_row": desk.manages,
        "explanation": EXPLANATION,
    }


def _progress_form(
    desk: Desk, action: Action | None, posted: QueryDict | None
) -> ProgressForm | None:
    """Notes, status and milestones, for those who lead something of the action."""
    if action is None or not leads(desk.user, action):
        return None
    is_posted = ProgressForm.is_posted(posted)
    data = posted if is_posted else None
    return ProgressForm(action, desk.year, desk.user, data)


@dataclass
class Outcome:
    saved: int = 0
    refused: int = 0
    conflicts: int = 0
    progress: bool = False

    @property
    def is_complete(self) -> bool:
        return not (self.refused or self.conflicts)

    @property
    def is_empty(self) -> bool:
        return self.is_complete and not (self.saved or self.progress)


def _save_all(
    request: SignedInRequest,
    forms: list[ResultForm],
    progress: ProgressForm | None,
    year: int,
) -> Outcome:
    """Save what was touched and is right; say what was done with the rest."""
    outcome = Outcome()
    for form in forms:
        if not form.is_posted or form.keeps_theirs:
            continue
        if not form.is_valid():
            outcome.refused += 1
        elif form.is_touched:
            _save_one(request, form, year, outcome)
    if progress and progress.is_bound:
        _save_progress(request, progress, outcome)
    _say(request, outcome)
    return outcome


def _save_progress(
    request: SignedInRequest, form: ProgressForm, outcome: Outcome
) -> None:
    with transaction.atomic():
        form.hold()
        if form.is_valid():
            outcome.progress = save_progress(form.changes, request.user)
        else:
            outcome.refused += 1


def _say(request: SignedInRequest, outcome: Outcome) -> None:
    at = french_time(timezone.localtime())
    if outcome.saved:
        said = counted(outcome.saved, "résultat enregistré", "résultats enregistrés")
        messages.success(request, f"{said} à {at}.")
    if outcome.progress:
        messages.success(request, f"Avancement de l’action enregistré à {at}.")
    if outcome.refused:
        said = counted(outcome.refused, "ligne à corriger", "lignes à corriger")
        messages.error(request, f"{said} : votre texte est gardé ci-dessous.")
    if outcome.conflicts:
        said = counted(outcome.conflicts, "ligne modifiée", "lignes modifiées")
        messages.warning(request, f"{said} par quelqu’un d’autre : choisir ci-dessous.")
    if outcome.is_empty:
        messages.info(request, "Rien n’avait changé : rien n’a été enregistré.")


def _save_one(
    request: SignedInRequest, form: ResultForm, year: int, outcome: Outcome
) -> None:
    try:
        _save(request, form, year)
    except Conflict as conflict:
        outcome.conflicts += 1
        form.show_conflict(conflict.current)
    else:
        outcome.saved += 1


def _save(request: SignedInRequest, form: ResultForm, year: int) -> Result | None:
    return save_result(
        indicator=form.cell.indicator,
        year=year,
        entry=form.entry,
        version=form.version_seen,
        user=request.user,
    )


@require_POST
def result_save(request: SignedInRequest, pk: int, year: int) -> JsonResponse:
    """One row, saved by the page's script as soon as it is typed."""
    desk, indicator = desk_of_row(request.user, pk, year)
    if request.POST.get("person", str(request.user.pk)) != str(request.user.pk):
        return _refused("Vous êtes connecté sous un autre compte : recharger la page.")
    if not desk.rights.allowed:
        return _refused(desk.rights.reason)
    form = ResultForm(indicator.cell(year), request.POST)
    if form.keeps_theirs:
        return JsonResponse({"row": _row(ResultForm(indicator.cell(year)), year)})
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    try:
        result = _save(request, form, year)
    except Conflict as conflict:
        form.show_conflict(conflict.current)
        html = render_to_string("indicators/_conflict.html", {"form": form})
        current = form.conflict_version
        return JsonResponse({"html": html, "current": current}, status=409)
    return JsonResponse(_saved(indicator, year, result))


def _refused(reason: str) -> JsonResponse:
    return JsonResponse({"message": f"Non enregistré. {reason}"}, status=403)


def _row(form: ResultForm, year: int) -> str:
    context = {"form": form, "year": year, "previous_year": year - 1}
    return render_to_string("indicators/_result_row.html", context)


def _saved(indicator: Indicator, year: int, result: Result | None) -> dict[str, object]:
    cell = Indicator.objects.for_grid().get(pk=indicator.pk).cell(year)
    return {
        "message": f"Enregistré à {french_time(timezone.localtime())}",
        "version": result.version if result else 0,
        "base": Entry.of(result).fingerprint,
        "owed": cell.is_owed,
        "state": render_to_string("indicators/_cell_state.html", {"cell": cell}),
    }
