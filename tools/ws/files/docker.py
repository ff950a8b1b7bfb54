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


def image_files(root: Path) -> ImageFiles:
    """Look through the whole workspace; what git ignores, and environments, are passed over."""
    dockerfiles, builds = [], []
    for path in _files(root, Ignored(root)):
        if is_dockerfile(posixpath.basename(path)):
            dockerfiles.append(path)
        elif is_asked(path):
            builds.append(path)
    return ImageFiles(tuple(sorted(dockerfiles)), tuple(sorted(builds)))


def is_dockerfile(name: str) -> bool:
    """Whether a file of this name is one: `Dockerfile`, `Dockerfile.dev`, `chat.Dockerfile`."""
    if name.endswith((".dockerignore", ".orig", ".rej", ".bak", "~")):
        return False
    stem, _, ending = name.partition(".")
    return "Dockerfile" in (stem, name.rpartition(".")[2]) or (
        stem == "Containerfile" or ending == "Containerfile" or name.endswith(".dockerfile")
    )


def _files(root: Path, ignored: Ignored) -> Iterator[str]:
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
            elif entry.is_file() and not ignored.file(path):
                yield path


def _is_walked(name: str) -> bool:
    return name not in _NEVER and (not name.startswith(".") or name in _HIDDEN)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
