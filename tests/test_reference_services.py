"""The files in `ops/` are what the workspace says now: whoever changes a lock writes them anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("command", ["bake", "bake --dev", "compose"])
def test_the_files_for_bake_and_compose_are_not_stale(command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "ws", "generate", *command.split(), "--check", "--strict"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stdout}run: ws generate {command}"
