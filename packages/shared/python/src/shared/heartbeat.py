"""A file that a worker touches as long as it serves its broker; only the standard library."""

import contextlib
import os
import time
from pathlib import Path

STALE = 20.0
"""Seconds without a touch after which a worker counts as dead."""


def folder() -> Path:
    """Return where these files lie; TMPDIR says another place."""
    return Path(os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp")  # noqa: S108 - never followed where it is a link


def file(worker: str) -> Path:
    """Return the file of a worker."""
    return folder() / f"insight-{worker}.alive"


def beat(worker: str) -> None:
    """Say that the worker is alive; raise OSError where that cannot be written."""
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(file(worker), flags, 0o644)
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())  # sets the time even where it is kept
    finally:
        os.close(descriptor)


def stop(worker: str) -> None:
    """Take the file away."""
    file(worker).unlink(missing_ok=True)


def ages() -> dict[str, float]:
    """Return for each worker of this machine how many seconds ago it last said so."""
    found = {}
    for path in sorted(folder().glob("insight-*.alive")):
        with contextlib.suppress(FileNotFoundError):  # it ended just now
            worker = path.name.removeprefix("insight-").removesuffix(".alive")
            found[worker] = time.time() - path.stat().st_mtime
    return found
