"""Which file this is, and which code is running: what a cache stands and falls with."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import cache
from typing import TYPE_CHECKING

import ws

if TYPE_CHECKING:
    from collections.abc import Iterator


def identity(status: os.stat_result) -> list[int]:
    """What no change of a file leaves as it was.

    Empty on Windows, which does not tell of a change whose time was set back: there, only content
    counts.
    """
    if os.name == "nt":
        return []
    return [
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    ]


def origin(status: os.stat_result) -> list[str | int]:
    """By whom a file of the cache was written, and as which file: a copy has another inode."""
    return [*_code(), status.st_dev, status.st_ino]


@cache
def _code() -> list[str | int]:
    """What tells this code from any other version of it, edited ones as well."""
    status = [entry.stat() for entry in _sources(os.path.dirname(ws.__file__))]
    return [
        ws.__version__,
        sys.version,
        len(status),
        sum(one.st_size for one in status),
        max((one.st_mtime_ns for one in status), default=0),
        *_poetry_core(),
    ]


def _sources(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path)
            elif entry.name.endswith(".py"):
                yield entry


def _poetry_core() -> list[int]:
    """Which poetry-core is there, by the file that names its version; importing it would cost."""
    for folder in sys.path:
        with contextlib.suppress(OSError):
            status = os.stat(os.path.join(folder, "poetry", "core", "__init__.py"))
            return [status.st_size, status.st_mtime_ns]
    return []
