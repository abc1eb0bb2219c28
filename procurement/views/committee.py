"""The yearly committee: its sessions, members, booklet and decisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from actions.models import Brand
from pcaet.lib.pdf import render_pdf

from ..access import SignedInRequest, keeps_register, may_keep, reads_register
from ..committee import session_context, session_cover
from ..forms import DecisionForm, MemberForm, SessionForm
from ..models import Buyer, CommitteeMember, CommitteeSession, Purchase


@require_safe
@reads_register
def session_list(request: SignedInRequest) -> HttpResponse:
    sessions = CommitteeSession.objects.visible_to(request.user).select_related("buyer")
    context = {"sessions": sessions, "may_keep": may_keep(request.user)}
    return render(request, "procurement/session_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def session_add(request: SignedInRequest) -> HttpResponseBase:
    return _edit(request, CommitteeSession(year=timezone.localdate().year + 1))


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def session_edit(request: SignedInRequest, pk: int) -> HttpResponseBase:
    sessions = CommitteeSession.objects.managed_by(request.user)
    return _edit(request, get_object_or_404(sessions, pk=pk))


def _edit(request: SignedInRequest, session: CommitteeSession) -> HttpResponseBase:
    buyers = Buyer.objects.managed_by(request.user)
    form = SessionForm(request.POST or None, instance=session, buyers=buyers)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "La séance est enregistrée.")
        return redirect(session)
    context = {"form": form, "session": session}
    status = 422 if form.errors else 200
    return render(request, "procurement/session_edit.html", context, status=status)


def _visible(request: SignedInRequest, pk: int) -> CommitteeSession:
    sessions = CommitteeSession.objects.visible_to(request.user).select_related("buyer")
    return get_object_or_404(sessions, pk=pk)


@require_safe
@reads_register
def session_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    context = session_context(_visible(request, pk))
    context["member_form"] = MemberForm()
    context["decision_form"] = DecisionForm(purchases=context["purchases"])
    context["may_keep"] = may_keep(request.user)
    return render(request, "procurement/session_detail.html", context)


@require_safe
@reads_register
def session_booklet(request: SignedInRequest, pk: int) -> HttpResponse:
    """The booklet laid on the table: agenda, rated purchases, review of the year."""
    session = _visible(request, pk)
    body = session.buyer.organisation
    brand = Brand.of(body) if body else Brand()
    cover = session_cover(session, brand)
    context = {**session_context(session), "brand": brand, "cover": cover}
    content = render_pdf("procurement/session_print.html", context, theme=brand.theme)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="comite-{session.year}.pdf"'
    return response


def _managed(request: SignedInRequest, pk: int) -> CommitteeSession:
    sessions = CommitteeSession.objects.managed_by(request.user).select_related("buyer")
    return get_object_or_404(sessions, pk=pk)


@require_POST
@keeps_register
def session_decide(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Settle the list of targeted purchases."""
    session = _managed(request, pk)
    purchases = list(Purchase.objects.filter(buyer=session.buyer, year=session.year))
    form = DecisionForm(request.POST, purchases=purchases)
    if form.is_valid():
        changed = form.save(session)
        plural = "s" if changed > 1 else ""
        messages.success(request, f"{changed} décision{plural} enregistrée{plural}.")
    else:
        messages.error(request, "Choisir une décision pour chaque achat.")
    return redirect(session)


@require_POST
@keeps_register
def member_add(request: SignedInRequest, pk: int) -> HttpResponseBase:
    session = _managed(request, pk)
    member = CommitteeMember(buyer=session.buyer, order=session.buyer.members.count())
    form = MemberForm(request.POST, instance=member)
    if form.is_valid():
        form.save()
        messages.success(request, "La fonction siège au comité.")
    else:
        messages.error(request, "Indiquer une fonction qui ne siège pas déjà.")
    return redirect(session)
