"""Colours written #rrggbb: their contrast, and the nearest one that can be read.

Contrast as WCAG 2.1 defines it: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WHITE, BLACK = "#ffffff", "#000000"
# The grounds of our pages, by day and by night; paper is white.
DAY, NIGHT = "#fdfcf9", "#181714"
# WCAG 2.1, 1.4.3, level AA: text on its ground.
LEAST_CONTRAST = 4.5
# Level AAA, which the pages keep to.
BEST_CONTRAST = 7

WRITTEN = re.compile(r"#[0-9a-f]{6}")
# Steps from a colour to black or white: fine enough to pass unseen.
STEPS = 200


def is_colour(text: str) -> bool:
    return bool(WRITTEN.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """From 1 for the same colour to 21 for black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """The colour with a share, from 0 to 1, of the other."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable_on(colour: str, ground: str, least: float = LEAST_CONTRAST) -> str:
    """The colour, or the nearest darker or paler one that reads on the ground."""
    away = BLACK if _luminance(ground) > 0.18 else WHITE
    return next(c for c in _towards(colour, away) if contrast(c, ground) >= least)


def _towards(colour: str, end: str) -> Iterator[str]:
    return (mix(colour, end, step / STEPS) for step in range(STEPS + 1))


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    if channel <= 0.03928:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def page_style(accent: str) -> str:
    """The pages in the colour of an authority, by day and by night."""
    day = readable_on(accent, DAY, BEST_CONTRAST)
    night = readable_on(accent, NIGHT, BEST_CONTRAST)
    by_day = {
        "accent": day,
        "accent-soft": mix(day, WHITE, 0.9),
        "band": day,
        "band-muted": mix(day, WHITE, 0.85),
    }
    by_night = {
        "accent": night,
        "accent-ink": readable_on(mix(night, BLACK, 0.8), night, BEST_CONTRAST),
        "accent-soft": mix(night, NIGHT, 0.85),
        "band": day,
        "band-muted": mix(day, WHITE, 0.85),
    }
    return (
        f"@media screen {{ :root {{ {_declared(by_day)} }} }}\n"
        "@media screen and (prefers-color-scheme: dark) "
        f"{{ :root {{ {_declared(by_night)} }} }}\n"
    )


def _declared(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
