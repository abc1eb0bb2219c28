"""What opens a printed document: its cover, its contents.

Drawn by templates/print/_cover.html and _contents.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Signs of a title set large, then medium; beyond, it is set small.
LARGE_TITLE, MEDIUM_TITLE = 60, 130


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page.

    Attributes:
        brand: an actions.models.Brand, for its logo and footer.
        authority: its name, as the plan writes it.
        kind: what the document is, «Fiches-actions» or «Bilan annuel 2017».
        title: the name of the plan.
        subtitle: the part of it that is printed, or nothing.
        facts: labels and texts, such as the session and the date; empty texts are
            left out.
    """

    brand: Any
    authority: str
    kind: str
    title: str
    subtitle: str = ""
    facts: Sequence[tuple[str, str]] = ()

    @property
    def title_size(self) -> str:
        return title_size(self.title, LARGE_TITLE, MEDIUM_TITLE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents, from level 1 for a part to 3 for a sheet.

    ``anchor`` is the identifier of what it leads to.
    """

    anchor: str
    text: str
    level: int = 1
    code: str = ""


def title_size(title: str, large: int, medium: int) -> str:
    """The size, as a class of the style sheet, that keeps a title in its place."""
    length = len(title)
    return "large" if length <= large else "medium" if length <= medium else "small"
