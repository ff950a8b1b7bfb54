"""The folders that locks name as path dependencies, as they are on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.errors import WsError
from ws.formats.toml import parse
from ws.planning.path_drift import PathPackage, folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ws.model.lock import LockFacts
    from ws.model.workspace import Member, Workspace


def packages(
    workspace: Workspace, members: Iterable[Member], facts: Mapping[str, LockFacts | None]
) -> dict[str, PathPackage]:
    """Every folder that the members' locks name, by its path relative to the workspace root."""
    known = {
        member.path: PathPackage(member.path, member.manifest.text, member.manifest.document)
        for member in workspace.members
    }
    for member in members:
        of_lock = facts[member.name]
        for entry in of_lock.entries if of_lock else ():
            path = folder_of(member, entry)
            if path not in known:
                known[path] = _read(workspace.root, path)
    return known


def _read(root: Path, path: str) -> PathPackage:
    """A package that is no member, such as one that Poetry does not manage."""
    folder = root / path
    if not folder.is_dir():
        return PathPackage(path, problem="there is no such folder")
    manifest = folder / "pyproject.toml"
    if not manifest.is_file():
        if (folder / "setup.py").is_file():
            return PathPackage(path, is_built=True)
        return PathPackage(path, problem="there is no pyproject.toml in it")
    try:
        text, document = parse(manifest.read_bytes(), manifest.name)
    except (OSError, WsError) as error:
        reason = error.strerror if isinstance(error, OSError) else error.reason
        return PathPackage(path, problem=f"its pyproject.toml cannot be read ({reason})")
    return PathPackage(path, text, document)
