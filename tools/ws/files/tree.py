"""All that lies in a folder and is somebody's work: for templates and for copies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.errors import Where, WorkError
from ws.files.ignored import Ignored
from ws.model.plan import NewFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_NEVER = frozenset({".git", ".venv", ".hypothesis", "node_modules", "__pycache__"})
_NEVER_AT_THE_TOP = frozenset({"dist", "build"})
_ENDINGS = ("_cache", ".egg-info", ".pyc")


def read_tree(root: Path, folder: str, without: Collection[str] = ()) -> tuple[NewFile, ...]:
    """The files below a folder, sorted by path; none if there is no such folder.

    `folder` and the paths in `without` are relative to the root; what lies there, environments,
    caches, what was built and what git ignores is passed over, and so are links to folders.
    Raises `WorkError` for what cannot be read.
    """
    ignored = Ignored(root)

    def below(path: str) -> Iterator[str]:
        for entry in _entries(root, path):
            inside = f"{path}/{entry.name}"
            if inside in without or _is_passed_over(entry.name, top=path == folder):
                continue
            if entry.is_dir():
                is_environment = os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
                if not (entry.is_symlink() or is_environment or ignored.folder(inside)):
                    yield from below(inside)
            elif not ignored.file(inside):
                yield inside

    return tuple(_file(root, path, folder) for path in sorted(below(folder)))


def _is_passed_over(name: str, *, top: bool) -> bool:
    return name in _NEVER or name.endswith(_ENDINGS) or (top and name in _NEVER_AT_THE_TOP)


def _entries(root: Path, path: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / path) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(path, error) from error


def _file(root: Path, path: str, folder: str) -> NewFile:
    try:
        data = (root / path).read_bytes()
        executable = os.access(root / path, os.X_OK)
    except OSError as error:
        raise _unreadable(path, error) from error
    return NewFile(path.removeprefix(f"{folder}/"), data, executable)


def _unreadable(path: str, error: OSError) -> WorkError:
    return WorkError(
        f"cannot read this: {error.strerror}",
        rule="file/read",
        where=Where(path),
        hint="check that it is no dangling link, and that its permissions let you read it",
    )
