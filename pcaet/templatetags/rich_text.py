"""A filter that shows the texts that people lay out a little."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from pcaet.lib.rich_text import rich_html

register = template.Library()


@register.filter
def rich(text: str) -> SafeString:
    """Paragraphs, lists, headings, bold and italic; nothing else ever shows."""
    return rich_html(text)
