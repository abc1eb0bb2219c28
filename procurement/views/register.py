"""The register: its list, one contract, what the officer adds."""

from __future__ import annotations

from itertools import chain

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from ..access import (
    SignedInRequest,
    keeps_register,
    may_keep,
    reads_register,
    unlinked_buyers,
)
from ..decp.publish import publish
from ..decp.write import read_modification
from ..enums import ModificationReading
from ..filters import ContractFilter
from ..forms import BulkAdditionsForm, ContractAdditionsForm, ModificationForm
from ..models import Buyer, Contract, Modification
from ..traces import additions_to

PAGE = 50
# Contracts shown that cannot be published as they are.
MAX_INCOMPLETE = 200


def _filtered(request: SignedInRequest) -> ContractFilter:
    return ContractFilter(
        request.GET,
        queryset=Contract.objects.visible_to(request.user),
        buyers=Buyer.objects.visible_to(request.user),
    )


@require_safe
@reads_register
def contract_list(request: SignedInRequest) -> HttpResponse:
    """The contracts that the filters choose, fifty at a time."""
    chosen = _filtered(request)
    page = Paginator(chosen.qs.for_list(), PAGE).get_page(request.GET.get("page"))
    address = request.GET.copy()
    address.pop("page", None)
    context = {
        "filter": chosen,
        "page": page,
        "address": address.urlencode(),
        "may_keep": may_keep(request.user),
        "bulk_form": BulkAdditionsForm(contracts=Contract.objects.none()),
        "unlinked": unlinked_buyers(request.user),
        "is_filtered": any(request.GET.get(name) for name in chosen.filters),
    }
    return render(request, "procurement/contract_list.html", context)


@require_safe
@reads_register
def contract_publish(request: SignedInRequest) -> HttpResponse:
    """What the file to publish would hold, and what it must leave out."""
    published = publish(_filtered(request).qs)
    context = {
        "published": published,
        "incomplete": published.incomplete[:MAX_INCOMPLETE],
        "address": request.GET.urlencode(),
    }
    return render(request, "procurement/contract_publish.html", context)


@require_safe
@reads_register
def contract_export(request: SignedInRequest) -> HttpResponse:
    """The chosen contracts as a file of essential data, version 2.0.3."""
    published = publish(_filtered(request).qs)
    response = JsonResponse(
        published.content, json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="decp.json"'
    return response


@require_safe
@reads_register
def contract_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    contracts = Contract.objects.visible_to(request.user).for_list()
    contract = get_object_or_404(contracts, pk=pk)
    twins = Contract.objects.visible_to(request.user).filter(
        buyer=contract.buyer_id, number=contract.number
    )
    context = {
        "contract": contract,
        "modifications": contract.modifications.all(),
        "subcontracts": contract.subcontracts.select_related("holder"),
        "twins": twins.exclude(pk=contract.pk),
        "raw_records": contract.raw_records.select_related("file"),
        "purchases": contract.purchases.all(),
        "traces": additions_to(contract),
        "readings": ModificationForm().fields["reading"].choices,  # type: ignore[attr-defined]
        "may_keep": may_keep(request.user),
    }
    return render(request, "procurement/contract_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def contract_edit(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The officer's additions to one contract."""
    contracts = Contract.objects.managed_by(request.user).select_related("buyer")
    contract = get_object_or_404(contracts, pk=pk)
    form = ContractAdditionsForm(request.POST or None, instance=contract)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Les compléments du contrat sont enregistrés.")
        return redirect(contract)
    context = {"contract": contract, "form": form}
    status = 422 if form.errors else 200
    return render(request, "procurement/contract_edit.html", context, status=status)


@require_POST
@keeps_register
def contract_bulk(request: SignedInRequest) -> HttpResponseBase:
    """Say the kinds of many contracts at once, then come back to the same list."""
    managed = Contract.objects.managed_by(request.user)
    form = BulkAdditionsForm(request.POST, contracts=managed)
    if form.is_valid():
        changed = form.save()
        plural = "s" if changed > 1 else ""
        messages.success(request, f"{changed} contrat{plural} complété{plural}.")
    else:
        for sentence in chain(*form.errors.values()):
            messages.error(request, str(sentence))
    back = request.POST.get("retour", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return redirect(back if safe else "procurement:contract_list")


@require_POST
@keeps_register
def modification_read(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Say whether the amount of a modification is a total or an increment."""
    contracts = Contract.objects.managed_by(request.user)
    modifications = Modification.objects.select_related("contract")
    modification = get_object_or_404(modifications, pk=pk, contract__in=contracts)
    form = ModificationForm(request.POST)
    if form.is_valid():
        reading = ModificationReading(form.cleaned_data["reading"])
        read_modification(modification, reading)
        messages.success(request, "Le montant en cours du contrat est recalculé.")
    else:
        messages.error(request, "Dire si ce montant est un total ou un supplément.")
    return redirect(modification.contract)
