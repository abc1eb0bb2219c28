"""Pages that everybody may read, as far as the plans they show are visible to them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from indicators.models import TypingRights
from procurement.statement import latest_statement_year

from .exchange import export_plan
from .fiche import actions_to_print
from .home import Home
from .involvement import Directory, parts_of, visible_organisations
from .outline import Outline
from .sheet import Sheet
from .visible import visible_plan
from .yearly import YearGrid


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    found = Home(request.user, request.GET, timezone.localdate())
    return render(request, "pcaet/home.html", {"home": found})


@require_safe
@login_not_required
def plan_detail(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    prefetch_related_objects([plan], "goals__targets")
    today = timezone.localdate()
    outline = Outline(plan, request.GET, today)
    context = {
        "plan": plan,
        "outline": outline,
        "deliberations": plan.deliberations.prefetch_related("opinions"),
        "goals": plan.goals.all(),
        "statement_year": latest_statement_year(plan, today),
        "reviews": plan.reviews.filter(closed_at__isnull=False),
    }
    return render(request, "pcaet/plan_detail.html", context)


@require_safe
@login_not_required
def plan_grid(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    today = timezone.localdate()
    grid = YearGrid(plan, request.GET, today)
    may_type = bool(
        grid.year
        and request.user.is_authenticated
        and TypingRights.of(request.user, plan, grid.year, today).allowed
    )
    context = {"plan": plan, "grid": grid, "may_type": may_type, "today": today}
    return render(request, "pcaet/plan_grid.html", context)


@require_safe
@login_not_required
def plan_export(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    headers = {"Content-Disposition": f'attachment; filename="{plan.slug}.json"'}
    return HttpResponse(
        export_plan(plan), content_type="application/json", headers=headers
    )


@require_safe
@login_not_required
def action_detail(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    action = get_object_or_404(actions_to_print(), plan=plan, code=code)
    sheet = Sheet(action, request.user, timezone.localdate())
    context = {"plan": action.plan, "action": action, "sheet": sheet}
    return render(request, "pcaet/action_detail.html", context)


@require_safe
@login_not_required
def organisation_list(request: HttpRequest) -> HttpResponse:
    found = Directory(request.user, request.GET)
    return render(request, "pcaet/organisation_list.html", {"directory": found})


@require_safe
@login_not_required
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    visible = visible_organisations(request.user)
    organisation = get_object_or_404(visible.select_related("parent"), pk=pk)
    context = {
        "organisation": organisation,
        "departments": visible.filter(parent=organisation),
        "plans": parts_of(organisation, request.user, timezone.localdate()),
    }
    return render(request, "pcaet/organisation_detail.html", context)
