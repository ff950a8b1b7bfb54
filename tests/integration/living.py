"""Programs that a test has started, near and far: found by a mark in their environment.

A program's children may leave its group and its session, but not its variables.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
import uuid
from pathlib import Path

import pytest

_MARK = "WS_TEST_MARK"
_PROCESSES = Path("/proc")


def mark() -> dict[str, str]:
    """A variable for a program, by which all that it starts is found; skips where none is."""
    if not (_PROCESSES / "self/environ").exists():
        pytest.skip("this system does not tell the variables of running programs (/proc)")
    return {_MARK: uuid.uuid4().hex}


def living(marked: dict[str, str]) -> dict[int, str]:
    """The programs with this mark that still run: process id to command line."""
    wanted = f"{_MARK}={marked[_MARK]}".encode()
    found = {}
    for folder in _PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended by now
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def kill_all(marked: dict[str, str]) -> None:
    """End the programs with this mark at once, and whatever they start meanwhile."""
    while found := living(marked):
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
