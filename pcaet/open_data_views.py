"""The open data of public plans: the page, the catalogue, the files."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods, require_safe

from actions.models import Plan
from pcaet.lib.export import CONTENT_TYPES
from pcaet.lib.filecache import FileCache
from pcaet.lib.stamps import unchanged_since

from .open_data import (
    JSON,
    LICENCE,
    TABLES,
    File,
    catalogue,
    plan_file,
    public_page,
    public_plans,
    table_file,
)

# How long a browser or a relay may keep a file without asking again, in seconds.
KEPT = 300
# Room for the stamps of files, in bytes: tens of thousands of them.
MOST_STAMPS = 2**20


@require_safe
@login_not_required
def open_data(request: HttpRequest) -> HttpResponse:
    page = public_page(request.GET.get("page"))
    plans = [(plan, _addresses(plan)) for plan in page]
    tables = TABLES.values()
    context = {"plans": plans, "page": page, "tables": tables, "licence": LICENCE}
    return render(request, "pcaet/open_data.html", context)


@require_http_methods(["GET", "HEAD", "OPTIONS"])
@login_not_required
def open_data_catalogue(request: HttpRequest) -> HttpResponseBase:
    page = public_page(request.GET.get("page"))
    data = catalogue(page, request.build_absolute_uri, _addresses)
    text = json.dumps(data, ensure_ascii=False, indent=2)
    return _open(request, HttpResponse(text, content_type="application/ld+json"))


@require_http_methods(["GET", "HEAD", "OPTIONS"])
@login_not_required
def open_data_plan(request: HttpRequest, slug: str) -> HttpResponseBase:
    plan = get_object_or_404(public_plans(), slug=slug)
    return _file(request, plan_file(plan), JSON, f"{slug}.json")


@require_http_methods(["GET", "HEAD", "OPTIONS"])
@login_not_required
def open_data_table(
    request: HttpRequest, slug: str, table: str, kind: str
) -> HttpResponseBase:
    plan = get_object_or_404(public_plans(), slug=slug)
    if table not in TABLES or kind not in CONTENT_TYPES:
        raise Http404
    found = table_file(plan, TABLES[table], kind, timezone.localdate())
    return _file(request, found, CONTENT_TYPES[kind], f"{slug}-{table}.{kind}")


def _addresses(plan: Plan) -> list[tuple[str, str, str]]:
    """The files of a plan: path, title, media type."""
    tables = [
        (
            reverse("open_data_table", args=[plan.slug, table.name, kind]),
            f"{table.title} ({kind.upper()})",
            media.split(";")[0],
        )
        for table in TABLES.values()
        for kind, media in CONTENT_TYPES.items()
    ]
    whole = reverse("open_data_plan", args=[plan.slug])
    return [(whole, "Le plan entier (JSON)", JSON), *tables]


def _stamps() -> FileCache:
    return FileCache(settings.VAR_DIR / "donnees", MOST_STAMPS)


def _file(
    request: HttpRequest, file: File, content_type: str, name: str
) -> HttpResponseBase:
    changed = unchanged_since(_stamps(), name, file.mark)
    answer = HttpResponse(file.content, content_type=content_type)
    answer["ETag"] = file.mark
    answer["Last-Modified"] = http_date(changed)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    found = get_conditional_response(request, file.mark, changed, answer)
    return _open(request, found or answer)


def _open(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Any site may read it, from a browser too; it is asked for again soon."""
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        answer["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
    answer["Link"] = f'<{LICENCE}>; rel="license"'
    patch_cache_control(answer, public=True, max_age=KEPT)
    return answer
