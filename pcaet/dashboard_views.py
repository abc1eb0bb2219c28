"""Dashboards, and the lists and files behind their figures."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .columns import (
    ACTION_COLUMNS,
    MILESTONE_COLUMNS,
    ORGANISATION_COLUMNS,
    TARGET_COLUMNS,
)
from .dashboard import Dashboard
from .downloads import file_response
from .involvement import Directory
from .milestones import MilestoneList
from .outline import Outline
from .search import Search
from .targets import TargetList
from .visible import visible_plan


@require_safe
@login_not_required
def plan_dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    board = Dashboard(plan, request.GET.get("annee", ""), timezone.localdate())
    return render(request, "pcaet/plan_dashboard.html", {"plan": plan, "board": board})


@require_safe
@login_not_required
def target_list(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    targets = TargetList(plan, request.GET)
    context = {"plan": plan, "targets": targets, "today": timezone.localdate()}
    return render(request, "pcaet/target_list.html", context)


@require_safe
@login_not_required
def target_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    rows = TargetList(plan, request.GET).all_rows
    name = f"{plan.slug}-resultats"
    return file_response(kind, name, "Cibles et résultats", TARGET_COLUMNS, rows)


@require_safe
@login_not_required
def milestone_list(request: HttpRequest, slug: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    found = MilestoneList(plan, request.GET)
    context = {"plan": plan, "milestones": found}
    return render(request, "pcaet/milestone_list.html", context)


@require_safe
@login_not_required
def milestone_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    rows = MilestoneList(plan, request.GET).rows
    return file_response(kind, f"{slug}-etapes", "Étapes", MILESTONE_COLUMNS, rows)


@require_safe
@login_not_required
def action_export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    plan = visible_plan(request, slug)
    rows = Outline(plan, request.GET, timezone.localdate()).rows
    name = f"{plan.slug}-actions"
    return file_response(kind, name, "Actions", ACTION_COLUMNS, rows)


@require_safe
@login_not_required
def organisation_export(request: HttpRequest, kind: str) -> HttpResponse:
    rows = Directory(request.user, request.GET).rows
    return file_response(kind, "organismes", "Organismes", ORGANISATION_COLUMNS, rows)


@require_safe
@login_not_required
def search(request: HttpRequest) -> HttpResponse:
    found = Search(request.user, request.GET, timezone.localdate())
    return render(request, "pcaet/search.html", {"search": found})


@require_safe
@login_not_required
def search_export(request: HttpRequest, kind: str) -> HttpResponse:
    rows = Search(request.user, request.GET, timezone.localdate()).rows
    return file_response(kind, "recherche", "Recherche", ACTION_COLUMNS, rows)
