"""What a run of a program costs, its children's share included."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Run(NamedTuple):
    """One run of a program."""

    seconds: float
    """Of CPU time, user and system."""
    megabytes: float
    """Of memory, at its peak."""
    code: int
    printed: str


def measured(command: Sequence[str | Path], folder: Path) -> Run:
    """Run a program in a folder, and say what that has cost. A POSIX system is needed.

    Python may keep what it compiles, as pip has done for whoever installs `ws`.
    """
    environ = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = usage.ru_utime + usage.ru_stime
    return Run(seconds, usage.ru_maxrss / 1024, process.returncode, printed)
