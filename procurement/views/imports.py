"""Files brought into the register from the screen."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from actions.models import Organisation

from ..access import (
    SignedInRequest,
    authorities_of,
    keeps_register,
    unlinked_buyers,
)
from ..csvfiles import SMALL_MAPPING, CsvFileError, import_any
from ..decp.load import Report
from ..decp.source import DecpFileError
from ..execution import EXECUTION_MAPPING
from ..forms import ImportForm
from ..models import ImportedFile
from ..models.buyers import scheme_authority


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def import_list(request: SignedInRequest) -> HttpResponseBase:
    """Bring a file in, or try it; the files already brought."""
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        authorities=authorities_of(request.user),
        owner=_likely_owner(request.user),
    )
    report: Report | None = None
    if request.method == "POST" and form.is_valid():
        report = _bring(request, form)
        if report and report.file_id and not form.cleaned_data["dry_run"]:
            return redirect("procurement:import_detail", report.file_id)
    context = {
        "form": form,
        "report": report.as_json() if report else None,
        "files": _files(request)[:50],
        "small_columns": SMALL_MAPPING,
        "execution_columns": EXECUTION_MAPPING,
    }
    status = 422 if form.errors else 200
    return render(request, "procurement/import_list.html", context, status=status)


def _likely_owner(user: User) -> Organisation | None:
    """The authority that follows its purchases, else the only one of the user."""
    ours = {authority.pk: authority for authority in authorities_of(user)}
    if len(ours) == 1:
        return ours.popitem()[1]
    return ours.get(scheme_authority() or 0)


def _files(request: SignedInRequest) -> QuerySet[ImportedFile]:
    visible = ImportedFile.objects.visible_to(request.user)
    return visible.select_related("imported_by")


def _bring(request: SignedInRequest, form: ImportForm) -> Report | None:
    file = form.cleaned_data["file"]
    try:
        return import_any(
            file.read(),
            name=file.name,
            today=timezone.localdate(),
            user=request.user,
            owner=form.cleaned_data["owner"],
            only_ours=form.cleaned_data["only_ours"],
            dry_run=form.cleaned_data["dry_run"],
        )
    except (DecpFileError, CsvFileError) as error:
        form.add_error("file", str(error))
        return None


@require_safe
@keeps_register
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a file brought."""
    file = get_object_or_404(_files(request), pk=pk)
    context = {
        "file": file,
        "report": file.report,
        "unlinked": unlinked_buyers(request.user),
    }
    return render(request, "procurement/import_detail.html", context)
