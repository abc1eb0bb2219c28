"""Texts as people type and paste them: compared, tidied, freed of their HTML."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.parser import HTMLParser

# Signs that a keyboard, a word processor or a PDF write differently.
SAME_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc`\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "œ": "oe",
        "æ": "ae",
    }
)

# Characters without width, which Word and the web leave inside words.
WIDTHLESS = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))

LINE_BREAK = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
SPACES = re.compile(r"[^\S\n]+")
BLANK_LINES = re.compile(r"\n{3,}")
TAG = re.compile(r"</?[a-zA-Z]|<!")
ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
)
LINES_BEFORE_ITEM = re.compile(r"\n{2,}(?=- )")
# A «<» that no «>» closes; left to the parser, thousands of them would hang it.
UNCLOSED = re.compile(r"<(?!!--)(?=[^<>]*(?:<|$))")
BULLETS_TYPED_IN_ITEM = re.compile(
    r"^- (?:[-\u2013\u2014\u2022\u00b7\u25aa*] +)+", re.MULTILINE
)


def fold(text: str) -> str:
    """The text without accents, capitals or doubled spaces: for comparison only."""
    if text.isascii():
        return " ".join(text.replace("`", "'").lower().split())
    signs = text.translate(WIDTHLESS).translate(SAME_SIGNS).casefold()
    letters = unicodedata.normalize("NFKD", signs)
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(bare.casefold().translate(SAME_SIGNS).split())


def clean(text: str) -> str:
    """The text on tidy lines: composed accents, one space between words.

    Line breaks stay, with at most one blank line in a row. Spaces of every width
    become plain ones: the screen sets French no-break spaces itself.
    """
    lines = LINE_BREAK.sub("\n", text).translate(WIDTHLESS)
    is_plain = lines.replace("\n", "").isprintable()
    shown = lines if is_plain else "".join(filter(_is_shown, lines))
    spaced = SPACES.sub(" ", unicodedata.normalize("NFC", shown))
    stripped = "\n".join(line.strip() for line in spaced.split("\n"))
    return BLANK_LINES.sub("\n\n", stripped).strip()


def html_to_text(html: str) -> str:
    """The text of a cell that may hold HTML; a plain text keeps its lines.

    Paragraphs are parted by a blank line, items of lists become «- » lines.
    What only looks like a tag («<à définir>») is text and stays.
    """
    if not TAG.search(html):
        return clean(ENTITY.sub(lambda found: unescape(found[0]), html))
    reader = _Reader()
    reader.feed(UNCLOSED.sub("&lt;", html))
    reader.close()
    text = LINES_BEFORE_ITEM.sub("\n", clean("".join(reader.parts)))
    return BULLETS_TYPED_IN_ITEM.sub("- ", text)


def _is_shown(sign: str) -> bool:
    """Databases refuse control characters and halves of characters."""
    return sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"}


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


class _Reader(HTMLParser):
    PARAGRAPHS = _tags("blockquote div dl h1 h2 h3 h4 h5 h6 hr p pre section table")
    LINES = _tags("br dd dt ol tbody tfoot thead tr ul")
    CELLS = _tags("td th")
    INLINE = _tags(
        "a abbr b big body center cite code col colgroup del em font head html i img "
        "ins label li link mark meta q s small span strike strong sub sup tt u wbr"
    )
    HIDDEN = _tags("script style title")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0
        self.item_opens = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self.hidden += 1
        elif tag == "li":
            self.item_opens = True
        elif not self._break_at(tag):
            self.handle_data(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.HIDDEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in {"ul", "ol"}:
            self.item_opens = False
            self.parts.append("\n\n")
        elif tag != "br" and not self._break_at(tag):
            self.handle_data(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.item_opens and data.strip():
            self.parts.append("\n- ")
            self.item_opens = False
            data = data.lstrip()
        self.parts.append(" ".join(re.split(r"\s+", data)))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Word writes «<![if …]>» anywhere; the parser would refuse most of them."""
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def _break_at(self, tag: str) -> bool:
        """Part what stands around the tag; False where HTML has no such tag."""
        if tag in self.PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in self.LINES:
            self.parts.append("\n")
        elif tag in self.CELLS:
            self.parts.append(" ")
        return tag in self.PARAGRAPHS | self.LINES | self.CELLS | self.INLINE
