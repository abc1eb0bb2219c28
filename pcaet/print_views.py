"""Screens of printing: choose, wait, fetch; and how an authority signs."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from actions.models import Brand, Plan, PrintJob, branded_by
from actions.models.brands import validate_accent
from pcaet.lib import colours
from pcaet.lib.documents import Cover
from pcaet.lib.french import french_date
from pcaet.lib.pdf import PdfUnavailableError, render_pdf

from . import jobs, prints
from .outline import Outline
from .print_forms import BookletForm, BrandForm
from .visible import visible_plan

# Seconds that browsers keep the colours of pages: a year.
KEPT_SECONDS = 365 * 24 * 3600


class SignedInRequest(HttpRequest):
    """A request behind the login: its user is a person."""

    user: User


@require_http_methods(["GET", "HEAD", "POST"])
def print_list(request: SignedInRequest, slug: str) -> HttpResponse:
    """What can be printed of a plan, and what was."""
    plan = visible_plan(request, slug)
    form = BookletForm(request.POST or None, initial={"query": request.GET.urlencode()})
    outline = Outline(plan, request.GET, timezone.localdate())
    if request.method == "POST" and form.is_valid():
        return _print(request, plan, form)
    context = {
        "plan": plan,
        "form": form,
        "outline": outline,
        "jobs": plan.prints.for_list(),
        "brand": branded_by(request.user).filter(pk=plan.authority.root_id).first(),
    }
    return render(
        request, "pcaet/print_list.html", context, status=422 if form.errors else 200
    )


def _print(request: SignedInRequest, plan: Plan, form: BookletForm) -> HttpResponse:
    asked = prints.ask_booklet(plan, form.options(), request.user)
    if not asked:
        messages.error(request, "Aucune action ne correspond à ces choix.")
    return redirect(asked[0] if len(asked) == 1 else request.get_full_path())


@require_POST
def annex_print(request: SignedInRequest, slug: str) -> HttpResponse:
    """The text of the plan, annexed to the council's deliberation."""
    return redirect(prints.ask_annex(visible_plan(request, slug), request.user))


@require_safe
def print_detail(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Where a document is: waiting, being printed, ready or given up."""
    job = _job(request, slug, pk)
    jobs.keep_going(job)
    address = reverse("print_progress", args=[slug, pk])
    context = {"job": job, "plan": job.plan, "progress_address": address}
    return render(request, "pcaet/print_detail.html", context)


@require_safe
def print_progress(request: SignedInRequest, slug: str, pk: int) -> JsonResponse:
    return JsonResponse(jobs.progress_of(_job(request, slug, pk)))


@require_safe
def print_file(request: SignedInRequest, slug: str, pk: int) -> HttpResponseBase:
    job = _job(request, slug, pk)
    if not job.is_ready:
        raise Http404
    name = f"{job.title}.pdf"
    content = job.file.open("rb")
    return FileResponse(content, filename=name, content_type="application/pdf")


def _job(request: SignedInRequest, slug: str, pk: int) -> PrintJob:
    plan = visible_plan(request, slug)
    return get_object_or_404(PrintJob.objects.for_list(), plan=plan, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def brand_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The logo, the colour and the footer of an authority's documents."""
    brand = _brand(request, pk)
    form = BrandForm(request.POST or None, request.FILES or None, instance=brand)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "La charte est enregistrée : voir la page d’essai.")
        return redirect(brand)
    last = brand.history.select_related("history_user").first() if brand.pk else None
    context = {
        "form": form,
        "brand": brand,
        "authority": brand.authority,
        "last": last,
    }
    return render(
        request, "pcaet/brand_edit.html", context, status=422 if form.errors else 200
    )


@require_safe
def brand_sample(request: SignedInRequest, pk: int) -> HttpResponse:
    """Two pages in the colours of the authority, to be looked at."""
    brand = _brand(request, pk)
    context = {"brand": brand, "cover": _sample_cover(brand)}
    try:
        pdf = render_pdf("pcaet/brand_sample.html", context, theme=brand.theme)
    except PdfUnavailableError as error:
        messages.error(request, str(error))
        return redirect(brand)
    headers = {"Content-Disposition": 'inline; filename="essai.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_safe
@login_not_required
def page_style(request: HttpRequest, accent: str) -> HttpResponse:
    """The colours of the pages: its address says them, it never changes."""
    try:
        validate_accent(f"#{accent}")
    except ValidationError as error:
        raise Http404 from error
    answer = HttpResponse(colours.page_style(f"#{accent}"), content_type="text/css")
    patch_cache_control(answer, public=True, max_age=KEPT_SECONDS, immutable=True)
    return answer


def _brand(request: SignedInRequest, pk: int) -> Brand:
    return Brand.of(get_object_or_404(branded_by(request.user), pk=pk))


def _sample_cover(brand: Brand) -> Cover:
    return Cover(
        brand=brand,
        authority=brand.authority.name,
        kind="Page d’essai",
        title="Plan climat-air-énergie territorial",
        subtitle="Ce que verront les élus",
        facts=[("Imprimé le", french_date(timezone.localdate()))],
    )
