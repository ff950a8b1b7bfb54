"""Which files and folders an answer depends on: if all of them are as they were, so is it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.files.discovery import NEVER
from ws.files.ignored import Ignored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ws.formats.dockerignore import Dockerignore

_ABOVE = (".gitignore", ".dockerignore")


def skeleton(root: Path) -> Iterator[str]:
    """The folders in which members are looked for, and the files that say where not to look.

    A folder changes when something in it is made, removed or renamed: so a new member is seen. Of
    one that may not be read, only that it is there.
    """
    ignored = Ignored(root)
    yield ".git/info/exclude"
    todo = ["."]
    while todo:
        folder = todo.pop()
        try:
            entries = _entries(root, folder)
        except PermissionError:
            entries = []
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        yield folder
        for entry in entries:
            path = entry.name if folder == "." else f"{folder}/{entry.name}"
            if entry.name in _ABOVE:
                yield path
            walked = not (entry.name.startswith(".") or entry.name in NEVER)
            if walked and entry.is_dir(follow_symlinks=False) and not ignored.folder(path):
                todo.append(path)


def below(root: Path, path: str, ignored: Dockerignore) -> Iterator[str]:
    """A file; or a folder with all that lies in it, less what is `ignored`."""
    yield path
    if not os.path.isdir(os.path.join(root, path)):
        yield os.path.dirname(path) or "."
        return
    for entry in _entries(root, path):
        inside = entry.name if path == "." else f"{path}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if not ignored.ignores(inside) or ignored.excepted_below(inside):
                yield from below(root, inside, ignored)
        elif not ignored.ignores(inside):
            yield inside


def _entries(root: Path, folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(os.path.join(root, folder)) as found:
        return list(found)


def files(paths: Iterable[str]) -> Iterator[str]:
    """Single files, each with its folder, in which others may come to lie."""
    for path in paths:
        yield path
        yield os.path.dirname(path) or "."
