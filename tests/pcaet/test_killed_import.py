"""An import whose process is killed in the middle of its writing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def step(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "tests.pcaet.killed_import", name],
        cwd=ROOT,
        env={**inherited, "PCAET_VAR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_killed_import_leaves_the_base_as_it_was_and_begins_again(
    tmp_path: Path,
) -> None:
    killed = step("kill", tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    resumed = step("again", tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    before, after = json.loads(resumed.stdout)
    assert before == {
        "actions": 0,
        "history": 0,
        "organisations": 1,
        "state": "applying",
        "stale": True,
    }
    assert (after["actions"], after["history"], after["state"]) == (300, 300, "applied")
