"""Pages that look at plans from aside: in time, by catalogue, across plans."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Plan
from pcaet.lib.pdf import PdfUnavailableError

from .columns import ACTION_COLUMNS
from .commitments import Commitments
from .downloads import file_response
from .links import PlanLinks
from .outline import Outline
from .overview_columns import CITATION_COLUMNS, LINK_COLUMNS
from .references import Catalogue
from .timeline import Timeline, render_timeline
from .visible import visible_plan


@require_safe
@login_not_required
def plan_timeline(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    context = {"plan": plan, "timeline": _timeline(request, plan)}
    return render(request, "pcaet/plan_timeline.html", context)


@require_safe
@login_not_required
def timeline_print(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    try:
        pdf = render_timeline(_timeline(request, plan))
    except PdfUnavailableError as error:
        messages.error(request, str(error))
        return redirect("plan_timeline", slug)
    headers = {"Content-Disposition": f'inline; filename="{slug}-frise.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _timeline(request: HttpRequest, plan: Plan) -> Timeline:
    today = timezone.localdate()
    return Timeline(plan, Outline(plan, request.GET, today), today)


@require_safe
@login_not_required
def commitment_list(request: HttpRequest) -> HttpResponse:
    found = Commitments(request.user, request.GET, timezone.localdate())
    return render(request, "pcaet/commitment_list.html", {"commitments": found})


@require_safe
@login_not_required
def commitment_export(request: HttpRequest, kind: str) -> HttpResponse:
    rows = Commitments(request.user, request.GET, timezone.localdate()).rows
    return file_response(kind, "actions", "Actions", ACTION_COLUMNS, rows)


@require_safe
@login_not_required
def link_list(request: HttpRequest) -> HttpResponse:
    found = PlanLinks(request.user, request.GET, timezone.localdate())
    return render(request, "pcaet/link_list.html", {"links": found})


@require_safe
@login_not_required
def link_export(request: HttpRequest, kind: str) -> HttpResponse:
    rows = PlanLinks(request.user, request.GET, timezone.localdate()).rows
    return file_response(kind, "liens", "Liens entre plans", LINK_COLUMNS, rows)


@require_safe
@login_not_required
def reference_list(request: HttpRequest) -> HttpResponse:
    catalogue = Catalogue(request.user, request.GET, timezone.localdate())
    context = {"catalogue": catalogue, "plan": None}
    return render(request, "pcaet/reference_list.html", context)


@require_safe
@login_not_required
def plan_reference_list(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    catalogue = Catalogue(request.user, request.GET, timezone.localdate(), plan)
    context = {"catalogue": catalogue, "plan": plan}
    return render(request, "pcaet/reference_list.html", context)


@require_safe
@login_not_required
def reference_export(request: HttpRequest, kind: str) -> HttpResponse:
    found = Catalogue(request.user, request.GET, timezone.localdate())
    name, title = "mesures-de-reference", "Mesures de référence"
    return file_response(kind, name, title, CITATION_COLUMNS, found.citations)
