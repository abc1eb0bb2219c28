"""Pictures that people send: known by their content, drawn again, never trusted."""

from __future__ import annotations

import hashlib
from io import BytesIO

from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps

# What is accepted, by its content and whatever its name. SVG may hold scripts.
FORMATS = ("PNG", "JPEG", "WEBP")
# Bytes of a file, and dots of a picture: some thousand times what a logo needs.
MAX_FILE = 5 * 1024 * 1024
MAX_DOTS = 40_000_000
# Dots of the longest side kept: 60 mm on paper at 500 dots an inch.
LONGEST_SIDE = 1200

TOO_LARGE = "Cette image dépasse 5 Mo : l’enregistrer plus petite, puis la renvoyer."
TOO_MANY_DOTS = (
    "Cette image compte trop de points : la réduire à 2 000 points de large."
)
NOT_A_PICTURE = "Ce fichier n’est pas une image PNG, JPEG ou WebP que l’on puisse lire."


class PictureError(ValueError):
    """The file is refused; the message is for the screen."""


def redrawn(file: File[bytes]) -> ContentFile[bytes]:
    """The picture as a new PNG file, named after its content; nothing else is kept.

    Raises:
        PictureError: too large, or no picture of a format accepted.
    """
    if file.size > MAX_FILE:
        raise PictureError(TOO_LARGE)
    try:
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_DOTS:
                raise PictureError(TOO_MANY_DOTS)
            content = _png(ImageOps.exif_transpose(picture))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureError(NOT_A_PICTURE) from error
    name = hashlib.sha256(content).hexdigest()[:24]
    return ContentFile(content, name=f"{name}.png")


def _png(picture: Image.Image) -> bytes:
    # A palette or a CMYK photo has no alpha worth keeping apart from RGBA.
    drawn = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    if picture.mode == "P" and "transparency" in picture.info:
        drawn = picture.convert("RGBA")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = BytesIO()
    drawn.save(target, "PNG", optimize=True)
    return target.getvalue()


def is_picture(file: File[bytes]) -> bool:
    """The file is there, and holds a picture that can be drawn to its last line."""
    try:
        with file.open("rb") as content, Image.open(content) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True
