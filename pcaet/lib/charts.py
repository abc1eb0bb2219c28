"""Charts drawn as SVG from plain figures: the same on pages and on paper.

Each function returns a whole ``<svg>`` whose ``<title>`` says in a sentence what it
shows; a table beside it gives the figures. Colours are presentation attributes, so
that paper needs no style sheet, and classes, by which pages answer to the dark.
Hatches tell states apart in black and white. ``name`` is unique in the page: the
identifiers of the drawing start with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

INK, MUTED, RULE, PAPER = "#211f1a", "#504a40", "#857d6e", "#fdfcf9"
# A tone: its colour on paper, and the paler one that its hatch lets through.
COLOURS = {
    "reached": ("#1a6b3b", "#1a6b3b"),
    "partial": ("#835000", "#f2ddb4"),
    "not_reached": ("#a02a1d", PAPER),
    "late": ("#a02a1d", PAPER),
    "missing": (RULE, "#f1ede3"),
    "not_applicable": ("#f4f1e9", "#f4f1e9"),
    "unsaid": ("#f4f1e9", "#f4f1e9"),
    "plain": ("#504a40", "#504a40"),
}
# The hatch of a tone: distance and width of its lines, and their angle in degrees.
HATCHES = {
    "partial": (4, 2.2, 45),
    "not_reached": (3, 2, 0),
    "late": (3, 2, 90),
    "missing": (5, 1, -45),
}

# On paper, then on screen.
FONTS = "Fiche, 'Source Sans Pro', sans-serif"

BAR_HEIGHT = 14
# The sample of a tone beside its name, in a legend on paper.
SWATCH_WIDTH, SWATCH_HEIGHT = 16, 10
# A timeline: the room of names at its left, of years at its right, in pixels.
NAME_ROOM, TIME_ROOM, MARGIN = 300, 560, 18
ROW_HEIGHT, HEAD_HEIGHT, SPAN_HEIGHT = 24, 26, 12
# Signs of a name that fit its room, and the pixels that a year's label asks for.
LONGEST_NAME, YEAR_ROOM = 44, 44
YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100)
# How far an unsaid beginning or end trails.
TRAIL = 36
COLUMN, COLUMN_GAP, COLUMN_HEIGHT = 46, 22, 130
LABEL_ROOM = 20
PAIR_WIDTH = 220


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a bar: how many, in which tone."""

    tone: str
    value: float


@dataclass(frozen=True, slots=True)
class Column:
    """A bar that stands above its label."""

    label: str
    parts: Sequence[Part]

    @property
    def total(self) -> float:
        return sum(part.value for part in self.parts)


@dataclass(frozen=True, slots=True)
class Mark:
    """A step on a timeline, full once it is passed. ``at`` is in years: 2019.5."""

    at: float
    is_passed: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A line of a timeline, from ``start`` to ``end``, in years; either may be unsaid.

    ``sign`` tells the tone in black and white.
    """

    name: str
    sign: str
    tone: str
    start: float | None
    end: float | None
    marks: Sequence[Mark] = ()


def stacked_bar(name: str, title: str, parts: Sequence[Part], width: int) -> SafeString:
    """One bar cut into its parts, ``width`` pixels long at most."""
    total = sum(part.value for part in parts)
    blocks = []
    x = 0.0
    for part in parts:
        length = width * part.value / total if total else 0
        blocks.append(_block(name, part.tone, x, 0, length, BAR_HEIGHT))
        x += length
    frame = _frame(0, 0, width, BAR_HEIGHT)
    return _svg(name, title, width, BAR_HEIGHT, _tones(parts), [*blocks, frame])


def stacked_columns(name: str, title: str, columns: Sequence[Column]) -> SafeString:
    """Columns side by side on one scale, each cut into its parts."""
    highest = max((column.total for column in columns), default=0)
    step = COLUMN + COLUMN_GAP
    drawn: list[SafeString] = []
    for rank, column in enumerate(columns):
        x, y = rank * step + COLUMN_GAP / 2, float(COLUMN_HEIGHT + LABEL_ROOM)
        for part in column.parts:
            height = COLUMN_HEIGHT * part.value / highest if highest else 0
            y -= height
            drawn.append(_block(name, part.tone, x, y, COLUMN, height))
        drawn.append(_text(x + COLUMN / 2, y - 5, f"{column.total:g}"))
        below = COLUMN_HEIGHT + 2 * LABEL_ROOM - 5
        drawn.append(_text(x + COLUMN / 2, below, column.label))
    width = step * len(columns)
    drawn.append(_line(0, COLUMN_HEIGHT + LABEL_ROOM, width))
    tones = _tones(part for column in columns for part in column.parts)
    return _svg(name, title, width, COLUMN_HEIGHT + 2 * LABEL_ROOM, tones, drawn)


def target_and_actual(
    name: str, title: str, target: float, actual: float, scale: float
) -> SafeString:
    """What is done, as a full bar within the outline of what was meant.

    ``scale`` is the figure that fills the whole width: the same for bars compared.
    """
    length = PAIR_WIDTH / scale if scale else 0
    meant = _frame(0, 0, target * length, BAR_HEIGHT)
    tone = "reached" if actual <= target else "late"
    done = _block(name, tone, 0, 3, actual * length, BAR_HEIGHT - 6)
    tones = [tone] if actual else []
    return _svg(name, title, PAIR_WIDTH, BAR_HEIGHT, tones, [meant, done])


def progress(
    name: str, title: str, done: float, total: float, width: int
) -> SafeString:
    """How much of the whole is there; the rest is hatched as missing."""
    parts = [Part("reached", min(done, total)), Part("missing", max(0, total - done))]
    return stacked_bar(name, title, parts, width)


def timeline(
    name: str,
    title: str,
    spans: Sequence[Span],
    *,
    years: tuple[int, int],
    today: float,
) -> SafeString:
    """A line for each span, over whole years, first and last included.

    An unsaid beginning or end trails off in dots; a lozenge is a step.
    """
    scale = _Scale(*years)
    height = HEAD_HEIGHT + ROW_HEIGHT * len(spans) + 4
    drawn = list(scale.grid(height))
    for rank, span in enumerate(spans):
        drawn.append(_span(name, span, scale, HEAD_HEIGHT + rank * ROW_HEIGHT))
    if years[0] <= today < years[1] + 1:
        drawn.append(_dashed(scale.x(today), HEAD_HEIGHT - 6, height))
    width = NAME_ROOM + TIME_ROOM + MARGIN
    return _svg(name, title, width, height, _tones_of(spans), drawn)


def swatch(tone: str) -> str:
    """A sample of a tone as its bars show it: a drawing for a style sheet."""
    block = _block("t", tone, 0, 0, SWATCH_WIDTH, SWATCH_HEIGHT)
    hatch = _hatch("t", tone) if tone in HATCHES else ""
    frame = _frame(0, 0, SWATCH_WIDTH, SWATCH_HEIGHT)
    drawing = format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" '
        'viewBox="0 0 {0} {1}"><defs>{2}</defs>{3}{4}</svg>',
        SWATCH_WIDTH,
        SWATCH_HEIGHT,
        hatch,
        block,
        frame,
    )
    return f"data:image/svg+xml,{quote(drawing)}"


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int

    def x(self, year: float) -> float:
        """Where a moment stands, kept within the drawing."""
        share = (year - self.first) / (self.last + 1 - self.first)
        return NAME_ROOM + TIME_ROOM * min(max(share, 0), 1)

    def grid(self, height: float) -> Iterable[SafeString]:
        """A line at the opening of years, as many as leave room for their labels."""
        room = TIME_ROOM / (self.last + 1 - self.first)
        step = next((s for s in YEAR_STEPS if s * room >= YEAR_ROOM), YEAR_STEPS[-1])
        for year in range(-(-self.first // step) * step, self.last + 1, step):
            x = self.x(year)
            mark = '<path class="stroke-rule" stroke="{}" stroke-width=".5" d="M{} {}V{}"/>'
            yield format_html(mark, RULE, _n(x), HEAD_HEIGHT - 6, _n(height))
            yield _text(x, HEAD_HEIGHT - 11, str(year))


def _span(name: str, span: Span, scale: _Scale, y: float) -> SafeString:
    middle = y + ROW_HEIGHT / 2
    parts = [_label(0, middle + 4.5, _shortened(span.name))]
    if span.sign:
        parts.append(_text(NAME_ROOM - 14, middle + 4.5, span.sign))
    if span.start is not None and span.end is not None:
        left = scale.x(span.start)
        # A span shorter than a pixel still shows.
        length = max(scale.x(span.end) - left, 2)
        top = middle - SPAN_HEIGHT / 2
        parts.append(_block(name, span.tone, left, top, length, SPAN_HEIGHT))
        parts.append(_frame(left, top, length, SPAN_HEIGHT))
    elif span.start is not None:
        parts.append(_trail(scale.x(span.start), middle, TRAIL))
    elif span.end is not None:
        parts.append(_trail(scale.x(span.end), middle, -TRAIL))
    parts += [_lozenge(scale.x(mark.at), middle, mark) for mark in span.marks]
    return _join(parts)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_NAME:
        return text
    return f"{text[: LONGEST_NAME - 1].rstrip()}…"


def _tones_of(spans: Iterable[Span]) -> Iterable[str]:
    return dict.fromkeys(span.tone for span in spans)


# Strokes --------------------------------------------------------------------------


def _svg(
    name: str,
    title: str,
    width: float,
    height: float,
    tones: Iterable[str],
    drawn: Iterable[SafeString],
) -> SafeString:
    patterns = [_hatch(name, tone) for tone in tones if tone in HATCHES]
    defs = format_html("<defs>{}</defs>", _join(patterns)) if patterns else ""
    return format_html(
        '<svg class="chart" role="img" aria-labelledby="{0}-title" font-family="{6}" '
        'width="{1}" height="{2}" viewBox="0 0 {1} {2}"><title id="{0}-title">{3}'
        "</title>{4}{5}</svg>",
        name,
        _n(width),
        _n(height),
        title,
        defs,
        _join(drawn),
        FONTS,
    )


def _tones(parts: Iterable[Part]) -> Iterable[str]:
    return dict.fromkeys(part.tone for part in parts if part.value)


def _hatch(name: str, tone: str) -> SafeString:
    step, stroke, angle = HATCHES[tone]
    colour, soft = COLOURS[tone]
    return format_html(
        '<pattern id="{0}-{1}" width="{2}" height="{2}" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate({3})"><rect class="fill-{1}-soft" fill="{4}" '
        'width="{2}" height="{2}"/><rect class="fill-{1}" fill="{5}" width="{6}" '
        'height="{2}"/></pattern>',
        name,
        tone,
        step,
        angle,
        soft,
        colour,
        stroke,
    )


def _block(
    name: str, tone: str, x: float, y: float, width: float, height: float
) -> SafeString:
    if width <= 0 or height <= 0:
        return mark_safe("")
    if tone in HATCHES:
        fill = format_html('fill="url(#{}-{})"', name, tone)
    else:
        fill = format_html('class="fill-{}" fill="{}"', tone, COLOURS[tone][0])
    return format_html(
        '<rect {} x="{}" y="{}" width="{}" height="{}"/>',
        fill,
        _n(x),
        _n(y),
        _n(width),
        _n(height),
    )


def _frame(x: float, y: float, width: float, height: float) -> SafeString:
    return format_html(
        '<rect class="stroke-rule" fill="none" stroke="{}" x="{}" y="{}" width="{}" '
        'height="{}"/>',
        RULE,
        _n(x + 0.5),
        _n(y + 0.5),
        _n(max(0, width - 1)),
        _n(max(0, height - 1)),
    )


def _line(x: float, y: float, length: float) -> SafeString:
    mark = '<path class="stroke-rule" stroke="{}" d="M{} {}h{}"/>'
    return format_html(mark, RULE, _n(x), _n(y), _n(length))


def _dashed(x: float, top: float, bottom: float) -> SafeString:
    """Today, across the lines."""
    mark = (
        '<path class="stroke-today" stroke="{}" stroke-width="1.5" '
        'stroke-dasharray="5 3" d="M{} {}V{}"/>'
    )
    return format_html(mark, INK, _n(x), _n(top), _n(bottom))


def _trail(x: float, y: float, length: float) -> SafeString:
    """A known end, and dots toward the one that nobody said."""
    return format_html(
        '<path class="stroke-today" stroke="{0}" stroke-width="3" d="M{1} {2}v{3}"/>'
        '<path class="stroke-today" stroke="{0}" stroke-width="2" '
        'stroke-dasharray="2 4" d="M{1} {4}h{5}"/>',
        INK,
        _n(x),
        _n(y - SPAN_HEIGHT / 2),
        SPAN_HEIGHT,
        _n(y),
        _n(length),
    )


def _lozenge(x: float, y: float, mark: Mark) -> SafeString:
    shape = (
        '<path class="{} stroke-today" fill="{}" stroke="{}" stroke-width="1.5" '
        'd="M{} {}l6 6l-6 6l-6-6z"/>'
    )
    name, fill = ("fill-ink", INK) if mark.is_passed else ("fill-paper", PAPER)
    return format_html(shape, name, fill, INK, _n(x), _n(y - 6))


def _label(x: float, y: float, words: str) -> SafeString:
    mark = '<text class="chart-label" fill="{}" font-size="13" x="{}" y="{}">{}</text>'
    return format_html(mark, INK, _n(x), _n(y), words)


def _text(x: float, y: float, words: str) -> SafeString:
    return format_html(
        '<text class="chart-text" fill="{}" font-size="13" x="{}" y="{}" '
        'text-anchor="middle">{}</text>',
        MUTED,
        _n(x),
        _n(y),
        words,
    )


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
