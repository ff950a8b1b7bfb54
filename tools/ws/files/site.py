"""What the disk says of a folder in which a member is to be made."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.files.discovery import would_find
from ws.planning.placing import Site

if TYPE_CHECKING:
    from pathlib import Path

    from ws.model.workspace import Settings


def look(root: Path, settings: Settings, folder: Path) -> Site:
    """The folder as a site: links followed, and whether something is in the way. Writes nothing."""
    real, real_root = os.path.realpath(folder), os.path.realpath(root)
    path = os.path.relpath(real, real_root).replace(os.sep, "/")
    if path == ".." or path.startswith("../"):
        return Site(path, "it lies outside the workspace")
    obstacle = _obstacle(real, real_root)
    return Site(path, obstacle, found=not obstacle and would_find(root, settings, path))


def _obstacle(folder: str, root: str) -> str:
    try:
        if os.listdir(folder):
            return "there is something in it already"
    except FileNotFoundError:
        pass
    except NotADirectoryError:
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        return f"{os.path.relpath(folder, root)} is a file"
    except OSError as error:
        return f"it cannot be looked into: {error.strerror}"
    return ""
