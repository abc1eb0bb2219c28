from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pcaet.lib.filecache import FileCache


def test_what_was_kept_is_given_back(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "pdf", limit=100)

    assert cache.get("fiche") is None
    cache.put("fiche", b"contenu")
    assert cache.get("fiche") == b"contenu"


def test_longest_unread_goes_first(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, limit=25)
    for age, name in enumerate(("c", "b", "a")):
        cache.put(name, b"x" * 8)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    cache.get("a")

    cache.put("new", b"x" * 8)

    assert {path.name for path in tmp_path.iterdir()} == {"a", "c", "new"}


def test_what_is_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, limit=5)
    cache.put("petit", b"x")
    cache.put("grand", b"x" * 6)

    assert [path.name for path in tmp_path.iterdir()] == ["petit"]


def test_many_writers_leave_whole_files_within_the_limit(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, limit=5_000)
    content = {f"{n % 20}": bytes([n % 20]) * 500 for n in range(200)}

    def write_and_read(name: str) -> bytes | None:
        cache.put(name, content[name])
        return cache.get(name)

    with ThreadPoolExecutor(8) as pool:
        names = [f"{n % 20}" for n in range(200)]
        found = list(pool.map(write_and_read, names))

    assert all(f in (None, content[n]) for n, f in zip(names, found, strict=True))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5_000
