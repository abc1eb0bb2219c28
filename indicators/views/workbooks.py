"""The workbook of a department: carried away, brought back through a preview."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from actions.models import Organisation

from ..access import Desk, SignedInRequest, visible_plan
from ..models import IndicatorQuerySet
from ..workbook.layout import XLSX
from ..workbook.read import Line, LineKind, WorkbookRefused, compare, read_workbook
from ..workbook.write import build_workbook


@require_safe
def workbook_export(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    """The person's rows; those of one department for who leads the plan.

    A row of which the year asks nothing is left out, unless something was typed.
    """
    desk = Desk.of(request.user, visible_plan(request.user, slug), year)
    cells = [row.cell(year) for row in _of_department(request, desk.rows())]
    rows = [cell.indicator for cell in cells if cell.is_expected or cell.result]
    if not desk.rights.allowed or not rows:
        messages.error(request, desk.rights.reason or "Aucune ligne à emporter.")
        return redirect(desk.plan)
    content = build_workbook(desk.plan, year, rows)
    name = slugify(f"saisie-{slug}-{year}")
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.xlsx"',
            "Cache-Control": "private, no-store",
        },
    )


def _of_department(
    request: SignedInRequest, rows: IndicatorQuerySet
) -> IndicatorQuerySet:
    asked = request.GET.get("service", "")
    known = asked.isdecimal() and Organisation.objects.filter(pk=asked).exists()
    return rows.led_by([int(asked)]) if known else rows


@require_http_methods(["GET", "HEAD", "POST"])
def workbook_import(request: SignedInRequest, slug: str, year: int) -> HttpResponseBase:
    """Send a workbook, and see what it would change; nothing is written here.

    The preview holds the rows as a typing page would post them: accepting it saves
    them there, with the same checks and the same versions.
    """
    desk = Desk.of(request.user, visible_plan(request.user, slug), year)
    if not desk.rights.allowed:
        messages.error(request, desk.rights.reason)
        return redirect(desk.plan)
    context: dict[str, object] = {"plan": desk.plan, "year": year}
    if request.method == "POST":
        try:
            context |= _preview(_lines(request, desk))
        except WorkbookRefused as error:
            context["refusal"] = str(error)
    status = 422 if "refusal" in context else 200
    return render(request, "indicators/workbook_import.html", context, status=status)


def _lines(request: SignedInRequest, desk: Desk) -> list[Line]:
    file = request.FILES.get("file")
    if file is None:
        raise WorkbookRefused("Choisir d’abord le classeur à rapporter.")
    book = read_workbook(file.name or "classeur", file.read())
    if book.slug != desk.plan.slug:
        raise WorkbookRefused(
            f"Ce classeur est celui d’un autre plan que « {desk.plan} » : le rapporter "
            "depuis la page de saisie de son plan."
        )
    if book.year != desk.year:
        raise WorkbookRefused(
            f"Ce classeur est celui de {book.year}, et cette page celle de "
            f"{desk.year} : le rapporter depuis la saisie de {book.year}."
        )
    return compare(book, desk.rows())


def _preview(lines: list[Line]) -> dict[str, object]:
    by_kind = {
        kind.value: [line for line in lines if line.kind == kind] for kind in LineKind
    }
    return {"previewed": True, **by_kind}
