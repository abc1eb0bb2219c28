"""The review of a year: written sheet by sheet, closed, printed again the same."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from actions.models import Action, Plan

from ..access import (
    SignedInRequest,
    edition_asked,
    leads,
    readable_review,
    visible_plan,
)
from ..forms import ReviewCommentForm, ReviewForm, ReviewSheetForm
from ..history import told_history
from ..models import Review, ReviewComment, ReviewSheet
from ..review_rows import MOST_AT_ONCE, rows_of
from ..reviews import (
    CommentChanged,
    ReviewClosed,
    SheetChanged,
    close,
    previous_answer,
    reopen,
    save_comment,
    save_sheet,
)


@require_http_methods(["GET", "HEAD", "POST"])
def review_list(request: SignedInRequest, slug: str) -> HttpResponseBase:
    plan = visible_plan(request.user, slug)
    manages = Plan.objects.managed_by(request.user).filter(pk=plan.pk).exists()
    if request.method == "POST" and not manages:
        raise Http404("Seule la mission climat ouvre un bilan.")
    form = ReviewForm(plan, request.POST or None)
    if request.method == "POST" and form.is_valid():
        review = form.instance
        review.save_because("Ouverture du bilan")
        return redirect(review)
    context = {
        "plan": plan,
        "reviews": plan.reviews.select_related("closed_by"),
        "form": form if manages else None,
    }
    status = 422 if form.errors else 200
    return render(request, "indicators/review_list.html", context, status=status)


@login_not_required
@require_safe
def review_detail(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The whole review; the public reads it once it is closed."""
    review = readable_review(request.user, slug, pk)
    manages = Plan.objects.managed_by(request.user).filter(pk=review.plan_id).exists()
    edition = edition_asked(request, review)
    rows = rows_of(review, edition)
    context = {
        "plan": review.plan,
        "review": review,
        "rows": rows,
        "is_long": len(rows) > MOST_AT_ONCE and request.user.is_authenticated,
        "edition": edition,
        "editions": range(1, review.edition + 1),
        "may_write": request.user.is_authenticated and not review.is_closed,
        "manages": manages,
        "history": told_history(review) if manages else [],
    }
    return render(request, "indicators/review_detail.html", context)


def _review(plans: object, slug: str, pk: int) -> Review:
    reviews = Review.objects.select_related("plan__authority__parent")
    return get_object_or_404(reviews, pk=pk, plan__slug=slug, plan__in=plans)


@require_POST
def review_close(request: SignedInRequest, slug: str, pk: int) -> HttpResponseBase:
    review = _review(Plan.objects.managed_by(request.user), slug, pk)
    close(review, request.user)
    messages.success(request, "Le bilan est clos : son texte ne changera plus.")
    return redirect(review)


@require_POST
def review_reopen(request: SignedInRequest, slug: str, pk: int) -> HttpResponseBase:
    review = _review(Plan.objects.managed_by(request.user), slug, pk)
    reopen(review)
    messages.success(request, "Le bilan est rouvert ; son édition close est gardée.")
    return redirect(review)


@require_http_methods(["GET", "HEAD", "POST"])
def review_comment(
    request: SignedInRequest, slug: str, pk: int, code: str | None = None
) -> HttpResponseBase:
    """What the climate officer says of an axis, or of the plan as introduction."""
    review = _review(Plan.objects.managed_by(request.user), slug, pk)
    axis = None if code is None else get_object_or_404(review.plan.axes, code=code)
    if review.is_closed:
        messages.error(request, CLOSED)
        return redirect(review)
    comment = review.comments.filter(axis=axis).first()
    form = ReviewCommentForm(request.POST or None, initial=_initial_comment(comment))
    current = None
    if request.method == "POST" and form.is_valid():
        try:
            save_comment(review=review, axis=axis, **form.cleaned_data)
        except CommentChanged as changed:
            current = changed.current
        except ReviewClosed:
            messages.error(request, CLOSED)
            return redirect(review)
        else:
            messages.success(request, "Le texte est enregistré.")
            return redirect(review)
    context = {
        "plan": review.plan,
        "review": review,
        "axis": axis,
        "form": form,
        "current": current,
        "history": told_history(comment) if comment else [],
    }
    status = 422 if form.errors else 200
    return render(request, "indicators/review_comment.html", context, status=status)


def _initial_comment(comment: ReviewComment | None) -> dict[str, object]:
    if comment is None:
        return {"version": 0}
    return {"text": comment.text, "version": comment.version}


CLOSED = "Ce bilan est clos : la mission climat peut le rouvrir."


@require_http_methods(["GET", "HEAD", "POST"])
def review_sheet(
    request: SignedInRequest, slug: str, pk: int, code: str
) -> HttpResponseBase:
    """What the review says of one action, beside what the last one said."""
    review = _review(Plan.objects.visible_to(request.user), slug, pk)
    action = get_object_or_404(
        Action.objects.select_related("plan"), plan=review.plan, code=code
    )
    if not leads(request.user, action):
        raise Http404("Cette action est suivie par un autre service.")
    if review.is_closed:
        messages.error(request, CLOSED)
        return redirect(review)
    sheet = ReviewSheet.objects.filter(review=review, action=action).first()
    form = ReviewSheetForm(request.POST or None, initial=_initial(sheet))
    context: dict[str, object] = {}
    if request.method == "POST" and form.is_valid():
        try:
            save_sheet(
                review=review, action=action, user=request.user, **form.cleaned_data
            )
        except SheetChanged as changed:
            context["current"] = changed.current
        except ReviewClosed:
            messages.error(request, CLOSED)
            return redirect(review)
        else:
            messages.success(request, "La fiche du bilan est enregistrée.")
            return redirect("indicators:review_sheet", slug, pk, code)
    context |= {
        "plan": review.plan,
        "review": review,
        "action": action,
        "form": form,
        "sheet": sheet,
        "previous": previous_answer(review, action),
        "notes": _notes(review, action),
        "history": told_history(sheet) if sheet else [],
    }
    return render(request, "indicators/review_sheet.html", context)


def _notes(review: Review, action: Action) -> object:
    years = range(review.first_year, review.year + 1)
    return action.progress_notes.filter(year__in=years).select_related("author")


def _initial(sheet: ReviewSheet | None) -> dict[str, object]:
    if sheet is None:
        return {"version": 0}
    return {
        "answer": sheet.answer,
        "complete": sheet.is_complete,
        "version": sheet.version,
    }
