"""Runs the real Poetry, with its own arguments, but from a given lock and into a given file.

The variables of `ws.engines.poetry_command` name two files outside the member: the lock to start
from, which need not be there, and the file for the new one, which is made only if Poetry would
write. The member's own lock is neither read nor written. A third one holds names, with blanks
between: of these the newest versions are wanted.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from poetry.console.application import main
from poetry.packages.locker import Locker
from poetry.puzzle.solver import Solver

START = Path(os.environ["WS_LOCK_START"])
RESULT = Path(os.environ["WS_LOCK_RESULT"])
LATEST = os.environ["WS_LOCK_LATEST"].split()

read: Any = Locker._get_lock_data
write: Any = Locker._write_lock_data
solve: Any = Solver.solve


def is_locked(_self: Any) -> bool:
    """Whether there is a lock to start from."""
    return START.exists()


def read_start(self: Any) -> Any:
    """What `Locker._get_lock_data` does, with the lock to start from."""
    return _elsewhere(self, START, read)


def write_result(self: Any, data: Any) -> None:
    """What `Locker._write_lock_data` does, into the file for the new lock."""
    if START.exists():
        shutil.copyfile(START, RESULT)  # Poetry looks there which line endings to write
    _elsewhere(self, RESULT, write, data)


def solve_latest(self: Any, use_latest: Any = None) -> Any:
    """What `Solver.solve` does, with more names to renew."""
    return solve(self, use_latest=[*(use_latest or []), *LATEST])


def _elsewhere(locker: Any, path: Path, method: Any, *args: Any) -> Any:
    """Call a method of the locker that reads or writes its file, with another file in its place.

    Else its file is the member's: the paths in a lock are relative to that.
    """
    own, locker._lock = locker._lock, path
    try:
        return method(locker, *args)
    finally:
        locker._lock = own


if __name__ == "__main__":
    Locker.is_locked = is_locked
    Locker._get_lock_data = read_start
    Locker._write_lock_data = write_result
    Solver.solve = solve_latest
    sys.exit(main())
