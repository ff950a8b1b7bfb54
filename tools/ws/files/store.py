"""Reading and writing files below the workspace root: atomically, and never behind its back."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import threading
from typing import TYPE_CHECKING

from ws.errors import Where, WorkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from filelock import BaseFileLock

    from ws.model.plan import NewFile

MEMORY = ".ws"
"""The folder at the root for what `ws` remembers; all of it may be deleted."""

_WAIT = 0.5
"""Seconds after which somebody who waits for the lock looks whether to go on waiting."""


class Store:
    """The files of one workspace. All paths given are relative to its root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes | None:
        """The content of a file, or `None` if there is none. Raises `WorkError` if unreadable."""
        try:
            return _content(self.root / path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _failed("read", path, error) from error

    def write(self, path: str, before: str | None, after: str) -> bool:
        """Replace a file's text; say whether anything was written.

        Refuses (`WorkError`) when the file no longer says `before`; `None` there means that it must
        not exist yet, and it is made, with the folders above it. Nobody ever sees it half written;
        its mode stays; a link is followed, within the root.
        """
        if self.read(path) != (None if before is None else before.encode()):
            raise _changed(path, "the file was changed")
        if before is None:
            self._make_folders_above(path)
        if before != after:
            self.replace(path, after.encode())
        return before != after

    def make_folder(self, path: str, files: Sequence[NewFile]) -> None:
        """Make a folder with all these files in it, and the folders above it; or nothing at all.

        Refuses (`WorkError`) when something lies there already; an empty folder may. Until all is
        written it lies in a hidden folder, which moves to its place as a whole; into an empty
        folder, where somebody may stand, one by one: what was given first comes last.
        """
        target = self.inside(path)
        try:
            if target.exists() and any(target.iterdir()):
                raise _changed(path, "something was put into this folder")
            above = next(folder for folder in (target, *target.parents) if folder.exists())
            places = [target.relative_to(above) / file.path for file in files]
            with _hidden_folder(above, target.name) as hidden:
                for place, file in zip(places, files, strict=True):
                    _write_new(hidden / place, file)
                _move(hidden, above, reversed(dict.fromkeys(place.parts[0] for place in places)))
        except OSError as error:
            raise _failed("write", path, error) from error

    def replace(self, path: str, data: bytes) -> None:
        """Put `data` in place of a file's content, atomically. Raises `WorkError`."""
        target = self.inside(path)
        temporary = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            _sweep(target)
            try:
                _write_through(temporary, data, like=target)
                temporary.replace(target)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise _failed("write", path, error) from error

    def delete(self, path: str, before: str | None = None) -> None:
        """Remove a file, if it is there. Raises `WorkError`.

        Refuses when the file no longer says `before`, where that is given.
        """
        if before is not None and self.read(path) not in (None, before.encode()):
            raise _changed(path, "the file was changed")
        try:
            self.inside(path).unlink(missing_ok=True)
        except OSError as error:
            raise _failed("delete", path, error) from error

    def memory(self, *parts: str) -> Path:
        """The path of a file in `.ws/`, its folder made. Raises `WorkError`."""
        folder = self.inside(MEMORY)
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
    def exclusive(
        self,
        waiting: Callable[[str], None],
        name: str = "lock",
        is_over: Callable[[], bool] = lambda: False,
    ) -> Iterator[None]:
        """Hold the workspace's lock between processes; `waiting` is told once if another has it.

        Another `name` is another lock, for work that takes this one for parts of it; `is_over` is
        asked whether to wait no longer, which raises `WorkError`. It is the system's own, so it
        ends with the process that holds it, however that ends.
        """
        from filelock import FileLock, Timeout  # costs start-up; only writers need it

        lock = FileLock(self.memory(name))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting("another ws is at work in this workspace: waiting for it to end")
            _acquire(lock, is_over)
        except OSError as error:
            raise _failed("write", f"{MEMORY}/{name}", error) from error
        try:
            yield
        finally:
            lock.release()

    def _make_folders_above(self, path: str) -> None:
        try:
            self.inside(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _failed("write", path, error) from error

    def inside(self, path: str) -> Path:
        """The real path of a file, links followed. Raises `WorkError` if it leaves the root."""
        target = (self.root / path).resolve()
        if not target.is_relative_to(self.root.resolve()):
            raise WorkError(
                "this lies outside the workspace, behind a link; it was left alone",
                rule="write/outside-root",
                where=Where(path),
                hint="replace the link by a file inside the workspace",
            )
        return target


def _acquire(lock: BaseFileLock, is_over: Callable[[], bool]) -> None:
    from filelock import Timeout

    while not is_over():
        with contextlib.suppress(Timeout):
            lock.acquire(timeout=_WAIT)
            return
    raise WorkError("interrupted", rule="work/interrupted", hint="run it again")


def _changed(path: str, what: str) -> WorkError:
    return WorkError(
        f"{what} by somebody else in the meantime; it was left alone",
        rule="write/changed",
        where=Where(path),
        hint="run the command again",
    )


def _content(path: Path) -> bytes:
    if stat.S_ISFIFO(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is a pipe: that would wait for somebody to write")
    return path.read_bytes()


def _failed(verb: str, path: str, error: OSError) -> WorkError:
    hints = {
        errno.ENOSPC: "make room on the disk; the file is as it was before",
        errno.EROFS: "the disk is read-only",
        errno.EACCES: "check the permissions of the file and its folder",
        errno.EPERM: "check the permissions of the file and its folder",
    }
    return WorkError(
        f"cannot {verb} the file: {error.strerror or error}",
        rule=f"file/{verb}",
        where=Where(path),
        hint=hints.get(error.errno or 0, "check the file and its folder"),
    )


def _write_through(path: Path, data: bytes, like: Path) -> None:
    """Write a new file to the disk itself, with the mode of `like` where that exists."""
    with open(path, "xb") as file:
        if like.exists():
            old = like.stat()
            path.chmod(old.st_mode)
            with contextlib.suppress(OSError, AttributeError):  # only root may, and only on POSIX
                os.chown(path, old.st_uid, old.st_gid)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sweep(target: Path) -> None:
    """Remove what a run that was killed has left beside a file; nobody else writes there now."""
    from re import escape, fullmatch

    pattern = rf"\.{escape(target.name)}\.\d+-\d+"
    for name in os.listdir(target.parent):
        if fullmatch(pattern, name):
            target.with_name(name).unlink(missing_ok=True)


def _write_new(path: Path, file: NewFile) -> None:
    """Write a file that did not exist, with the mode that the umask gives."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_through(path, file.data, like=path)
    if file.executable:
        mode = path.stat().st_mode
        path.chmod(mode | (mode & 0o444) >> 2)  # whoever may read it may run it


@contextlib.contextmanager
def _hidden_folder(above: Path, name: str) -> Iterator[Path]:
    """A folder in `above` that nobody looks into, and that is gone afterwards."""
    from shutil import rmtree  # costs start-up; only what makes folders needs it

    folder = above / f".{name}.{os.getpid()}-{threading.get_ident()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def _move(source: Path, target: Path, names: Iterable[str]) -> None:
    """Move what is in one folder into another, or put all of it back."""
    moved = []
    try:
        for name in names:
            (source / name).rename(target / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            (target / name).rename(source / name)
        raise
