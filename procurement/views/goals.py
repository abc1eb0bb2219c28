"""Goals of the scheme, its computed indicators, its public statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from actions.models import Plan

from ..access import (
    SignedInRequest,
    followed_plan,
    keeps_register,
    may_keep,
    reads_register,
)
from ..computed import computed_actions
from ..enums import GoalFormula
from ..forms import ScopeForm
from ..formulas import Answer, Scope, answer_to
from ..goals import (
    GoalResult,
    Period,
    buyers_named,
    contracts_behind,
    dashboard,
    figures_by_year,
    profile_of,
    years_of,
)
from ..legal import alerts_on, benchmarks
from ..models import Buyer, Contract, GoalScope
from ..models.contracts import ContractQuerySet
from ..statement import STATEMENT_YEARS, Statement, statement_csv, statement_of
from ..statement_print import render_statement

ALL_YEARS = "toutes"
# Years shown beside each other, and contracts on a page.
LAST_YEARS = 6
PAGE = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader of the dashboard chose in the address."""

    plan: Plan | None
    years: list[int]
    year: int | None
    buyer: Buyer | None
    buyers: list[Buyer]

    @property
    def period(self) -> Period:
        return Period.of_year(self.year) if self.year else Period()

    @property
    def address(self) -> str:
        """The same choice, as the end of another address."""
        asked = {"annee": self.year or ALL_YEARS}
        if self.buyer:
            asked["acheteur"] = self.buyer.pk
        return f"?{urlencode(asked)}"


def _choice(request: SignedInRequest) -> Choice:
    """Read the address; the last year with contracts unless it says otherwise."""
    contracts = Contract.objects.visible_to(request.user)
    years = years_of(contracts)
    wanted = request.GET.get("annee", "")
    year = int(wanted) if wanted.isdigit() and int(wanted) in years else None
    if not wanted and years:
        year = years[0]
    buyers = list(Buyer.objects.visible_to(request.user))
    chosen = request.GET.get("acheteur", "")
    buyer = next((b for b in buyers if str(b.pk) == chosen), None)
    return Choice(followed_plan(request), years, year, buyer, buyers)


def _contracts(request: SignedInRequest, choice: Choice) -> ContractQuerySet:
    contracts = Contract.objects.visible_to(request.user)
    return contracts.filter(buyer=choice.buyer) if choice.buyer else contracts


@require_safe
@reads_register
def goal_list(request: SignedInRequest) -> HttpResponse:
    """Each goal against its targets, with what it is counted on."""
    choice = _choice(request)
    contracts = _contracts(request, choice)
    board = dashboard(contracts, plan=choice.plan, period=choice.period)
    buyers = buyers_named(board.goals)
    context = {
        "choice": choice,
        "address": choice.address,
        "board": board,
        "social": board.social_result,
        "goals": [_with_buyers(goal, buyers) for goal in board.goals],
        "benchmarks": benchmarks(timezone.localdate()),
        "may_keep": may_keep(request.user),
    }
    return render(request, "procurement/goal_list.html", context)


def _with_buyers(goal: GoalResult, buyers: dict[int, Buyer]) -> dict[str, object]:
    rows = [(buyers[pk], figure) for pk, figure in goal.by_buyer.items()]
    rows.sort(key=lambda row: -row[1].base.number)
    return {"result": goal, "buyers": rows}


@require_safe
@reads_register
def goal_contracts(request: SignedInRequest, formula: str) -> HttpResponseBase:
    """A goal year after year, and the contracts behind its figure."""
    choice = _choice(request)
    contracts = _contracts(request, choice)
    board = dashboard(contracts, plan=choice.plan, period=choice.period)
    result = next((g for g in board.goals if g.formula == formula), None)
    if result is None:
        raise Http404
    behind = contracts_behind(
        contracts, result.formula, plan=choice.plan, period=choice.period
    )
    page = Paginator(behind.for_list(), PAGE).get_page(request.GET.get("page"))
    context = {
        "choice": choice,
        "address": choice.address,
        "query": choice.address.removeprefix("?"),
        "result": result,
        "benchmarks": benchmarks(timezone.localdate()),
        "lines": _year_lines(contracts, result, choice),
        "page": page,
        "contracts": _with_answers(page, result.formula, board.scope),
        "alerts": alerts_on(behind) if formula == "environmental_criterion" else None,
    }
    return render(request, "procurement/goal_contracts.html", context)


def _year_lines(
    contracts: ContractQuerySet, result: GoalResult, choice: Choice
) -> list[dict[str, object]]:
    """The last years, the latest first, and those that have a target."""
    years = sorted({*choice.years[:LAST_YEARS], *result.targets}, reverse=True)
    figures = figures_by_year(contracts, result.formula, plan=choice.plan, years=years)
    return [
        {"year": year, "figure": figure, "target": result.targets.get(year)}
        for year, figure in figures.items()
    ]


def _with_answers(
    contracts: Iterable[Contract], formula: GoalFormula, scope: Scope
) -> list[tuple[Contract, Answer]]:
    return [(c, answer_to(formula, profile_of(c, scope), scope)) for c in contracts]


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def scope_edit(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """What the authority chooses to count."""
    plan = get_object_or_404(Plan.objects.managed_by(request.user), slug=slug)
    scope = GoalScope.objects.filter(plan=plan).first() or GoalScope(plan=plan)
    form = ScopeForm(request.POST or None, instance=scope)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Le périmètre des objectifs est enregistré.")
        return redirect("procurement:goal_list")
    status = 422 if form.errors else 200
    context = {"plan": plan, "form": form}
    return render(request, "procurement/scope_edit.html", context, status=status)


@require_safe
@reads_register
def action_list(request: SignedInRequest) -> HttpResponse:
    """The actions of the scheme with the indicators that the register computes."""
    choice = _choice(request)
    contracts = Contract.objects.visible_to(request.user)
    actions = computed_actions(contracts, plan=choice.plan, period=choice.period)
    context = {"choice": choice, "actions": actions}
    return render(request, "procurement/action_list.html", context)


def _statement(request: SignedInRequest, slug: str, year: int) -> Statement:
    if year not in STATEMENT_YEARS:
        raise Http404
    plans = Plan.objects.visible_to(request.user).distinct().for_list()
    return statement_of(get_object_or_404(plans, slug=slug), last_year=year)


@require_safe
@login_not_required
def statement(request: SignedInRequest, slug: str, year: int) -> HttpResponse:
    """The public statement on the two years that end with ``year``."""
    context = {
        "statement": _statement(request, slug, year),
        "benchmarks": benchmarks(date(year, 12, 31)),
    }
    return render(request, "procurement/statement.html", context)


@require_safe
@login_not_required
def statement_as_csv(request: SignedInRequest, slug: str, year: int) -> HttpResponse:
    content = statement_csv(_statement(request, slug, year))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"achats-responsables-{year - 1}-{year}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@login_not_required
def statement_as_pdf(request: SignedInRequest, slug: str, year: int) -> HttpResponse:
    content = render_statement(_statement(request, slug, year))
    response = HttpResponse(content, content_type="application/pdf")
    name = f"achats-responsables-{year - 1}-{year}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
