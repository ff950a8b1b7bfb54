"""Changes of an environment that an engine would not make.

Environments are named by their folder, relative to the workspace root.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING

from ws.files.environment import infos_of, recorded
from ws.files.store import MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.files.store import Store

_TRASH = "trash"


def set_aside(store: Store, venv: str) -> None:
    """Take an environment away; `sweep` deletes it later.

    A folder is moved in no time, and making files is slow on some disks right after many were
    deleted. Raises `OSError`, `WorkError`.
    """
    path = store.root / venv
    name = f"{os.getpid()}-{threading.get_ident()}-{time.monotonic_ns()}"
    try:
        os.rename(path, store.memory(_TRASH, name))
    except OSError:  # `.ws` lies on another disk
        _delete(str(path))


def take_out(store: Store, venv: str, names: Iterable[str]) -> None:
    """Remove distributions, by normalised name, from an environment.

    That is all that their RECORD names within the environment, and their dist-info folder. Raises
    `OSError`.
    """
    folder = str(store.root / venv)
    inside = os.path.realpath(folder) + os.sep
    for name in names:
        for info in [*infos_of(folder, name)]:
            for path in [*recorded(info)]:
                if f"{os.path.realpath(os.path.dirname(path))}{os.sep}".startswith(inside):
                    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                        os.unlink(path)
            _delete(info)


def sweep(store: Store) -> None:
    """Delete what was set aside, by this run or by one that was killed."""
    trash = store.root / MEMORY / _TRASH
    if trash.is_dir():
        _delete(str(trash), ignore_errors=True)


def _delete(path: str, *, ignore_errors: bool = False) -> None:
    from shutil import rmtree  # costs start-up; only what changes environments needs it

    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    elif os.path.ismount(path):  # a disk of its own, as development containers have it: emptied
        for name in os.listdir(path):
            _delete(os.path.join(path, name), ignore_errors=ignore_errors)
    elif os.path.lexists(path):
        rmtree(path, ignore_errors=ignore_errors)
