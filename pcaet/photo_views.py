"""Photos of actions, for those who may read their plan."""

from __future__ import annotations

import mimetypes

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from actions.models import Photo

from .visible import visible_plan


@require_safe
@login_not_required
def photo_file(request: HttpRequest, slug: str, pk: int) -> FileResponse:
    """The picture as it was sent; a lost one is not found."""
    plan = visible_plan(request, slug)
    photo = get_object_or_404(Photo, action__plan=plan, pk=pk)
    try:
        content = photo.image.open("rb")
    except (OSError, ValueError) as error:
        raise Http404 from error
    kind = mimetypes.guess_type(str(photo.image.name))[0]
    return FileResponse(content, content_type=kind or "application/octet-stream")
