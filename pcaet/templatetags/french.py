"""Filters that set French on screen and on paper."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from actions.models import Plan
from pcaet.lib import casing
from pcaet.lib.french import (
    NARROW,
    NO_BREAK,
    french_date,
    french_euros,
    french_number,
    french_percent,
    plural_of,
    typeset,
)
from pcaet.lib.french import (
    counted as count_words,
)

register = template.Library()

BLANK_LINE = re.compile(r"\n\s*\n")
ITEM = "- "


@register.filter
def pluralizefr(number: int, forms: str = "s") -> str:
    """``{{ n|pluralizefr }}`` gives «s» from two on; ``"al,aux"`` gives either form."""
    singular, _, plural = forms.rpartition(",")
    return plural if abs(number) >= 2 else singular


@register.filter
def counted(number: int, forms: str) -> str:
    """``{{ n|counted:"mesure,mesures" }}``: the number and its word, in one piece."""
    singular, _, plural = forms.partition(",")
    return count_words(number, singular, plural or singular)


@register.filter
def number(value: Decimal | int | None) -> str:
    return "" if value is None else french_number(value)


@register.filter
def unit(name: str) -> str:
    """A unit after its number, past the space that it asks for."""
    if not name:
        return ""
    return f"{NARROW if name.startswith('%') else ' '}{typeset(name)}"


@register.filter
def counted_as(number: int, label: str) -> str:
    """A number of what a plan names its own way: «6 leviers de redirection»."""
    word = label[:1].lower() + label[1:]
    return count_words(number, word, plural_of(word))


@register.filter
def percent(share: Decimal | None) -> str:
    """A share between 0 and 1; nothing where it is not known."""
    return "" if share is None else french_percent(share)


@register.filter
def euros(amount: Decimal | int | None) -> str:
    return "" if amount is None else french_euros(amount)


@register.filter
def file_size(count: int) -> str:
    """Bytes as «165 Ko», «3,3 Mo»."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))}{NO_BREAK}Ko"
    return f"{french_number(round(Decimal(count) / 1_000_000, 1))}{NO_BREAK}Mo"


@register.filter(expects_localtime=True)
def day(value: datetime.date | None) -> str:
    return "" if value is None else french_date(value)


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """«29 janvier 2026 à 14 h 32», in the time of the site."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    hour = f"{local:%-H}{NO_BREAK}h{NO_BREAK}{local:%M}"
    return f"{french_date(local.date())} à {hour}"


@register.filter
def french(text: str) -> str:
    """French typography; the words are the author's."""
    return typeset(str(text))


@register.filter
def unshout(text: str, plan: Plan) -> str:
    """A title on one line, typeset; its capitals calmed but for the plan's names."""
    line = " ; ".join(title_lines(text)) if text.startswith(ITEM) else text
    calm = casing.unshout(line, plan.known_casing) if line.isupper() else line
    return typeset(calm)


@register.filter
def title_lines(title: str) -> list[str]:
    """The lines of a title that the document gives as a list: «- un - deux»."""
    if title.startswith(ITEM):
        title = title.removeprefix(ITEM).replace(f" {ITEM}", "\n")
    return [line.strip().removeprefix(ITEM) for line in title.splitlines()]


@register.filter
def paragraphs(text: str) -> SafeString:
    """Plain text as HTML paragraphs; lines that open with «- » make lists."""
    blocks = BLANK_LINE.split(typeset(text).strip())
    return mark_safe("".join(_block(block) for block in blocks if block.strip()))


def _block(block: str) -> SafeString:
    lines = [line.strip() for line in block.splitlines()]
    runs = groupby(lines, key=lambda line: line.startswith(ITEM))
    return format_html_join(
        "", "{}", ((_list(run) if listed else _lines(run),) for listed, run in runs)
    )


def _list(lines: Iterable[str]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((line[2:],) for line in lines))
    return format_html("<ul>{}</ul>", items)


def _lines(lines: Iterable[str]) -> SafeString:
    joined = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
    return format_html("<p>{}</p>", joined)
