"""What stands and what lacks: attainment at each level, sheets to complete."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from actions.models import Plan

from ..access import SignedInRequest, visible_plan
from ..attainment import EXPLANATION
from ..completeness import Part, completeness
from ..rates import rates_of


@login_not_required
@require_safe
def plan_rates(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), slug=slug)
    years = years_of(plan)
    asked = request.GET.get("annee", "")
    year = int(asked) if asked in map(str, years) else None
    context = {
        "plan": plan,
        "years": years,
        "year": year,
        "top": rates_of(plan, year),
        "explanation": EXPLANATION,
    }
    return render(request, "indicators/plan_rates.html", context)


@require_safe
def plan_completeness(request: SignedInRequest, slug: str) -> HttpResponse:
    """Each action's missing parts, and a filter for each part."""
    plan = visible_plan(request.user, slug)
    years = years_of(plan)
    asked = request.GET.get("annee", "")
    year = int(asked) if asked in map(str, years) else years[-1]
    state = completeness(plan, year)
    part = request.GET.get("manque", "")
    chosen = Part(part) if part in Part.values else None
    context = {
        "plan": plan,
        "years": years,
        "year": year,
        "state": state,
        "part": chosen,
        "sheets": state.lacking(chosen) if chosen else state.sheets,
    }
    return render(request, "indicators/plan_completeness.html", context)


def years_of(plan: Plan) -> list[int]:
    """The years of the grid and of the campaigns; this one where there is none."""
    campaigns = plan.campaigns.values_list("year", flat=True)
    return sorted({*plan.years, *campaigns}) or [timezone.localdate().year]
