"""The programme: what ends soon, what is planned, how it is rated."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from pcaet.lib.months import add_months

from ..access import (
    SignedInRequest,
    followed_plan,
    keeps_register,
    may_keep,
    reads_register,
)
from ..forms import AimsForm, PurchaseForm, RatingForm, renewal_initial
from ..models import Buyer, Contract, Purchase
from ..traces import aims_said

# The scheme begins its work twenty-four months before a contract ends.
WORKLIST_MONTHS = 24
PAGE = 100


@require_safe
@reads_register
def worklist(request: SignedInRequest) -> HttpResponse:
    """Contracts that end within twenty-four months, with what is planned for each."""
    today = timezone.localdate()
    contracts = (
        Contract.objects.visible_to(request.user)
        .contracts()
        .ending_between(today, add_months(today, WORKLIST_MONTHS))
        .for_list()
        .prefetch_related("renewals")
    )
    context = {
        "page": Paginator(contracts, PAGE).get_page(request.GET.get("page")),
        "today": today,
        "may_keep": may_keep(request.user),
        "months": WORKLIST_MONTHS,
    }
    return render(request, "procurement/worklist.html", context)


@require_safe
@reads_register
def purchase_list(request: SignedInRequest) -> HttpResponse:
    """The programme of a year, the highest potential first."""
    visible = Purchase.objects.visible_to(request.user)
    years = sorted(set(visible.values_list("year", flat=True)), reverse=True)
    wanted = request.GET.get("annee", "")
    year = int(wanted) if wanted.isdigit() else (years[0] if years else None)
    purchases = list(visible.for_list().filter(year=year)) if year else []
    purchases.sort(key=lambda purchase: -(purchase.score or -1))
    today = timezone.localdate()
    context = {
        "rows": [(purchase, purchase.steps()) for purchase in purchases],
        "years": years,
        "year": year,
        "today": today,
        "may_keep": may_keep(request.user),
    }
    return render(request, "procurement/purchase_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def purchase_add(request: SignedInRequest) -> HttpResponseBase:
    """A new purchase, prepared from the contract that it renews where there is one."""
    form = PurchaseForm(
        request.POST or None,
        buyers=Buyer.objects.managed_by(request.user),
        plan=followed_plan(request),
        initial=_renewal(request),
    )
    if request.method == "POST" and form.is_valid():
        purchase = form.save()
        messages.success(request, f"« {purchase} » est dans la programmation.")
        return redirect(purchase)
    status = 422 if form.errors else 200
    context = {"form": form, "title": "Programmer un achat"}
    return render(request, "procurement/purchase_edit.html", context, status=status)


def _renewal(request: SignedInRequest) -> dict[str, object]:
    wanted = request.GET.get("contrat", "")
    if not wanted.isdigit():
        return {}
    contracts = Contract.objects.managed_by(request.user).exclude(ends_on=None)
    return renewal_initial(get_object_or_404(contracts, pk=wanted))


@require_safe
@reads_register
def purchase_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    purchases = Purchase.objects.visible_to(request.user).for_list()
    purchase = get_object_or_404(purchases, pk=pk)
    context = {
        "purchase": purchase,
        "steps": purchase.steps(),
        "today": timezone.localdate(),
        "rating_form": RatingForm(purchase=purchase),
        "aims_form": AimsForm(purchase=purchase),
        "traces": aims_said(purchase),
        "may_keep": may_keep(request.user),
    }
    return render(request, "procurement/purchase_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def purchase_edit(request: SignedInRequest, pk: int) -> HttpResponseBase:
    purchases = Purchase.objects.managed_by(request.user).select_related("plan")
    purchase = get_object_or_404(purchases, pk=pk)
    form = PurchaseForm(
        request.POST or None,
        instance=purchase,
        buyers=Buyer.objects.managed_by(request.user),
        plan=purchase.plan or followed_plan(request),
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"« {purchase} » est enregistré.")
        return redirect(purchase)
    status = 422 if form.errors else 200
    context = {"form": form, "title": purchase.label, "purchase": purchase}
    return render(request, "procurement/purchase_edit.html", context, status=status)


@require_POST
@keeps_register
def purchase_rate(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Write the scores of a purchase."""
    purchases = Purchase.objects.managed_by(request.user)
    purchase = get_object_or_404(purchases, pk=pk)
    form = RatingForm(request.POST, purchase=purchase)
    if form.is_valid():
        form.save()
        messages.success(request, "La cotation est enregistrée.")
    else:
        messages.error(request, "Une note va de 0 à 4.")
    return redirect(purchase)


@require_POST
@keeps_register
def purchase_aims(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Say which of the actions aimed at were carried through."""
    purchases = Purchase.objects.managed_by(request.user).for_list()
    purchase = get_object_or_404(purchases, pk=pk)
    form = AimsForm(request.POST, purchase=purchase)
    if form.is_valid():
        form.save()
        messages.success(request, "L’avancement des actions visées est enregistré.")
    else:
        messages.error(request, "Dire de chaque action si elle est menée à terme.")
    return redirect(purchase)
