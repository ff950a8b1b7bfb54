"""Programs that a `ws` which was killed has left at work.

Each program that `ws` starts holds a lock of the system's, which ends with the last of them. Nobody
else could tell that a Poetry is still unpacking into an environment that is to be made anew.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ws.files.store import Store


@contextlib.contextmanager
def waited_for(store: Store, waiting: Callable[[str], None]) -> Iterator[tuple[int, ...]]:
    """Wait for such programs; `waiting` is told once if there are any.

    Gives the file descriptors that new programs must inherit; none on Windows. Hold the workspace's
    lock. Raises `WorkError`, `OSError`.
    """
    try:
        from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
    except ImportError:
        yield ()
        return
    file = os.open(store.memory("children"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            waiting("programs of a ws that was killed are still at work here: waiting for them")
            flock(file, LOCK_EX)
        yield (file,)
        flock(file, LOCK_UN)  # ended well: whatever a build has left running may go on
    finally:
        os.close(file)
