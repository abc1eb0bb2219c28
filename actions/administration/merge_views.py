"""The page on which two organisations become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from ..access import administers
from ..merging import MergeRefused, Move, Report, merge, moves
from ..models import Membership, Organisation, Role
from .base import address
from .forms import LoadedSelect

if TYPE_CHECKING:
    from ..admin import OrganisationAdmin

MOST_CHOSEN = 20
TOO_FEW = (
    "Choisir au moins deux organismes que seuls vos plans utilisent : un administrateur "
    "réunit les autres."
)
# Beyond these, the page counts.
MOST_LISTED = 8


@dataclass(slots=True)
class Preview:
    """What becomes of one organisation when it joins the one that is kept."""

    removed: Organisation
    refusal: str = ""
    lost: str = ""
    report: Report = field(default_factory=Report)
    listed: list[tuple[str, list[Move], int]] = field(default_factory=list)

    @classmethod
    def of(cls, kept: Organisation, removed: Organisation) -> Preview:
        try:
            found = moves(kept, removed)
        except MergeRefused as refused:
            return cls(removed, refusal=str(refused))
        preview = cls(removed, lost=_lost(kept, removed))
        groups: dict[str, list[Move]] = defaultdict(list)
        for move in found:
            preview.report.add(move)
            groups[str(move.row._meta.verbose_name_plural)].append(move)
        preview.listed = [
            (name, group[:MOST_LISTED], max(0, len(group) - MOST_LISTED))
            for name, group in groups.items()
        ]
        return preview


def _lost(kept: Organisation, removed: Organisation) -> str:
    """What only the removed organisation says, and nothing keeps."""
    if not removed.email or kept.email in ("", removed.email):
        return ""
    return f"Son adresse {removed.email} disparaît : « {kept} » a la sienne."


class OtherForm(forms.Form):
    """Which organisation the first one is merged with."""

    def __init__(self, model_admin: OrganisationAdmin, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        key = Role._meta.get_field("organisation")
        self.fields["autre"] = forms.ModelChoiceField(
            Organisation.objects.all(),
            label="Autre organisme",
            widget=LoadedSelect(key, model_admin.admin_site),
        )


def merge_organisations(
    model_admin: OrganisationAdmin, request: HttpRequest
) -> HttpResponse:
    chosen = _chosen(model_admin, request)
    if request.method == "POST":
        return _merge(model_admin, request, chosen)
    kept = _kept(request.GET.get("garder", ""), chosen)
    others = [one for one in chosen if one != kept] if len(chosen) > 1 else []
    previews = [Preview.of(kept, other) for other in others]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Fusionner des organismes",
        "opts": model_admin.opts,
        "chosen": chosen,
        "kept": kept,
        "previews": previews,
        "is_refused": any(preview.refusal for preview in previews),
        "refusal": _refusal(request, chosen),
        "other_form": OtherForm(model_admin),
        "addresses": ",".join(str(one.pk) for one in chosen),
        "media": model_admin.media + OtherForm(model_admin).media,
    }
    return TemplateResponse(request, "admin/merge_organisations.html", context)


def _chosen(
    model_admin: OrganisationAdmin, request: HttpRequest
) -> Sequence[Organisation]:
    """The organisations that the address names, the most used first."""
    asked = request.GET.get("organismes", "").split(",")
    asked += request.GET.getlist("autre")
    keys = {int(pk) for pk in asked if pk.isdecimal() and len(pk) < 19}
    found = (
        Organisation.objects.filter(pk__in=keys)
        .select_related("parent")
        .annotate(role_count=Count("roles"))
        .order_by("-role_count", "pk")[:MOST_CHOSEN]
    )
    reached = [one for one in found if model_admin.has_change_permission(request, one)]
    if not reached:
        raise Http404("Aucun organisme à fusionner.")
    return reached


def _kept(asked: str, chosen: Sequence[Organisation]) -> Organisation:
    return next((one for one in chosen if str(one.pk) == asked), chosen[0])


def _refusal(request: HttpRequest, chosen: Sequence[Organisation]) -> str:
    """To merge is to give some people the rights of others."""
    members = Membership.objects.filter(organisation__in=chosen)
    if administers(request.user) or not members.exists():
        return ""
    return (
        "Des personnes sont rattachées à ces organismes : les réunir change leurs "
        "droits, un administrateur fait cette fusion."
    )


def _merge(
    model_admin: OrganisationAdmin,
    request: Any,
    chosen: Sequence[Organisation],
) -> HttpResponse:
    kept = _kept(request.POST.get("garder", ""), chosen)
    others = [one for one in chosen if one != kept]
    refusal = _refusal(request, chosen)
    if refusal or not others:
        messages.error(request, refusal or TOO_FEW)
        return redirect(request.get_full_path())
    try:
        report = merge(kept, others, user=request.user)
    except MergeRefused as refused:
        messages.error(request, str(refused))
        return redirect(request.get_full_path())
    names = ", ".join(f"« {one} »" for one in others)
    verb = "est réuni" if len(others) == 1 else "sont réunis"
    messages.success(request, f"{names} {verb} à « {kept} » : {report.sentence}.")
    return redirect(address(kept))
