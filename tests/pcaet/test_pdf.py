from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import SuspiciousFileOperation

from pcaet.lib import pdf
from pcaet.lib.pdf import SITE, PdfUnavailableError, pdf_of, read_own_file
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
