"""The Python files of the members."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ws.files.ignored import Ignored
from ws.model.sources import Layout, Source
from ws.planning.layout import layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from ws.model.workspace import Member, Workspace

_NEVER = frozenset({"node_modules", "__pycache__", "site-packages"})
_EXTENDING = (b"extend_path(", b"declare_namespace(")


def layouts(workspace: Workspace) -> dict[str, Layout]:
    """How the code of each member lies in its folder, by member name.

    Environments, `node_modules`, hidden folders, what git ignores and other members inside are
    passed over; links to folders are not followed.
    """
    ignored = Ignored(workspace.root)
    folders = {member.path for member in workspace.members}
    return {
        member.name: _layout(workspace.root, member, folders, ignored)
        for member in workspace.members
    }


def read(root: Path, member: Member, layout: Layout) -> Iterator[Source]:
    """The member's Python files, each read when it is asked for."""
    for path, runs in layout.files.items():
        yield Source(path, runs, _content(os.path.join(root, member.path, path)))


def _layout(root: Path, member: Member, members: Collection[str], ignored: Ignored) -> Layout:
    folder = os.path.join(root, member.path)

    def is_namespace(path: str) -> bool:
        """As pkgutil and pkg_resources made them before Python had namespace packages itself."""
        content = _content(os.path.join(folder, path)) or b""
        return any(call in content for call in _EXTENDING)

    return layout(member.manifest, _python_files(root, member, members, ignored), is_namespace)


def _python_files(
    root: Path, member: Member, members: Collection[str], ignored: Ignored
) -> Iterator[str]:
    """The paths of a member's Python files, relative to its folder, with forward slashes."""
    todo = [""]
    while todo:
        below = todo.pop()
        entries = _entries(os.path.join(root, member.path, below))
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            path = f"{below}{entry.name}"
            if entry.name.endswith(".py") and entry.is_file():
                yield path
            elif _is_walked(entry):
                place = member.file(path)
                if place not in members and not ignored.folder(place):
                    todo.append(f"{path}/")


def _is_walked(entry: os.DirEntry[str]) -> bool:
    hidden = entry.name.startswith(".") or entry.name in _NEVER
    return not hidden and entry.is_dir(follow_symlinks=False)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing where nobody lets us look, for then there is nothing to say."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
