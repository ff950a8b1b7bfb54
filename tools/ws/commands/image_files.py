"""The file that `ws docker save` writes and `ws docker load` reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ws.files.store import Store

if TYPE_CHECKING:
    from ws.commands.context import Context


def shown(context: Context, path: Path, root: Path | None) -> str:
    """A file as people are told of it: relative to the root, else to where they stand."""
    if root and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    told = os.path.relpath(path, context.cwd)
    return str(path) if told.startswith("..") else Path(told).as_posix()


def place(context: Context, named: str, archive: str, root: Path | None) -> Path:
    """The file that is named, relative to where one stands; else the workspace's own archive.

    Raises `WorkError` where that one leads out of the workspace.
    """
    if named:
        path = context.cwd / named
        real = Path(os.path.realpath(path))
        return path if path.exists() and not real.exists() else real  # a pipe has no real path
    assert root is not None  # or a file was named
    return Store(root).inside(archive)
