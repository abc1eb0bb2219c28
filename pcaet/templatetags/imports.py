"""What the screens of imports show."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from actions.models import ImportState
from actions.tables.preview import OUTCOME_LABELS, PREVIEWED_LABELS, Outcome

register = template.Library()


@register.filter
def outcome_label(outcome: str, state: str) -> str:
    """«À créer» in a preview, «Créée» once imported…"""
    labels = PREVIEWED_LABELS if state == ImportState.READY else OUTCOME_LABELS
    return labels[Outcome(outcome)][0].capitalize()


@register.simple_tag
def field_options(fields: list[tuple[str, str]], column: dict[str, Any]) -> SafeString:
    """The fields that a column may give; its own first where it carries a year."""
    own = column["field"]
    choices = list(fields)
    if ":" in own:
        choices.insert(1, (own, column["label"]))
    return format_html_join(
        "",
        "{}",
        (
            (
                format_html(
                    '<option value="{}"{}>{}</option>',
                    key,
                    SafeString(" selected") if key == own else "",
                    label,
                ),
            )
            for key, label in choices
        ),
    )
