"""The only door to the PDF engine: a template and its context become a tagged PDF.

It knows no HTTP, fetches nothing from the network and reads only our own files:
static files, uploaded pictures, the fonts of the package.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from PIL import Image

from .fonts import FONT_FILES

# An address that no name server knows: what stands under it is read from our files.
SITE = "https://pcaet.invalid"
STYLE_SHEET = "css/print.css"
# Pictures are brought down to what paper shows.
PICTURE_OPTIONS = {"optimize_images": True, "jpeg_quality": 80, "dpi": 200}


class PdfUnavailableError(RuntimeError):
    """The libraries that draw the text are not installed on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "Les PDF ne peuvent être produits : la bibliothèque Pango manque. "
            "L’installer par : apt-get install libpangoft2-1.0-0 libharfbuzz-subset0"
        )


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """The PDF/UA-1 file of a template. The same content gives the same bytes.

    Raises:
        PdfUnavailableError: naming the Debian packages to install.
    """
    return pdf_of(render_to_string(template, context))


def pdf_of(html: str) -> bytes:
    """The PDF of a whole HTML page, drawn with the print style sheet."""
    engine = _engine()
    # Pango's font map is shared, and serves one thread at a time.
    with engine.lock:
        document = engine.weasyprint.HTML(
            string=html, base_url=f"{SITE}/", url_fetcher=engine.fetcher
        )
        pdf: bytes = document.write_pdf(
            stylesheets=[engine.style],
            font_config=engine.fonts,
            pdf_variant="pdf/ua-1",
            **PICTURE_OPTIONS,
        )
    return pdf


def is_picture(file: File[bytes]) -> bool:
    """The file is there, and holds a picture that can be drawn to its last line."""
    try:
        with file.open("rb") as content, Image.open(content) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Engine:
    """WeasyPrint with what is worth keeping from one document to the next."""

    weasyprint: Any
    fetcher: OwnFiles
    style: Any
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
    style = weasyprint.CSS(
        string=_static_file(STYLE_SHEET).read_text(encoding="utf-8"),
        base_url=f"{SITE}/",
        url_fetcher=fetcher,
        font_config=fonts,
    )
    return Engine(weasyprint, fetcher, style, fonts, Lock())


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
