"""Lists as files: the same rows as the screen that offers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.http import Http404, HttpResponse

from pcaet.lib.export import CONTENT_TYPES, Column, write

T = TypeVar("T")


def file_response(
    kind: str, name: str, title: str, columns: Sequence[Column[T]], rows: Iterable[T]
) -> HttpResponse:
    """The rows as a file of this kind.

    Raises:
        Http404: no list is written in this kind.
    """
    if kind not in CONTENT_TYPES:
        raise Http404
    return HttpResponse(
        write(kind, title, columns, rows),
        content_type=CONTENT_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )
