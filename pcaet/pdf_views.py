"""Printed documents, served as PDF files."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from actions.models import Plan
from pcaet.lib.pdf import PdfUnavailableError

from .fiche import PeriodError, actions_to_print, read_period, render_fiche


@require_safe
@login_not_required
def action_fiche(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The sheet of an action; «?annees=2015-2017» keeps the grids to these years."""
    visible = Plan.objects.visible_to(request.user).filter(slug=slug)
    action = get_object_or_404(actions_to_print(), plan__in=visible, code=code)
    try:
        period = read_period(request.GET.get("annees", ""))
        pdf = render_fiche(action, printed_on=timezone.localdate(), period=period)
    except (PeriodError, PdfUnavailableError) as error:
        messages.error(request, str(error))
        return redirect(action)
    name = content_disposition_header(False, f"{slug}-{code}.pdf")
    headers = {"Content-Disposition": str(name)}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
