"""Documents that prove a result: known by their content, not by their name.

One that is taken away can be brought back for a month, from what the history kept
of it; then its file goes.
"""

from __future__ import annotations

import warnings
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import get_valid_filename
from PIL import Image, UnidentifiedImageError

from .models import Indicator, Proof

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_BYTES = 10 * 1024 * 1024
# A photo of a large camera; beyond, an image is a bomb.
MAX_PIXELS = 80_000_000
MAX_PER_CELL = 10
# How long one that was taken away can be brought back.
DAYS_KEPT = 30
REMOVED = "-"

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
    _check_room(indicator, year)
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


def _check_room(indicator: Indicator, year: int) -> None:
    if indicator.proofs.filter(year=year).count() >= MAX_PER_CELL:
        raise ValidationError(f"Une case garde {MAX_PER_CELL} justificatifs au plus.")


def removed_proofs(indicator: Indicator, year: int) -> list[Any]:
    """What the history keeps of those taken away, the newest first. Two queries."""
    known = set(indicator.proofs.values_list("pk", flat=True))
    removals = (
        Proof.history.filter(
            indicator=indicator,
            year=year,
            history_type=REMOVED,
            history_date__gt=timezone.now() - timedelta(days=DAYS_KEPT),
        )
        .select_related("history_user")
        .order_by("-history_date", "-history_id")
    )
    newest = {record.id: record for record in reversed(removals)}
    return [
        record
        for record in reversed(newest.values())
        if record.id not in known and default_storage.exists(record.file)
    ]


@transaction.atomic
def bring_back(*, indicator: Indicator, record: Any) -> Proof:
    """Put a proof back where it was.

    Raises:
        ValidationError: the cell already holds enough.
    """
    _check_room(indicator, record.year)
    proof: Proof = record.instance
    proof.save(force_insert=True)
    return proof


def purge_files() -> int:
    """Delete the files that can no longer be brought back; how many went."""
    removals = Proof.history.filter(history_type=REMOVED)
    limit = timezone.now() - timedelta(days=DAYS_KEPT)
    recent = removals.filter(history_date__gt=limit).values_list("file", flat=True)
    old = removals.filter(history_date__lte=limit).values_list("file", flat=True)
    standing = Proof.objects.values_list("file", flat=True)
    gone = [
        name
        for name in {*old} - {*recent} - {*standing}
        if default_storage.exists(name)
    ]
    for name in gone:
        default_storage.delete(name)
    return len(gone)


def _safe_name(name: str, content_type: str) -> str:
    """The author's name, with the extension of what the file truly is."""
    stem = PurePath(name.replace("\\", "/")).stem.lstrip(".")[:100] or "justificatif"
    return get_valid_filename(f"{stem}{EXTENSIONS[content_type]}")
