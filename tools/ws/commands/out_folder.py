"""Where `--out` may lead: anywhere but where the workspace would be harmed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ws.errors import UsageError
from ws.files.ignored import Ignored
from ws.model.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.commands.context import Context
    from ws.model.workspace import Member, Workspace


def fit(context: Context, workspace: Workspace, out: str, below: str = "") -> Path:
    """The real path of a folder that is to be written; `out` is relative to the current one.

    `below` is the folder in it where the members' own will lie. Raises `UsageError` for one in
    which the workspace would be harmed.
    """
    folder = Path(os.path.realpath(context.cwd / out))
    root = workspace.root.resolve()
    if root.is_relative_to(folder):
        raise _unfit(f"{out} holds the workspace")
    _refuse_members(workspace, folder, out, workspace.members)
    if not folder.is_relative_to(root):
        return folder
    path = folder.relative_to(root).as_posix()
    parts = path.split("/")
    above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    ignored = Ignored(root)
    if any(part.startswith(".") for part in parts) or any(map(ignored.folder, above)):
        return folder
    place = f"{path}/{below}" if below else path
    made = [f"{place}/{member.path}" for member in workspace.members]
    if any(matches(each, glob) for each in made for glob in workspace.settings.members):
        raise _unfit(f"what would lie in {out} would be members of the workspace")
    return folder


def fit_file(context: Context, workspace: Workspace, out: str) -> Path:
    """The same of a file: it lies in no member, save that whose folder is the root itself."""
    file = Path(os.path.realpath(context.cwd / out))
    members = [member for member in workspace.members if member.path != "."]
    _refuse_members(workspace, file, out, members)
    return file


def _refuse_members(workspace: Workspace, path: Path, out: str, members: Iterable[Member]) -> None:
    root = workspace.root.resolve()
    if path.is_relative_to(root / ".git"):
        raise _unfit(f"{out} lies in the repository's own folder")
    for member in members:
        if path.is_relative_to((root / member.path).resolve()):
            raise _unfit(f"{out} lies in the member {member.name}")


def _unfit(reason: str) -> UsageError:
    hint = "choose a folder outside the workspace, or one that git ignores: --out DIR"
    return UsageError(reason, rule="usage/out", hint=hint)
