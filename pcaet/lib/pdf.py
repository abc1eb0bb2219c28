"""The only door to the PDF engine: a template and its context become a tagged PDF.

It knows no HTTP, fetches nothing from the network and reads only our own files:
static files, uploaded pictures, the fonts of the package. A document already drawn is
served again: it is kept under a name made of all that it was drawn from.
"""

from __future__ import annotations

import logging
import mimetypes
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from . import charts
from .colours import BLACK, WHITE, mix
from .filecache import FileCache
from .fonts import FONT_FILES, font_faces

# An address that no name server knows: what stands under it is read from our files.
SITE = "https://pcaet.invalid"
STYLE_SHEET = "css/print.css"
# Millimetres that a logo may take at the head of a page.
LOGO_HEIGHT, LOGO_WIDTH = 8.5, 30
# Bytes of documents kept to be served again; the longest unread go first.
KEPT_BYTES = 512 * 1024 * 1024
# Pictures are brought down to what paper shows.
PICTURE_OPTIONS = {"optimize_images": True, "jpeg_quality": 80, "dpi": 200}


class Step(StrEnum):
    """What the engine does, by the words of its journal, in this order."""

    STYLING = "Step 3"
    BOXING = "Step 4"
    LAYING_OUT = "Step 5"
    WRITING = "Step 6"


# Told what the engine begins, and the page it is at.
OnStep = Callable[[Step, int], None]


class PdfUnavailableError(RuntimeError):
    """The libraries that draw the text are not installed on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "Les PDF ne peuvent être produits : la bibliothèque Pango manque. "
            "L’installer par : apt-get install libpangoft2-1.0-0 libharfbuzz-subset0"
        )


@dataclass(frozen=True, slots=True)
class Theme:
    """How an authority dresses its documents.

    Attributes:
        accent: of titles and bands; it reads on white, and white reads on it.
        logo: its address among our own; it stands at the head of each page.
        proportion: the width of the logo for a height of one.
    """

    accent: str = "#1d4a38"
    logo: str = ""
    proportion: float = 1

    def style(self) -> str:
        """The style sheet in these colours."""
        text = _static_file(STYLE_SHEET).read_text(encoding="utf-8")
        for name, colour in self._colours.items():
            text = text.replace(f"var(--{name})", colour)
        return text + _swatches() + self._head()

    @property
    def _colours(self) -> dict[str, str]:
        return {
            "accent": self.accent,
            "accent-dark": mix(self.accent, BLACK, 0.22),
            "accent-soft": mix(self.accent, WHITE, 0.9),
        }

    def _head(self) -> str:
        """The logo in the upper margin, before the authority's name."""
        if not self.logo:
            return ""
        height = min(LOGO_HEIGHT, LOGO_WIDTH / self.proportion)
        width = height * self.proportion
        return (
            f"@page {{ @top-left {{ padding-left: {width + 3:.1f}mm; "
            f'background: url("{self.logo}") no-repeat left bottom 1.6mm; '
            f"background-size: {width:.1f}mm {height:.1f}mm }} }}"
        )


PLAIN = Theme()


@cache
def _swatches() -> str:
    """Beside each word of a legend, the tone and the hatch of its bars."""
    return "".join(
        f'.legend .{tone}::before {{ background-image: url("{charts.swatch(tone)}") }}'
        for tone in charts.COLOURS
    )


def render_pdf(
    template: str, context: dict[str, Any], *, theme: Theme = PLAIN
) -> bytes:
    """The PDF/UA-1 file of a template. The same content gives the same bytes.

    Raises:
        PdfUnavailableError: naming the Debian packages to install.
    """
    return pdf_of(render_to_string(template, context), theme=theme)


def pdf_of(html: str, *, theme: Theme = PLAIN, on_step: OnStep | None = None) -> bytes:
    """The PDF of a whole HTML page, as it was kept or drawn now.

    Args:
        on_step: called at each step and at each page laid out; never where the
            document was kept.

    Raises:
        PdfUnavailableError: naming the Debian packages to install.
    """
    engine, style = _engine(), theme.style()
    kept = FileCache(settings.VAR_DIR / "pdf", KEPT_BYTES)
    name = _name_of(html, style)
    pdf = kept.get(name)
    if pdf is None:
        # Pango's font map is shared, and serves one thread at a time.
        with engine.lock, _told(on_step):
            pdf = _drawn(engine, html, style)
        kept.put(name, pdf)
    return pdf


def _drawn(engine: Engine, html: str, style: str) -> bytes:
    document = engine.weasyprint.HTML(
        string=html, base_url=f"{SITE}/", url_fetcher=engine.fetcher
    )
    pdf: bytes = document.write_pdf(
        stylesheets=[engine.faces, _parsed(style)],
        font_config=engine.fonts,
        pdf_variant="pdf/ua-1",
        finisher=_name_links,
        **PICTURE_OPTIONS,
    )
    return pdf


def _name_links(document: Any, pdf: Any) -> None:
    """Say of a link the page it leads to, where WeasyPrint says an identifier."""
    pages = {
        anchor: rank
        for rank, page in enumerate(document.pages, start=1)
        for anchor in page.anchors
    }
    for node in pdf.objects:
        if isinstance(node, dict) and node.get("Subtype") == "/Link" and "Dest" in node:
            target = node["Dest"]
            node["Contents"] = type(target)(f"Page {pages[target.string]}")


# What a document is drawn from ---------------------------------------------------


def _name_of(html: str, style: str) -> str:
    """A name that changes with anything that the document shows."""
    digest = sha256()
    for part in (*_versions(), style, html):
        digest.update(sha256(part.encode()).digest())
    for address in sorted(_own_addresses(html) | _own_addresses(style)):
        digest.update(sha256(address.encode() + _content(address)).digest())
    return digest.hexdigest()


def _own_addresses(text: str) -> set[str]:
    """The files of ours that the text names, in whatever attribute."""
    roots = "|".join(map(re.escape, (settings.MEDIA_URL, settings.STATIC_URL)))
    return {
        unescape(found) for found in re.findall(rf"""["'(]((?:{roots})[^"')]+)""", text)
    }


def _content(address: str) -> bytes:
    try:
        return read_own_file(SITE + address)
    except (OSError, ValueError, SuspiciousFileOperation):
        return b""


@cache
def _versions() -> tuple[str, ...]:
    """The engine, the libraries that draw for it, and the fonts."""
    engine = _engine().weasyprint
    pango = engine.text.ffi.pango.pango_version()
    fonts = (sha256(path.read_bytes()).hexdigest() for path in FONT_FILES.values())
    return (engine.__version__, str(pango), repr(PICTURE_OPTIONS), *fonts)


# The engine ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Engine:
    """WeasyPrint with what is worth keeping from one document to the next."""

    weasyprint: Any
    fetcher: OwnFiles
    faces: Any
    fonts: Any
    lock: Lock


@cache
def _engine() -> Engine:
    """Load WeasyPrint, which needs Pango, only when something is printed."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise PdfUnavailableError from error
    fetcher = OwnFiles(weasyprint.urls.URLFetcherResponse)
    fonts = FontConfiguration()
    faces = weasyprint.CSS(
        string=font_faces(f"{SITE}/fonts/"), url_fetcher=fetcher, font_config=fonts
    )
    return Engine(weasyprint, fetcher, faces, fonts, Lock())


@lru_cache(maxsize=16)
def _parsed(style: str) -> Any:
    """A style sheet is read once for each set of colours."""
    engine = _engine()
    return engine.weasyprint.CSS(
        string=style,
        base_url=f"{SITE}/",
        url_fetcher=engine.fetcher,
        font_config=engine.fonts,
    )


@contextmanager
def _told(on_step: OnStep | None) -> Iterator[None]:
    """Follow WeasyPrint by its journal, the only place where it counts its pages."""
    if on_step is None:
        yield
        return
    journal = logging.getLogger("weasyprint.progress")
    listener, level = _Listener(on_step), journal.level
    journal.addHandler(listener)
    journal.setLevel(logging.INFO)
    try:
        yield
    finally:
        journal.removeHandler(listener)
        journal.setLevel(level)


class _Listener(logging.Handler):
    """Hears each page once, though page numbers may call for a second layout."""

    def __init__(self, on_step: OnStep) -> None:
        super().__init__()
        self.on_step = on_step
        self.page = 0

    def emit(self, record: logging.LogRecord) -> None:
        message = str(record.msg)
        step = next((step for step in Step if message.startswith(step)), None)
        if step is None or (step == Step.LAYING_OUT and not self._is_new_page(record)):
            return
        self.on_step(step, self.page)

    def _is_new_page(self, record: logging.LogRecord) -> bool:
        if "Page %d" not in str(record.msg) or not isinstance(record.args, tuple):
            return False
        page = int(str(record.args[0]))
        is_new = page > self.page
        self.page = max(page, self.page)
        return is_new


class OwnFiles:
    """Answers WeasyPrint's requests from our files, and refuses any other.

    A refusal leaves the picture's alternative text in its place.
    """

    # Read by WeasyPrint: what cannot be had does not stop the document.
    _fail_on_errors = False

    def __init__(self, response: Any) -> None:
        self.response = response

    def __call__(self, url: str) -> Any:
        if url.startswith("data:"):
            with urlopen(url) as content:  # the address is the content
                return self.response(url, content.read(), dict(content.headers))
        kind = mimetypes.guess_type(urlsplit(url).path)[0] or "image/png"
        return self.response(url, read_own_file(url), {"Content-Type": kind})


def read_own_file(url: str) -> bytes:
    """The bytes behind an address of our own.

    Raises:
        ValueError: the address leads elsewhere.
        OSError: there is no such file.
        django.core.exceptions.SuspiciousFileOperation: the path leaves our folders.
    """
    if not url.startswith(f"{SITE}/"):
        raise ValueError(f"Adresse étrangère : {url[:100]}")
    path = unquote(urlsplit(url).path)
    for prefix, read in (
        ("/fonts/", _read_font),
        (settings.STATIC_URL, _read_static),
        (settings.MEDIA_URL, _read_media),
    ):
        if path.startswith(prefix):
            return read(path.removeprefix(prefix))
    raise ValueError(f"Adresse étrangère : {url[:100]}")


def _read_font(name: str) -> bytes:
    if name not in FONT_FILES:
        raise FileNotFoundError(name)
    return FONT_FILES[name].read_bytes()


def _static_file(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found)


def _read_static(name: str) -> bytes:
    return _static_file(name).read_bytes()


def _read_media(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())
