"""The plans that a reader may see; any other is not found."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from actions.models import Plan


def visible_plan(request: HttpRequest, slug: str) -> Plan:
    """The plan of this address.

    Raises:
        Http404: it does not exist, or this reader may not see it.
    """
    visible = Plan.objects.visible_to(request.user).for_list()
    return get_object_or_404(visible, slug=slug)
