"""Which members a command is about: the `--filter` patterns, as pnpm has them."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ws.errors import UsageError, WsError, raise_all
from ws.model.globs import matches
from ws.model.names import did_you_mean, normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.workspace import Member, Workspace


def select(workspace: Workspace, patterns: Sequence[str], folder: str = ".") -> tuple[Member, ...]:
    """The members that the patterns choose, in listing order; all of them without patterns.

    A pattern is a name or glob (`*-worker`), a folder (`./workers/graph`, relative to `folder`,
    itself relative to the root), `...NAME` with its dependents, `NAME...` with its dependencies,
    and `!X` for not X. Several are a union, less what `!` takes away. Raises `UsageError` (or
    `Faults`) for each pattern that matches nothing.
    """
    if not patterns:
        return workspace.members
    faults: list[WsError] = []
    wanted: set[str] = set()
    unwanted: set[str] = set()
    for pattern in patterns:
        try:
            found = _matching(workspace, pattern.removeprefix("!"), folder)
        except WsError as fault:
            faults.append(fault)
        else:
            (unwanted if pattern.startswith("!") else wanted).update(found)
    raise_all(faults)
    if all(pattern.startswith("!") for pattern in patterns):
        wanted = set(workspace.by_name)
    chosen = tuple(m for m in workspace.members if m.name in wanted - unwanted)
    if not chosen:
        raise UsageError(
            f"the filters {' '.join(patterns)} leave no member over",
            rule="usage/filter",
            hint="see `ws list` for the members",
        )
    return chosen


def _matching(workspace: Workspace, pattern: str, folder: str) -> set[str]:
    if pattern.startswith("[") and pattern.endswith("]"):
        raise UsageError(
            f"--filter {pattern}: changes since a git ref cannot be chosen in this version",
            rule="usage/filter",
            hint="choose by name, glob or folder",
        )
    core = pattern.removeprefix("...").removesuffix("...")
    names = {member.name for member in workspace.members if _is_meant(member, core, folder)}
    if not names:
        known = (*workspace.by_name, *(member.path for member in workspace.members))
        raise UsageError(
            f'--filter "{pattern}" matches no member',
            rule="usage/filter",
            hint=did_you_mean(core, known) or "see `ws list` for the members",
        )
    chosen = set(names)
    if pattern.startswith("..."):
        chosen |= workspace.graph.with_dependents(names)
    if pattern.endswith("..."):
        chosen |= workspace.graph.with_dependencies(names)
    return chosen


def _is_meant(member: Member, pattern: str, folder: str) -> bool:
    if "/" not in pattern and pattern not in (".", ".."):
        return fnmatchcase(member.name, normalise(pattern))
    return any(
        _lies_in(member.path, place) or matches(member.path, place)
        for place in _places(pattern, folder)
    )


def _lies_in(path: str, folder: str) -> bool:
    return folder == "." or f"{path}/".startswith(f"{folder}/")


def _places(pattern: str, folder: str) -> set[str]:
    """The folder a pattern means: seen from where the person stands, or else from the root."""
    here = posixpath.normpath(posixpath.join(folder, pattern))
    if pattern.startswith("."):
        return {here}
    return {here, posixpath.normpath(pattern)}
