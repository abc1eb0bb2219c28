"""Texts that people lay out a little: kept with plain marks, shown as clean HTML.

What is kept reads as a letter does: a blank line between paragraphs, «- » or «1. »
before an item, «### » before a heading, ``**bold**`` and ``*italic*``. What is shown
never holds more than ``SHOWN``, whatever was typed or pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from itertools import groupby

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .french import typeset
from .text import clean

SHOWN = {"p", "br", "strong", "em", "ul", "ol", "li", "h3"}
HEADING, ITEM = "### ", "- "
STEP = re.compile(r"[0-9]{1,3}[.)] ")

# What a pasted page may say besides, each brought back to what is shown.
BOLD, ITALIC = {"strong", "b"}, {"em", "i"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = {"p", "div", "blockquote", "pre", "section", "table", "tr"}
CELLS = {"td", "th"}
READ = SHOWN | BOLD | ITALIC | HEADINGS | BLOCKS | CELLS

_reading = nh3.Cleaner(tags=READ, attributes={}, link_rel=None)
_showing = nh3.Cleaner(tags=SHOWN, attributes={}, link_rel=None)

IS_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\*)", re.DOTALL)
# «5*3*2» is a product.
IS_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?!\*)", re.DOTALL)
BLANK_LINE = re.compile(r"\n\s*\n")
BULLET = re.compile(r"^[•·▪◦\u2013\u2014-]\s+", re.MULTILINE)


def read_rich_text(typed: str) -> str:
    """What a person typed, or the HTML that an editor sends, as text with marks."""
    if not nh3.is_html(typed):
        return clean(BULLET.sub(ITEM, typed.strip()))
    reader = _Marks()
    reader.feed(_reading.clean(typed))
    reader.close()
    return clean("".join(reader.parts))


def rich_html(text: str) -> SafeString:
    """A text with marks, as HTML set in French."""
    blocks = BLANK_LINE.split(text.strip())
    html = "".join(_runs(block.splitlines()) for block in blocks if block.strip())
    return mark_safe(_showing.clean(html))


def _runs(lines: Iterable[str]) -> str:
    """The lines of a block: neighbours of one nature make one element."""
    html = ""
    for nature, run in groupby((line.strip() for line in lines), key=_nature):
        html += _ELEMENTS[nature](list(run))
    return html


def _nature(line: str) -> str:
    if line.startswith(HEADING):
        return "heading"
    if line.startswith(ITEM):
        return "items"
    return "steps" if STEP.match(line) else "lines"


def _headings(lines: list[str]) -> str:
    return "".join(f"<h3>{_inline(line.removeprefix(HEADING))}</h3>" for line in lines)


def _items(lines: list[str]) -> str:
    items = "".join(f"<li>{_inline(line.removeprefix(ITEM))}</li>" for line in lines)
    return f"<ul>{items}</ul>"


def _steps(lines: list[str]) -> str:
    items = "".join(
        f"<li>{_inline(STEP.sub('', line, count=1))}</li>" for line in lines
    )
    return f"<ol>{items}</ol>"


def _lines(lines: list[str]) -> str:
    return f"<p>{'<br>'.join(map(_inline, lines))}</p>"


_ELEMENTS = {"heading": _headings, "items": _items, "steps": _steps, "lines": _lines}


def _inline(text: str) -> str:
    safe = escape(typeset(text))
    bold = IS_BOLD.sub(r"<strong>\1</strong>", safe)
    return IS_ITALIC.sub(r"<em>\1</em>", bold)


class _Marks(HTMLParser):
    """Writes cleaned HTML as a text with marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.bold = self.italic = self.items = 0
        # For each list that is open: the number of its next step, 0 where it has none.
        self.lists: list[int] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.bold += tag in BOLD
        self.italic += tag in ITALIC
        if tag in {"ul", "ol"}:
            self.lists.append(int(tag == "ol"))
        elif tag == "li":
            self._open_item()
        elif tag in HEADINGS:
            self._part(f"\n\n{HEADING}")
        elif tag == "br":
            self._part("\n")
        elif tag in BLOCKS | CELLS:
            self._part(" " if tag in CELLS else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        self.bold -= tag in BOLD
        self.italic -= tag in ITALIC
        if tag in {"ul", "ol"}:
            self.lists.pop()
            self._part("\n\n")
        elif tag == "li":
            self.items -= 1
        elif tag in BLOCKS | HEADINGS:
            self._part("\n\n")

    def handle_data(self, data: str) -> None:
        core = " ".join(data.split())
        if not core:
            self.parts.append(" ")
            return
        mark = "**" * bool(self.bold) + "*" * bool(self.italic)
        before, after = data[:1].isspace() * " ", data[-1:].isspace() * " "
        self.parts.append(f"{before}{mark}{core}{mark[::-1]}{after}")

    def _open_item(self) -> None:
        step = self.lists[-1] if self.lists else 0
        if step:
            self.lists[-1] += 1
        self.parts.append(f"\n{step}. " if step else f"\n{ITEM}")
        self.items += 1

    def _part(self, sign: str) -> None:
        """Part what stands around; an item of a list stays on its line."""
        self.parts.append(" " if self.items else sign)
