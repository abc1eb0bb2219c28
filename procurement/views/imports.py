"""Files brought into the register from the screen."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ..access import SignedInRequest, keeps_register
from ..csvfiles import CsvFileError, import_any
from ..decp.load import Report
from ..decp.source import DecpFileError
from ..forms import ImportForm
from ..models import ImportedFile


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_register
def import_list(request: SignedInRequest) -> HttpResponseBase:
    """Bring a file in, or try it; the files already brought."""
    form = ImportForm(request.POST or None, request.FILES or None)
    report: Report | None = None
    if request.method == "POST" and form.is_valid():
        report = _bring(request, form)
        if report and report.file_id and not form.cleaned_data["dry_run"]:
            return redirect("procurement:import_detail", report.file_id)
    context = {
        "form": form,
        "report": report.as_json() if report else None,
        "files": ImportedFile.objects.select_related("imported_by")[:50],
    }
    status = 422 if form.errors else 200
    return render(request, "procurement/import_list.html", context, status=status)


def _bring(request: SignedInRequest, form: ImportForm) -> Report | None:
    file = form.cleaned_data["file"]
    try:
        return import_any(
            file.read(),
            name=file.name,
            today=timezone.localdate(),
            user=request.user,
            dry_run=form.cleaned_data["dry_run"],
        )
    except (DecpFileError, CsvFileError) as error:
        form.add_error("file", str(error))
        return None


@require_safe
@keeps_register
def import_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a file brought."""
    file = get_object_or_404(ImportedFile.objects.select_related("imported_by"), pk=pk)
    context = {"file": file, "report": file.report}
    return render(request, "procurement/import_detail.html", context)
