"""Documents that prove a result: known by their content, not by their name."""

from __future__ import annotations

import warnings
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename
from PIL import Image, UnidentifiedImageError

from .models import Indicator, Proof

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_BYTES = 10 * 1024 * 1024
# A photo of a large camera; beyond, an image is a bomb.
MAX_PIXELS = 80_000_000
MAX_PER_CELL = 10

PDF = "application/pdf"
PDF_OPENS_WITH = b"%PDF-"
# Readers accept a header within the first kilobyte.
PDF_HEADER_WITHIN = 1024
IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
EXTENSIONS = {PDF: ".pdf", **{mime: f".{k.lower()}" for k, mime in IMAGES.items()}}


def content_type_of(file: UploadedFile[bytes]) -> str:
    """The true type of the file.

    Raises:
        ValidationError: the file is too large, or neither a PDF nor an image.
    """
    if (file.size or 0) > MAX_BYTES:
        raise ValidationError(
            "Ce fichier dépasse 10 Mo : l’alléger avant de l’envoyer."
        )
    file.seek(0)
    opening = file.read(PDF_HEADER_WITHIN)
    file.seek(0)
    found = PDF if PDF_OPENS_WITH in opening else _image_type(file)
    file.seek(0)
    if found is None:
        raise ValidationError(
            "Seuls les PDF et les images (PNG, JPEG, WebP) sont acceptés ; ce fichier "
            "n’en est pas un."
        )
    return found


def _image_type(file: UploadedFile[bytes]) -> str | None:
    try:
        with warnings.catch_warnings():
            # The size is checked here, in our own terms.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(IMAGES)) as image:
                too_large = image.width * image.height > MAX_PIXELS
                image.verify()
                return None if too_large else IMAGES[image.format or ""]
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ):
        return None


def add_proof(
    *, indicator: Indicator, year: int, file: UploadedFile[bytes], user: User
) -> Proof:
    """Keep the file beside the cell.

    Raises:
        ValidationError: what the file is, or that the cell already holds enough.
    """
    content_type = content_type_of(file)
    if indicator.proofs.filter(year=year).count() >= MAX_PER_CELL:
        raise ValidationError(f"Une case garde {MAX_PER_CELL} justificatifs au plus.")
    name = _safe_name(file.name or "", content_type)
    size = file.size or 0
    file.name = name
    return Proof.objects.create(
        indicator=indicator,
        year=year,
        file=file,
        name=name,
        content_type=content_type,
        size=size,
        author=user,
    )


def _safe_name(name: str, content_type: str) -> str:
    """The author's name, with the extension of what the file truly is."""
    stem = PurePath(name.replace("\\", "/")).stem.lstrip(".")[:100] or "justificatif"
    return get_valid_filename(f"{stem}{EXTENSIONS[content_type]}")
