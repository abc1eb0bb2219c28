"""The one type family of screens and paper, from the package that ships it."""

from __future__ import annotations

from pathlib import Path

import font_source_sans_pro
from fontTools import subset

_FILES = Path(font_source_sans_pro.font_directory)

# TrueType files, whole, for the PDF engine: it cuts them itself.
FONT_FILES: dict[str, Path] = {
    "regular": _FILES / "SourceSansPro-Regular.ttf",
    "italic": _FILES / "SourceSansPro-It.ttf",
    "semibold": _FILES / "SourceSansPro-Semibold.ttf",
    "bold": _FILES / "SourceSansPro-Bold.ttf",
}
# The family of documents, as the print style sheet names it: weight and slant.
FACES = {
    "regular": ("normal", 400),
    "italic": ("italic", 400),
    "semibold": ("normal", 600),
    "bold": ("normal", 700),
}
# What the pages use; slanted text is rare and left to the browser.
WEB_FONTS = ("regular", "semibold")

# French, its neighbours and their typography. The family's figures are tabular by
# default: no feature is needed to align them.
CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *map(ord, "ŒœŸŠšŽž№ᵉ²³₂€…•†"),
    *range(0x2013, 0x2020),  # dashes and quotation marks
    *map(ord, "\u2016\u202f\u2030\u2039\u203a\u2044"),  # signs, narrow space
    *map(ord, "−×≈≠≤≥←↑→↓✓■"),
]


def font_faces(folder: str) -> str:
    """The style sheet that names the fonts of documents, found under ``folder``."""
    return "".join(
        f'@font-face {{ font-family: Fiche; src: url("{folder}{name}"); '
        f"font-style: {slant}; font-weight: {weight} }}"
        for name, (slant, weight) in FACES.items()
    )


def build_web_fonts(folder: Path) -> list[Path]:
    """Cut the fonts of the pages into ``folder`` as WOFF2 files of some 12 KB."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_cut(FONT_FILES[style], folder / f"{style}.woff2") for style in WEB_FONTS]


def _cut(source: Path, destination: Path) -> Path:
    options = subset.Options(flavor="woff2", layout_features=["kern", "ccmp", "mark"])
    options.hinting = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    with subset.load_font(str(source), options) as font:
        subsetter.subset(font)
        subset.save_font(font, str(destination), options)
    return destination
