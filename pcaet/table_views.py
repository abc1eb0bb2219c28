"""Screens of the imports: send, correct what was recognised, look, apply, undo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from actions.models import ImportBatch, ImportState, Plan, SavedMapping
from actions.tables.columns import header_key
from actions.tables.preview import OUTCOME_LABELS, PREVIEWED_LABELS, Outcome
from actions.tables.synonyms import FIELDS, YEARLY
from actions.tables.values import LONGEST_CODE

from . import jobs, table_jobs, tables
from .table_forms import TableForm
from .table_report import report_workbook
from .workbooks import plan_workbook as write_plan_workbook

LINES_PER_PAGE = 50
BATCHES_PER_PAGE = 30
FAULTS = "faults"
# What happens to lines of the file, that may be of no action.
OF_LINES = {Outcome.REFUSED, Outcome.DOUBTFUL}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SignedInRequest(HttpRequest):
    """A request behind the login: its user is a person."""

    user: User


def _managed_batch(request: SignedInRequest, pk: int) -> ImportBatch:
    batches = ImportBatch.objects.managed_by(request.user).select_related(
        "plan__authority", "author"
    )
    return get_object_or_404(batches, pk=pk)


def _managers_only(request: SignedInRequest) -> None:
    if not request.user.has_perm("actions.change_plan"):
        raise Http404


@require_safe
def import_list(request: SignedInRequest) -> HttpResponse:
    _managers_only(request)
    batches = ImportBatch.objects.managed_by(request.user).for_list()
    page = Paginator(batches, BATCHES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "pcaet/import_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: SignedInRequest) -> HttpResponseBase:
    _managers_only(request)
    if request.method != "POST":
        form = TableForm(request.user, initial={"plan": request.GET.get("plan")})
        return render(request, "pcaet/import_new.html", {"form": form})
    form = TableForm(request.user, request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "pcaet/import_new.html", {"form": form}, status=422)
    name, content, is_pasted = form.content()
    batch = tables.receive(
        form.target(),
        name=name,
        content=content,
        author=request.user,
        is_pasted=is_pasted,
        request=tables.Request(
            erases_empty=form.cleaned_data["erases_empty"],
            action_code=form.cleaned_data["action_code"],
            measure_code=form.cleaned_data["measure_code"],
        ),
    )
    table_jobs.start(batch)
    return redirect(batch)


@require_safe
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where the import is: running, to be looked at, done or undone."""
    batch = _managed_batch(request, pk)
    if batch.is_running:
        jobs.keep_going(batch)
        context = {"batch": batch, "progress_address": _progress_address(batch)}
        return render(request, "pcaet/import_running.html", context)
    shown = request.GET.get("voir", "")
    lines = batch.lines.order_by("gravity", "order")
    if shown in set(Outcome):
        lines = lines.filter(outcome=shown)
    elif shown == FAULTS:
        lines = lines.filter(gravity__lt=2)
    page = Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "page": page,
        "query": f"voir={shown}" if shown else "",
        "filters": _filters(batch, shown),
        "counts": _counts(batch),
        "may_apply": batch.state == ImportState.READY
        and batch.summary.get("writes", False),
        "doubts": batch.summary.get("doubtful", 0),
        "left_out": [c["header"] for c in _columns(batch) if not c["field"]],
        "likely": [c for c in _columns(batch) if c["field"] and not c["is_sure"]],
    }
    return render(request, "pcaet/import_detail.html", context)


def _columns(batch: ImportBatch) -> Iterator[dict[str, Any]]:
    """The columns that hold something, of the sheets that are read."""
    for sheet in batch.recognised:
        yield from (c for c in sheet["columns"] if c["header"] and c["samples"])


def _labels(batch: ImportBatch) -> dict[Outcome, tuple[str, str]]:
    return PREVIEWED_LABELS if batch.state == ImportState.READY else OUTCOME_LABELS


def _counts(batch: ImportBatch) -> list[tuple[int, str]]:
    """«12 actions créées», «3 lignes refusées»…: the summary, zeros left out."""
    return [
        (
            count,
            f"{noun}{'s' if count > 1 else ''} {_labels(batch)[outcome][count > 1]}",
        )
        for outcome in Outcome
        if (count := batch.summary.get(outcome.value, 0))
        for noun in ["ligne" if outcome in OF_LINES else "action"]
    ]


def _filters(batch: ImportBatch, shown: str) -> list[dict[str, Any]]:
    summary = batch.summary
    faults = summary.get("errors", 0) + summary.get("warnings", 0)
    choices = [("", "Tout", None), (FAULTS, "À vérifier", faults)]
    choices += [
        (outcome.value, labels[1].capitalize(), summary.get(outcome.value, 0))
        for outcome, labels in _labels(batch).items()
    ]
    return [
        {"value": value, "label": label, "count": count, "is_shown": value == shown}
        for value, label, count in choices
        if count is None or count or value == shown
    ]


@require_safe
def import_progress(request: SignedInRequest, pk: int) -> JsonResponse:
    batch = _managed_batch(request, pk)
    return JsonResponse(jobs.progress_of(batch))


def _progress_address(batch: ImportBatch) -> str:
    return reverse("import_progress", args=[batch.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """What was recognised, sheet by sheet; corrections are kept for the plan."""
    batch = _managed_batch(request, pk)
    if request.method == "POST":
        return _correct_columns(request, batch)
    context = {
        "batch": batch,
        "sheets": batch.recognised,
        "fields": _field_choices(),
        "is_open": batch.state == ImportState.READY,
        "options": batch.options,
    }
    return render(request, "pcaet/import_columns.html", context)


def _field_choices() -> list[tuple[str, str]]:
    fields = [(key, label) for key, (label, _) in FIELDS.items()]
    return [("", "Ne pas importer"), *(f for f in fields if f[0] != "ignored")]


def _correct_columns(request: SignedInRequest, batch: ImportBatch) -> HttpResponseBase:
    if not table_jobs.claim(batch, ImportState.READING, ImportState.READY):
        messages.error(request, "Cet import n’attend plus de correction.")
        return redirect(batch)
    options = tables.Request(**batch.options)
    for sheet in batch.recognised:
        _correct_sheet(request, batch, sheet, options)
    for name in ("action_code", "measure_code"):
        setattr(options, name, request.POST.get(name, "")[:LONGEST_CODE].strip())
    batch.options = options.to_json()
    batch.save(update_fields=["options"])
    table_jobs.start(batch)
    messages.success(request, "Les colonnes sont corrigées, et retenues pour ce plan.")
    return redirect(batch)


def _correct_sheet(
    request: SignedInRequest,
    batch: ImportBatch,
    sheet: dict[str, Any],
    options: tables.Request,
) -> None:
    number = sheet["number"]
    skipped = f"skip-{number}" in request.POST
    options.skipped = sorted(
        {*options.skipped, number} - (set() if skipped else {number})
    )
    header = request.POST.get(f"header-{number}", "")
    if header.isdigit() and int(header) not in {0, sheet["header_row"] or 0}:
        options.header_rows[str(number)] = int(header) - 1
        options.columns = {
            key: field
            for key, field in options.columns.items()
            if not key.startswith(f"{number}:")
        }
        return
    for column in sheet["columns"]:
        chosen = request.POST.get(f"column-{column['id']}")
        if chosen is None or chosen == column["field"] or not _is_field(chosen):
            continue
        options.columns[column["id"]] = chosen
        if key := header_key(column["header"]):
            SavedMapping.objects.update_or_create(
                plan=batch.plan, key=key[:200], defaults={"field": chosen}
            )


def _is_field(key: str) -> bool:
    name, _, number = key.partition(":")
    return key in {"", *FIELDS} or (name in YEARLY and number.isdigit())


@require_POST
def import_decide(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Which action a doubtful line speaks of."""
    batch = _managed_batch(request, pk)
    if not table_jobs.claim(batch, ImportState.READING, ImportState.READY):
        messages.error(request, "Cet import n’attend plus de décision.")
        return redirect(batch)
    options = tables.Request(**batch.options)
    for name, choice in request.POST.items():
        record = name.removeprefix("decision-")
        if record != name and choice:
            options.decisions[record] = str(choice)
    batch.options = options.to_json()
    batch.save(update_fields=["options"])
    table_jobs.start(batch)
    return redirect(batch)


@require_POST
def import_apply(request: SignedInRequest, pk: int) -> HttpResponseBase:
    batch = _managed_batch(request, pk)
    if not table_jobs.claim(batch, ImportState.APPLYING, ImportState.READY):
        messages.error(request, "Cet import a déjà commencé.")
        return redirect(batch)
    table_jobs.start(batch)
    return redirect(batch)


@require_POST
def import_resume(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Begin again an import whose process was ended."""
    batch = _managed_batch(request, pk)
    if batch.state != ImportState.FAILED and not batch.is_stale:
        messages.error(request, "Cet import n’est pas interrompu.")
        return redirect(batch)
    if table_jobs.claim(batch, ImportState.READING, ImportState(batch.state)):
        table_jobs.start(batch)
    return redirect(batch)


@require_POST
def import_undo(request: SignedInRequest, pk: int) -> HttpResponseBase:
    batch = _managed_batch(request, pk)
    try:
        tables.undo_batch(batch, request.user)
    except tables.CannotUndo as refusal:
        context = {"batch": batch, "obstacles": list(map(str, refusal.obstacles))}
        return render(request, "pcaet/import_undo_refused.html", context, status=409)
    messages.success(request, "L’import est annulé : le plan est comme avant lui.")
    return redirect(batch)


@require_safe
def import_report(request: SignedInRequest, pk: int) -> HttpResponse:
    batch = _managed_batch(request, pk)
    content = report_workbook(tables.report(batch))
    return _download(content, f"import-{batch.pk}.xlsx")


@require_safe
def plan_workbook(request: SignedInRequest, slug: str) -> HttpResponse:
    """The plan as a workbook that imports again without any change."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), slug=slug)
    return _download(write_plan_workbook(plan), f"{plan.slug}.xlsx")


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
