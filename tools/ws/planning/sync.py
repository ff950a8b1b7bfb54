"""What `ws sync` changes: dependencies on members point to them, by path and editable."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where
from ws.formats.pyproject_editor import ToPath, edited
from ws.formats.toml_places import line_of
from ws.model.plan import Plan, WriteFile
from ws.model.report import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.manifest import Dependency
    from ws.model.workspace import Member, Workspace


class Stray(NamedTuple):
    """A path dependency on a member that does not say what it should."""

    member: Member
    dependency: Dependency
    path: str
    """Where it should point, relative to the member's folder."""


def plan(workspace: Workspace, members: Sequence[Member]) -> Plan:
    """The edits that bring every path dependency of `members` on a member into shape."""
    writes = []
    for member in members:
        strays = tuple(_strays(workspace, member))
        if strays:
            edits = [ToPath(stray.dependency.keys, stray.path) for stray in strays]
            path = member.file("pyproject.toml")
            before = member.manifest.text
            write = WriteFile(
                member=member.name,
                path=path,
                before=before,
                after=edited(before, edits, path),
                reason=", ".join(f"{stray.dependency.name} → {stray.path}" for stray in strays),
            )
            writes.append(write)
    return Plan("sync", tuple(writes))


def findings(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    """The same, as findings of a check."""
    return tuple(_finding(stray) for member in members for stray in _strays(workspace, member))


def beyond_repair(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    """Path dependencies that leave the workspace and name no member: these a person must mend."""
    known = workspace.by_name
    return tuple(
        _leaving(member, dependency, dependency.path)
        for member in members
        for dependency in member.manifest.dependencies
        if dependency.path is not None and dependency.name not in known
        if _leaves_root(posixpath.join(member.path, dependency.path))
    )


def _leaves_root(path: str) -> bool:
    normal = posixpath.normpath(path)
    return normal == ".." or normal.startswith(("/", "../"))


def _leaving(member: Member, dependency: Dependency, path: str) -> Finding:
    return Finding(
        rule="sync/outside-root",
        severity="error",
        message=f'{dependency.name} points to "{path}", outside the workspace, and is no member',
        where=_where(member, dependency),
        member=member.name,
        hint="move the package into the workspace, or depend on a published version of it",
    )


def _where(member: Member, dependency: Dependency) -> Where:
    line = line_of(member.manifest.text, *dependency.keys)
    return Where(member.file("pyproject.toml"), line)


def _strays(workspace: Workspace, member: Member) -> list[Stray]:
    known = workspace.by_name
    return [
        Stray(member, dependency, path)
        for dependency in member.manifest.dependencies
        if dependency.path is not None and dependency.name in known
        for path in [posixpath.relpath(known[dependency.name].path, member.path)]
        if not (dependency.develop and posixpath.normpath(dependency.path) == path)
    ]


def _finding(stray: Stray) -> Finding:
    member, dependency, path = stray
    table = ".".join([key for key in dependency.keys if isinstance(key, str)][:-1])
    if posixpath.normpath(dependency.path or "") == path:
        rule, wrong = "sync/develop", "is not editable (develop = true is missing)"
    else:
        rule, wrong = "sync/path", f'points to "{dependency.path}", not to "{path}"'
    return Finding(
        rule=rule,
        severity="error",
        message=f"{dependency.name} in [{table}] {wrong}",
        where=_where(member, dependency),
        member=member.name,
        hint=f"ws sync --filter {member.name}",
    )
