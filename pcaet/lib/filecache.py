"""Files worth keeping, under names that say all that they were made from."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# The first sign of the name of a file that is not whole yet.
UNFINISHED = "."
# Seconds that the writing of a file takes at most.
LONGEST_WRITING = 600


@dataclass(frozen=True, slots=True)
class FileCache:
    """A folder of at most ``limit`` bytes, shared by all the processes of a machine.

    What has not been read for the longest time goes first. A file appears whole or
    not at all; two processes that write the same name write the same content.
    """

    folder: Path
    limit: int

    def get(self, name: str) -> bytes | None:
        path = self.folder / name
        try:
            content = path.read_bytes()
            os.utime(path)
        except FileNotFoundError:
            return None
        return content

    def put(self, name: str, content: bytes) -> None:
        if len(content) > self.limit:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=self.folder, prefix=UNFINISHED, delete=False
        ) as file:
            file.write(content)
        Path(file.name).replace(self.folder / name)
        self._keep_to_limit()

    def _keep_to_limit(self) -> None:
        now = time.time()
        with os.scandir(self.folder) as entries:
            # Another process may drop a file while this one looks.
            found = [(entry, _state(entry)) for entry in entries]
        files = [
            (entry.path, state)
            for entry, state in found
            if state and not _is_being_written(entry.name, state, now)
        ]
        excess = sum(state.st_size for _, state in files) - self.limit
        for path, state in sorted(files, key=lambda file: file[1].st_mtime_ns):
            if excess <= 0:
                return
            with suppress(FileNotFoundError):
                Path(path).unlink()
            excess -= state.st_size


def _is_being_written(name: str, state: os.stat_result, now: float) -> bool:
    """What a process that was killed left behind is like any other file."""
    return name.startswith(UNFINISHED) and now - state.st_mtime < LONGEST_WRITING


def _state(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except FileNotFoundError:
        return None
