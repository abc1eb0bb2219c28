from __future__ import annotations

import builtins
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import LazySettings
from django.core.exceptions import SuspiciousFileOperation
from PIL import Image

from pcaet.lib import pdf
from pcaet.lib.pdf import SITE, PdfUnavailableError, Theme, pdf_of, read_own_file
from tests.pcaet.pdfs import text_of


def page(body: str) -> str:
    return f"<!DOCTYPE html><html lang=fr><title>Essai</title><body>{body}"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/logo.png",
        "https://pcaet.invalid.example.com/static/css/print.css",
        "file:///etc/passwd",
        "ftp://pcaet.invalid/static/css/print.css",
        f"{SITE}/etc/passwd",
        f"{SITE}/admin/",
    ],
)
def test_foreign_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="Adresse étrangère"):
        read_own_file(address)


@pytest.mark.parametrize(
    "path",
    ["/static/../pcaet/settings.py", "/media/../../etc/passwd", "/media//etc/passwd"],
)
def test_path_that_leaves_our_folders_is_refused(path: str) -> None:
    with pytest.raises((SuspiciousFileOperation, OSError)):
        read_own_file(SITE + path)


@pytest.mark.parametrize(
    "path", ["/static/absent.css", "/fonts/absent", "/media/absent"]
)
def test_absent_file_is_said_absent(path: str) -> None:
    with pytest.raises(OSError, match="absent"):
        read_own_file(SITE + path)


def test_our_own_files_are_read(tmp_path: Path, settings: LazySettings) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "été.txt").write_bytes(b"soleil")

    assert b"@page" in read_own_file(f"{SITE}/static/css/print.css")
    assert read_own_file(f"{SITE}/fonts/regular").startswith(b"\x00\x01\x00\x00")
    assert read_own_file(f"{SITE}/media/%C3%A9t%C3%A9.txt") == b"soleil"


def test_foreign_picture_is_asked_of_our_files_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    pdf._engine()

    def refuse(address: str) -> bytes:
        asked.append(address)
        raise ValueError(address)

    monkeypatch.setattr(pdf, "read_own_file", refuse)

    made = pdf_of(page('<img src="file:///etc/hostname" alt="Plan du quartier">'))

    assert asked == ["file:///etc/hostname"]
    assert "Plan du quartier" in text_of(made)


def test_picture_written_in_its_address_is_drawn() -> None:
    square = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"

    assert pdf_of(page(f'<img src="{square}" alt="Carré">')).startswith(b"%PDF-")


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def without_pango(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libgobject-2.0-0'")
        return load(name, *args, **kwargs)

    pdf._engine.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without_pango)

    with pytest.raises(PdfUnavailableError, match="libpangoft2"):
        pdf_of(page("Bonjour"))


# What is kept


@pytest.fixture
def drawn(
    settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """An empty cache, and the documents drawn since."""
    settings.VAR_DIR = settings.MEDIA_ROOT = tmp_path
    found: list[str] = []

    def draw(engine: pdf.Engine, html: str, style: str) -> bytes:
        found.append(html)
        return f"%PDF-{len(found)}".encode()

    monkeypatch.setattr(pdf, "_drawn", draw)
    return found


def test_unchanged_document_is_served_without_being_drawn(drawn: list[str]) -> None:
    first = pdf_of(page("Bonjour"))

    assert pdf_of(page("Bonjour")) == first
    assert len(drawn) == 1


def test_document_is_drawn_again_when_a_word_changes(drawn: list[str]) -> None:
    assert pdf_of(page("Bonjour")) != pdf_of(page("Bonsoir"))


def test_document_is_drawn_again_in_other_colours(drawn: list[str]) -> None:
    pdf_of(page("Bonjour"))
    pdf_of(page("Bonjour"), theme=Theme("#7a1f3d"))

    assert len(drawn) == 2


@pytest.mark.parametrize(
    "body",
    [
        '<img src="/media/photo.png" alt="">',
        "<p style='background: url(/media/photo.png)'>",
    ],
)
def test_document_is_drawn_again_when_a_picture_changes(
    drawn: list[str], tmp_path: Path, body: str
) -> None:
    (tmp_path / "photo.png").write_bytes(b"avant")
    first = pdf_of(page(body))
    (tmp_path / "photo.png").write_bytes(b"apres")

    assert pdf_of(page(body)) != first
    (tmp_path / "photo.png").unlink()
    pdf_of(page(body))
    assert len(drawn) == 3


def test_document_is_drawn_again_with_another_engine(
    drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pdf_of(page("Bonjour"))
    monkeypatch.setattr(pdf, "_versions", lambda: ("71.0",))

    assert pdf_of(page("Bonjour")) != first


# Colours and logo


def test_logo_and_colour_stand_on_every_page(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    Image.new("RGB", (60, 30), "#225588").save(tmp_path / "logo.png")
    theme = Theme("#7a1f3d", "/media/logo.png", 2)
    two_pages = page('<h2>Un</h2><div style="break-before: page">Deux</div>')

    made = pdf_of(two_pages, theme=theme)

    with pikepdf.open(BytesIO(made)) as file:
        streams = [p.Contents.read_bytes() for p in file.pages]
        assert [len(p.get_images()) for p in file.pages] == [1, 1]
    assert all(b"0.478431 0.121569 0.239216" in stream for stream in streams)


def test_colours_of_the_style_sheet_are_all_given() -> None:
    assert "var(" not in Theme().style()
