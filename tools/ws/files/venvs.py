"""Changes of a member's `.venv` that an engine would not make."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING

from ws.files.environment import VENV, infos_of, recorded
from ws.files.store import MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.files.store import Store

_TRASH = "trash"


def set_aside(store: Store, folder: str) -> None:
    """Take a member's environment away; `sweep` deletes it later.

    A folder is moved in no time, and making files is slow on some disks right after many were
    deleted. Raises `OSError`, `WorkError`.
    """
    venv = store.root / folder / VENV
    name = f"{os.getpid()}-{threading.get_ident()}-{time.monotonic_ns()}"
    try:
        os.rename(venv, store.memory(_TRASH, name))
    except OSError:  # `.ws` lies on another disk
        _delete(str(venv))


def take_out(store: Store, folder: str, names: Iterable[str]) -> None:
    """Remove distributions, by normalised name, from a member's environment.

    That is all that their RECORD names within the environment, and their dist-info folder. Raises
    `OSError`.
    """
    venv = str(store.root / folder / VENV)
    inside = os.path.realpath(venv) + os.sep
    for name in names:
        for info in [*infos_of(venv, name)]:
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
    elif os.path.lexists(path):
        rmtree(path, ignore_errors=ignore_errors)
