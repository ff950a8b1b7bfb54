"""What lies in a workspace and belongs into no image: environments, caches, secrets."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FOLDERS = frozenset({".git", "__pycache__", "node_modules", ".tox", ".nox", ".hypothesis", ".ws"})
_CACHE = re.compile(r"\..+_cache")
_SECRETS = re.compile(r"\.env(?:\.(?!example$|sample$|template$|dist$).+)?")


def refuse(root: Path) -> tuple[str, ...]:
    """Environments, caches, repositories and `.env` files, relative to the root, sorted by path.

    What git ignores is looked through too: a builder does not ask git. Nothing below a path that is
    given is listed again, and no link is followed.
    """
    found: list[str] = []
    todo = [""]
    while todo:
        folder = todo.pop()
        for entry in _entries(os.path.join(root, folder)):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not entry.is_dir(follow_symlinks=False):
                found += [path] if _SECRETS.fullmatch(entry.name) else []
            elif _is_refuse(entry):
                found.append(path)
            else:
                todo.append(path)
    return tuple(sorted(found))


def size(root: Path, path: str) -> int:
    """The bytes of a file, or of all files in a folder; what cannot be read counts as nothing."""
    top = os.path.join(root, path)
    if not os.path.isdir(top):
        return os.path.getsize(top) if os.path.isfile(top) else 0
    total = 0
    todo = [top]
    while todo:
        for entry in _entries(todo.pop()):
            if entry.is_dir(follow_symlinks=False):
                todo.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                total += entry.stat(follow_symlinks=False).st_size
    return total


def _is_refuse(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if name in _FOLDERS or _CACHE.fullmatch(name):
        return True
    return os.path.isfile(os.path.join(entry.path, "pyvenv.cfg"))


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
