"""Reading and writing files below the workspace root: atomically, and never behind its back."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING

from ws.errors import Where, WorkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MEMORY = ".ws"
"""The folder at the root for what `ws` remembers; all of it may be deleted."""


class Store:
    """The files of one workspace. All paths given are relative to its root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes | None:
        """The content of a file, or `None` if there is none. Raises `WorkError` if unreadable."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _failed("read", path, error) from error

    def write(self, path: str, before: str, after: str) -> bool:
        """Replace a file's text; say whether anything was written.

        Refuses (`WorkError`) when the file no longer says `before`. Nobody ever sees it half
        written; its mode stays; a link is followed, within the root.
        """
        if self.read(path) != before.encode():
            raise WorkError(
                "the file was changed by somebody else in the meantime; it was left alone",
                rule="write/changed",
                where=Where(path),
                hint="run the command again",
            )
        if before != after:
            self.replace(path, after.encode())
        return before != after

    def replace(self, path: str, data: bytes) -> None:
        """Put `data` in place of a file's content, atomically. Raises `WorkError`."""
        target = self._real(path)
        temporary = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            try:
                _write_through(temporary, data, like=target)
                temporary.replace(target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise _failed("write", path, error) from error

    def delete(self, path: str) -> None:
        """Remove a file, if it is there. Raises `WorkError`."""
        try:
            self._real(path).unlink(missing_ok=True)
        except OSError as error:
            raise _failed("delete", path, error) from error

    def memory(self, *parts: str) -> Path:
        """The path of a file in `.ws/`, its folder made. Raises `WorkError`."""
        folder = self.root / MEMORY
        path = folder.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            ignore = folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise _failed("write", MEMORY, error) from error
        return path

    @contextlib.contextmanager
    def exclusive(self, waiting: Callable[[str], None]) -> Iterator[None]:
        """Hold the workspace's lock between processes; `waiting` is told once if another has it.

        The lock is the system's own, so it ends with the process that holds it, however that ends.
        """
        from filelock import FileLock, Timeout  # costs start-up; only writers need it

        lock = FileLock(self.memory("lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting("another ws is at work in this workspace: waiting for it to end")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _real(self, path: str) -> Path:
        target = (self.root / path).resolve()
        if not target.is_relative_to(self.root.resolve()):
            raise WorkError(
                "this lies outside the workspace, behind a link; it was left alone",
                rule="write/outside-root",
                where=Where(path),
                hint="replace the link by a file inside the workspace",
            )
        return target


def _failed(verb: str, path: str, error: OSError) -> WorkError:
    return WorkError(
        f"cannot {verb} the file: {error.strerror or error}",
        rule=f"file/{verb}",
        where=Where(path),
        hint="check the disk's free space and the file's permissions; nothing was half written",
    )


def _write_through(path: Path, data: bytes, like: Path) -> None:
    """Write a new file to the disk itself, with the mode of `like` where that exists."""
    with open(path, "xb") as file:
        if like.exists():
            path.chmod(like.stat().st_mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
