"""Digests of folders, as a builder would be sent them."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ws.formats.dockerignore import Dockerignore

_SHORT = 16
_RUN = 0o100
"""Of the permissions of a file, whether it may be run is all that git keeps, too."""


def folder_digest(root: Path, folder: str, ignored: Dockerignore) -> str:
    """The digest of what lies in a folder, relative to `root`: names, contents, run bits, links.

    Less what is `ignored`, whose paths are relative to `root`. Empty folders do not count. Raises
    `OSError` for what cannot be read.
    """
    whole = hashlib.sha256()
    for path in _files(str(root), folder, ignored):
        whole.update(_entry(os.path.join(root, path), os.path.relpath(path, folder)))
    return whole.hexdigest()[:_SHORT]


def file_digest(root: Path, path: str) -> str:
    """The digest of one file, relative to `root`; raises `OSError` for what cannot be read."""
    entry = _entry(os.path.join(root, path), os.path.basename(path))
    return hashlib.sha256(entry).hexdigest()[:_SHORT]


def _entry(path: str, name: str) -> bytes:
    if os.path.islink(path):
        return f"link {name}\0{os.readlink(path)}\0".encode(errors="surrogateescape")
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        runs = bool(os.fstat(file.fileno()).st_mode & _RUN)
    return f"{runs} {name}\0{digest}\0".encode(errors="surrogateescape")


def _files(root: str, folder: str, ignored: Dockerignore) -> Iterator[str]:
    """The files below a folder, relative to the root, sorted within each folder."""
    with os.scandir(os.path.join(root, folder)) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = entry.name if folder == "." else f"{folder}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if not ignored.ignores(path) or ignored.excepted_below(path):
                yield from _files(root, path, ignored)
        elif not ignored.ignores(path) and (entry.is_file() or entry.is_symlink()):
            yield path
