"""What of a workspace has to do with images: Dockerfiles, and files that say how they are built."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.files.ignored import Ignored
from ws.formats.builds import is_asked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NEVER = frozenset({"node_modules", "__pycache__", "site-packages"})
_HIDDEN = frozenset({".github", ".docker", ".devcontainer"})
"""The hidden folders that are looked into."""


class ImageFiles(NamedTuple):
    """Paths relative to the workspace root, sorted."""

    dockerfiles: tuple[str, ...]
    builds: tuple[str, ...]
    """Those that may say how an image is built."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """What has the name of a Dockerfile and can never be read as one, and why."""


def image_files(root: Path) -> ImageFiles:
    """Look through the whole workspace; what git ignores, and environments, are passed over."""
    dockerfiles, builds, unreadable = [], [], []
    for path, why in _files(root, Ignored(root)):
        if is_dockerfile(posixpath.basename(path)):
            if why:
                unreadable.append((path, why))
            else:
                dockerfiles.append(path)
        elif is_asked(path) and not why:
            builds.append(path)
    return ImageFiles(tuple(sorted(dockerfiles)), tuple(sorted(builds)), tuple(sorted(unreadable)))


def is_dockerfile(name: str) -> bool:
    """Whether a file of this name is one: `Dockerfile`, `Dockerfile.dev`, `chat.Dockerfile`."""
    if name.endswith((".dockerignore", ".orig", ".rej", ".bak", "~")):
        return False
    stem, _, ending = name.partition(".")
    return "Dockerfile" in (stem, name.rpartition(".")[2]) or (
        stem == "Containerfile" or ending == "Containerfile" or name.endswith(".dockerfile")
    )


def _files(root: Path, ignored: Ignored) -> Iterator[tuple[str, str]]:
    """The paths of what is no folder, each with why it cannot be read: empty where it can."""
    todo = ["."]
    while todo:
        folder = todo.pop()
        entries = _entries(root / folder)
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            path = entry.name if folder == "." else f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if _is_walked(entry.name) and not ignored.folder(path):
                    todo.append(path)
            elif (why := _why_no_file(entry)) is not None and not ignored.file(path):
                yield path, why or _why_elsewhere(entry, root)


def _why_no_file(entry: os.DirEntry[str]) -> str | None:
    """Why an entry is no file to read, empty where it is one; `None` for a link to a folder.

    It is not opened: that of a pipe would wait for somebody to write.
    """
    try:
        if entry.is_file():
            return ""
        if entry.is_dir():
            return None
        there = os.path.exists(entry.path)
    except OSError:
        there = False
    if not there:
        return f"it is a link to {os.readlink(entry.path)}, and nothing is there"
    return "it is no file: a pipe, a socket or a device"


def _why_elsewhere(entry: os.DirEntry[str], root: Path) -> str:
    """Why a file is none of the workspace's: a link may lead to anybody's. Empty where it is."""
    if not entry.is_symlink():
        return ""
    real, top = os.path.realpath(entry.path), os.path.realpath(root)
    if os.path.commonpath((real, top)) == top:
        return ""
    return f"it is a link to {os.readlink(entry.path)}, which is outside the workspace"


def _is_walked(name: str) -> bool:
    return name not in _NEVER and (not name.startswith(".") or name in _HIDDEN)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
