"""Reads the PDF files that the application makes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pypdf import PdfReader


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def words(text: str) -> str:
    """The text on one line, whatever its spaces, ellipses and apostrophes."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("…", "...")).strip()


def text_of(pdf: bytes) -> str:
    return words(" ".join(pages(pdf)))


def letters(text: str) -> str:
    """The text without spaces nor hyphens, which the ends of lines add and take."""
    return re.sub(r"[\s‐-]", "", words(text))


def sizes(pdf: bytes) -> Counter[float]:
    """How many signs are set in each size, in points."""
    found: Counter[float] = Counter()

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        found[round(size * abs(tm[3] * cm[3]), 1)] += len(text.strip())

    for page in PdfReader(BytesIO(pdf)).pages:
        page.extract_text(visitor_text=visit)
    return found


def tags(pdf: bytes) -> Counter[str]:
    """The structure elements by their tag."""
    with pikepdf.open(BytesIO(pdf)) as file:
        return Counter(_tags(file.Root.StructTreeRoot.K))


def _tags(node: Any) -> Iterator[str]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _tags(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S).removeprefix("/")
        yield from _tags(node.get("/K"))


def outline(pdf: bytes) -> list[tuple[int, str]]:
    """The bookmarks, each with its depth."""

    def walk(items: list[Any], depth: int) -> Iterator[tuple[int, str]]:
        for item in items:
            yield depth, item.title
            yield from walk(item.children, depth + 1)

    with pikepdf.open(BytesIO(pdf)) as file, file.open_outline() as found:
        return list(walk(found.root, 1))


def fonts(pdf: bytes) -> list[Any]:
    """Each font of the file, with the program embedded for it or nothing."""
    with pikepdf.open(BytesIO(pdf)) as file:
        described = [o for o in file.objects if _is(o, "/FontDescriptor")]
        return [(str(d.FontName), "/FontFile2" in d) for d in described]


def signs_of(pdf: bytes) -> set[str]:
    """The signs that the fonts of the file say they draw.

    pypdf reads no text in a font with a sign beyond the first 65,536.
    """
    with pikepdf.open(BytesIO(pdf)) as file:
        maps = [
            node.ToUnicode.read_bytes().decode()
            for node in file.objects
            if _is(node, "/Font") and "/ToUnicode" in node
        ]
    codes = re.findall(r"<[0-9a-f]{4}> <([0-9a-f]+)>", "".join(maps))
    return {bytes.fromhex(code).decode("utf-16-be") for code in codes}


def links(pdf: bytes, page: int) -> list[int]:
    """Where the links of a page lead: the ranks of pages, from 1."""
    reader = PdfReader(BytesIO(pdf))
    found = []
    for annotation in reader.pages[page - 1].annotations or ():
        target = annotation.get_object()["/Dest"]
        name = reader.named_destinations[target]
        rank = reader.get_destination_page_number(name)
        found.append((rank or 0) + 1)
    return found


def _is(node: Any, kind: str) -> bool:
    return isinstance(node, pikepdf.Dictionary) and node.get("/Type") == kind
