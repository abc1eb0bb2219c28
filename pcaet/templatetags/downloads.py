"""The links that give a list as a file."""

from __future__ import annotations

from typing import TypedDict

from django import template
from django.urls import reverse

register = template.Library()

LABELS = {"xlsx": "Excel", "ods": "LibreOffice", "csv": "CSV"}


class Links(TypedDict):
    links: list[tuple[str, str]]


@register.inclusion_tag("components/downloads.html")
def downloads(name: str, query: str, *args: str) -> Links:
    """``{% downloads "action_export" query plan.slug %}``: the rows that are shown."""
    asked = f"?{query}" if query else ""
    links = [
        (reverse(name, args=[*args, kind]) + asked, label)
        for kind, label in LABELS.items()
    ]
    return Links(links=links)
