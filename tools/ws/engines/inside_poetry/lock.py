"""Runs the real Poetry, with its own arguments, but lets it replace a lock in one step.

Poetry opens the old `poetry.lock` and writes into it: a kill or a full disk in that moment leaves
half a lock. Here it writes beside it, and the new file then takes the place of the old one.
"""

import os
import shutil
import sys
from typing import Any

from poetry.console.application import main
from poetry.packages.locker import Locker

write_in_place: Any = getattr(Locker, "_write_lock_data", None)


def write_beside(self: Any, data: Any) -> None:
    """What `Locker._write_lock_data` of Poetry 2 does, into a file that then moves there."""
    lock = self._lock
    beside = lock.with_name(f".{lock.name}.{os.getpid()}")
    try:
        if lock.exists():
            shutil.copyfile(lock, beside)  # Poetry looks there which line endings to write
            shutil.copymode(lock, beside)
        self._lock = beside
        write_in_place(self, data)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(lock)
    finally:
        self._lock = lock
        beside.unlink(missing_ok=True)


if __name__ == "__main__":
    if write_in_place is not None:  # else a later Poetry, which must do as it does
        Locker._write_lock_data = write_beside
    sys.exit(main())
