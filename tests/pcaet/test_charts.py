from __future__ import annotations

from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from pcaet.lib import charts
from pcaet.lib.charts import Column, Part, Span

SVG = "{http://www.w3.org/2000/svg}"
PARTS = [Part("reached", 3), Part("partial", 1), Part("missing", 0)]

DRAWINGS = {
    "bar": charts.stacked_bar("a", "3 sur 4", PARTS, 200),
    "empty": charts.stacked_bar("a", "Rien", [], 200),
    "columns": charts.stacked_columns("b", "Par année", [Column("2017", PARTS)]),
    "no-column": charts.stacked_columns("b", "Par année", []),
    "pair": charts.target_and_actual("c", "Prévu, dépensé", 100, 120, 200),
    "no-pair": charts.target_and_actual("c", "Rien", 0, 0, 0),
    "progress": charts.progress("d", "31 sur 39", 31, 39, 200),
    "timeline": charts.timeline(
        "e",
        "Frise",
        [Span("36", "!", "late", 2015, 2017)],
        years=(2015, 2018),
        today=2016,
    ),
}


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(
        svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    )


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_chart_says_what_it_shows(drawing: str) -> None:
    root = parse(drawing)
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text
    assert root.get("aria-labelledby") == title.get("id")


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_chart_needs_no_style_sheet(drawing: str) -> None:
    assert "style" not in drawing
    for shape in parse(drawing).iter(f"{SVG}rect"):
        assert shape.get("fill")


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_identifiers_start_with_the_name(drawing: str) -> None:
    root = parse(drawing)
    names = [i for element in root.iter() if (i := element.get("id"))]
    assert len(set(names)) == len(names)
    assert {name[0] for name in names} == {drawing.split('labelledby="')[1][0]}


def test_bar_shares_its_whole_width() -> None:
    widths = [
        float(shape.get("width", 0))
        for shape in parse(DRAWINGS["bar"]).findall(f"{SVG}rect")
        if shape.get("fill") != "none"
    ]
    assert widths == [150, 50]


def test_title_is_escaped() -> None:
    drawing = charts.stacked_bar("a", "<script>", PARTS, 10)
    assert "<script>" not in drawing


@pytest.mark.parametrize("tone", charts.COLOURS)
def test_swatch_bears_the_colour_and_the_hatch_of_its_bars(tone: str) -> None:
    drawing = ElementTree.fromstring(unquote(charts.swatch(tone).partition(",")[2]))
    fills = [shape.get("fill") for shape in drawing.iter(f"{SVG}rect")]
    assert charts.COLOURS[tone][0] in fills
    assert (drawing.find(f".//{SVG}pattern") is not None) == (tone in charts.HATCHES)
