"""Printed reviews, served as PDF files."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from indicators.access import SignedInRequest, edition_asked, readable_review
from pcaet.lib.pdf import PdfUnavailableError

from . import prints
from .review_print import render_review


@require_safe
@login_not_required
def review_pdf(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The review on paper; «?edition=1» prints a closed edition again."""
    review = readable_review(request.user, slug, pk)
    try:
        pdf = render_review(review, edition_asked(request, review))
    except PdfUnavailableError as error:
        messages.error(request, str(error))
        return redirect(review)
    name = content_disposition_header(False, f"{slug}-bilan-{review.period}.pdf")
    headers = {"Content-Disposition": str(name)}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_POST
def review_print(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A long review is printed in the background: lead to where it is followed."""
    review = readable_review(request.user, slug, pk)
    edition = edition_asked(request, review)
    return redirect(prints.ask_review(review, edition, request.user))
