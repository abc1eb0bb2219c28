"""Since when a content has been what it is, kept in files beside the base.

Reading a page writes nothing in the base. A stamp that is lost makes its content look
newer than it is, never older: what was changed is always sent.
"""

from __future__ import annotations

import time

from .filecache import FileCache


def unchanged_since(stamps: FileCache, name: str, mark: str) -> int:
    """The second at which the content called ``name`` was first seen with this mark.

    Two contents never share a second, however fast one follows the other.
    """
    known_mark, known = _read(stamps.get(name) or b"")
    if known_mark == mark:
        return known
    stamp = max(int(time.time()), known + 1)
    stamps.put(name, f"{mark} {stamp}".encode())
    return stamp


def _read(kept: bytes) -> tuple[str, int]:
    mark, _, stamp = kept.decode("ascii", "replace").partition(" ")
    return (mark, int(stamp)) if stamp.isdecimal() else ("", 0)
