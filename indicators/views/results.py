"""One result seen closely: its history, its proofs, the way back."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from actions.models import Action

from ..access import SignedInRequest, desk_of_row, leads, visible_plan
from ..history import Event, events_of, told_history
from ..models import Proof, Result
from ..proofs import DAYS_KEPT, add_proof, bring_back, removed_proofs
from ..typing import Conflict, Entry, restore_result

# A page that is read, not an archive.
MAX_EVENTS = 300


@require_safe
def result_detail(request: SignedInRequest, pk: int, year: int) -> HttpResponse:
    desk, indicator = desk_of_row(request.user, pk, year)
    cell = indicator.cell(year)
    proofs = indicator.proofs.filter(year=year).select_related("author")
    history = told_history(cell.result) if cell.result else []
    context = {
        "plan": desk.plan,
        "indicator": indicator,
        "cell": cell,
        "year": year,
        "may_type": desk.rights.allowed,
        "reason": desk.rights.reason,
        "proofs": proofs,
        "removed": removed_proofs(indicator, year),
        "history": history,
        "restorable": restorable_of(cell.result, history)
        if desk.rights.allowed
        else (),
    }
    return render(request, "indicators/result_detail.html", context)


def restorable_of(result: Result | None, history: Sequence[Event]) -> set[int]:
    """The versions that say something else than what stands now."""
    now = Entry.of(result)
    records = [event.record for event in history if event.record.history_type != "-"]
    return {r.history_id for r in records if not Entry.of(r).says_the_same(now)}


@require_POST
def result_restore(request: SignedInRequest, pk: int, year: int) -> HttpResponseBase:
    """Type an earlier version again, as a new one."""
    desk, indicator = desk_of_row(request.user, pk, year)
    back = redirect("indicators:result_detail", pk, year)
    if not desk.rights.allowed:
        messages.error(request, desk.rights.reason)
        return back
    result = get_object_or_404(Result, indicator=indicator, year=year)
    wanted = request.POST.get("version", "")
    records = result.history.filter(history_id=wanted if wanted.isdecimal() else 0)
    record = get_object_or_404(records)
    try:
        restore_result(result=result, record=record, user=request.user)
    except Conflict:
        messages.error(request, "Ce résultat vient de changer : relire, puis choisir.")
    else:
        messages.success(request, "La version choisie est reprise.")
    return back


@require_safe
def action_history(request: SignedInRequest, slug: str, code: str) -> HttpResponse:
    """All that changed in an action: itself, its milestones, notes and results."""
    plan = visible_plan(request.user, slug)
    action = get_object_or_404(
        Action.objects.select_related("plan"), plan=plan, code=code
    )
    if not leads(request.user, action):
        raise Http404("Cette action est suivie par un autre service.")
    context = {"plan": plan, "action": action, "events": events_of(action)[:MAX_EVENTS]}
    return render(request, "indicators/action_history.html", context)


@require_POST
def proof_add(request: SignedInRequest, pk: int, year: int) -> HttpResponseBase:
    desk, indicator = desk_of_row(request.user, pk, year)
    file = request.FILES.get("file")
    if not desk.rights.allowed:
        messages.error(request, desk.rights.reason)
    elif file is None:
        messages.error(request, "Choisir d’abord un fichier.")
    else:
        try:
            add_proof(indicator=indicator, year=year, file=file, user=request.user)
            messages.success(request, "Le justificatif est déposé.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect("indicators:result_detail", pk, year)


@require_safe
def proof_detail(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The document itself, for those who see its row; always as a download."""
    proof = get_object_or_404(Proof, pk=pk)
    desk_of_row(request.user, proof.indicator_id, proof.year)
    try:
        content = proof.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404("Le fichier de ce justificatif n’est plus là.") from missing
    response = FileResponse(
        content,
        as_attachment=True,
        filename=proof.name,
        content_type=proof.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def proof_delete(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Take a proof away; it can be brought back for a while."""
    proof = get_object_or_404(Proof, pk=pk)
    desk, indicator = desk_of_row(request.user, proof.indicator_id, proof.year)
    if desk.rights.allowed:
        proof.delete()
        messages.success(
            request,
            f"Le justificatif est retiré. Il peut être remis pendant {DAYS_KEPT} jours.",
        )
    else:
        messages.error(request, desk.rights.reason)
    return redirect("indicators:result_detail", indicator.pk, proof.year)


@require_POST
def proof_restore(request: SignedInRequest, pk: int, year: int) -> HttpResponseBase:
    """Put back a proof that was taken away."""
    desk, indicator = desk_of_row(request.user, pk, year)
    asked = request.POST.get("retire", "")
    removed = removed_proofs(indicator, year)
    record = next((r for r in removed if str(r.history_id) == asked), None)
    if not desk.rights.allowed:
        messages.error(request, desk.rights.reason)
    elif record is None:
        messages.error(request, "Ce justificatif ne peut plus être remis.")
    else:
        try:
            bring_back(indicator=indicator, record=record)
            messages.success(request, "Le justificatif est remis.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect("indicators:result_detail", pk, year)
