"""Long lists taken in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(found: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(found)
    while some := list(islice(iterator, size)):
        yield some
