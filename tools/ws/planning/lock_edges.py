"""Whether a lock holds together: every requirement met, nothing left over, files of its versions.

A lock that `poetry lock` wrote always does. One that was edited, or merged by hand, may not, and
nothing but a new solve would mend it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import ManifestError, Where
from ws.formats import distributions
from ws.formats.lock import LockUnreadableError, read_lock
from ws.model.report import Finding
from ws.planning import lock_graph, lock_places, markers
from ws.planning.lock_drift import remedy
from ws.planning.requirements import own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.model.lock import Lock, LockedPackage
    from ws.model.workspace import Member
    from ws.planning.lock_graph import Edge
    from ws.planning.requirements import Own

_NEVER_LOCKED = ("setuptools", "distribute", "pip", "wheel")
"""What Poetry before 1.9 left out of its locks (`Provider.UNSAFE_PACKAGES`)."""


class _Whole(NamedTuple):
    """A lock, and what its member and its packages ask for."""

    member: Member
    lock: Lock
    edges: Sequence[Edge]
    packages: Mapping[str, tuple[LockedPackage, ...]]
    asked: Own

    @property
    def has_markers(self) -> bool:
        """Whether the lock says of each package where it is needed."""
        return self.lock.header.lock_version == "2.1"


def findings(member: Member, text: bytes) -> Iterator[Finding]:
    """What does not hold together in a member's lock."""
    try:
        lock = read_lock(text)
        asked = own(member)
    except LockUnreadableError as error:
        message = f"the lock cannot be read: {error}"
        yield replace(
            _finding(member, "lock/unreadable", message, error.line),
            hint=remedy(member.file("poetry.lock")),
        )
        return
    except ManifestError as error:
        yield _cannot_tell(member, error.reason)
        return
    edges = lock_graph.edges(lock, asked.requirements)
    whole = _Whole(member, lock, edges, lock_graph.by_name(lock), asked)
    broken = (*_unsatisfied(whole), *_orphans(whole), *_files(whole))
    yield from broken
    if whole.has_markers and not broken:
        for package, message in lock_places.misplaced(member.name, lock, edges, asked):
            line = package.line if package else None
            yield _finding(member, "lock/inconsistent", message, line)


def _unsatisfied(whole: _Whole) -> Iterator[Finding]:
    seen = set()
    for edge in whole.edges:
        if lock_graph.targets(edge, whole.packages) or _is_void(edge, whole):
            continue
        message = _lacking(edge, whole)
        if message not in seen:
            seen.add(message)
            line = edge.source.line if edge.source else None
            yield _finding(whole.member, "lock/unsatisfied", message, line)


def _lacking(edge: Edge, whole: _Whole) -> str:
    who = f"{edge.source.name} {edge.source.version}" if edge.source else _where(whole.member)
    wanted = edge.target if edge.constraint == "*" else f"{edge.target} ({edge.constraint})"
    held = [package.version for package in whole.packages.get(edge.target, ())]
    has = f"holds {' and '.join(held)}" if held else "does not hold it"
    return f"{who} needs {wanted}, and the lock {has}"


def _where(member: Member) -> str:
    return member.file("pyproject.toml")


def _is_void(edge: Edge, whole: _Whole) -> bool:
    """Whether what an edge asks for is never needed, so that Poetry left it out."""
    if edge.target == whole.member.name:
        return True  # a path dependency that leads back to the member itself
    if edge.source is None and edge.origin == "path":
        return _is_dropped(edge, whole.member) or markers.is_void(edge, whole.asked.python)
    if not whole.has_markers:
        return bool(edge.marker) or edge.target in _NEVER_LOCKED
    return markers.is_void(edge, whole.asked.python)


def _is_dropped(edge: Edge, member: Member) -> bool:
    """Whether Poetry drops a path dependency, since `[project]` wants another version of it.

    That is for `sync/range-excludes-member` to say: locking anew does not mend it.
    """
    return member.manifest.form == "project" and edge.constraint != "*"


def _orphans(whole: _Whole) -> Iterator[Finding]:
    wanted = {
        (package.name, package.version)
        for edge in whole.edges
        for package in (
            lock_graph.targets(edge, whole.packages) or whole.packages.get(edge.target, ())
        )
    }
    for package in whole.lock.packages:
        if (package.name, package.version) not in wanted:
            message = f"nothing needs {package.name} {package.version}, which the lock holds"
            yield _finding(whole.member, "lock/orphan", message, package.line)


def _files(whole: _Whole) -> Iterator[Finding]:
    for package in whole.lock.packages:
        if package.source.get("type", "legacy") != "legacy":
            continue
        files = _file_names(package, whole)
        wrong = [file for file in files if not _is_of(file, package)]
        message = ""
        if not files:
            message = f"the lock has no files of {package.name} {package.version}"
        elif wrong:
            message = f"{wrong[0]} is no file of {package.name} {package.version}"
        if message:
            yield _finding(whole.member, "lock/files", message, package.line)


def _is_of(file: str, package: LockedPackage) -> bool:
    return distributions.is_of(file, package.name, package.version)


def _file_names(package: LockedPackage, whole: _Whole) -> list[str]:
    """The names of a package's files; before lock version 2.0 they stand apart, and together."""
    own = package.table.get("files")
    if own is not None:
        return [file["file"] for file in own]
    apart = whole.lock.document.get("metadata", {}).get("files", {})
    files = [file["file"] for file in apart.get(package.table["name"], ())]
    if len(whole.packages[package.name]) > 1:
        return [file for file in files if _is_of(file, package)]
    return files


def _cannot_tell(member: Member, reason: str) -> Finding:
    return Finding(
        rule="lock/cannot-tell",
        severity="warning",
        message=f"whether every package of the lock is needed cannot be told: {reason}",
        where=Where(member.file("poetry.lock")),
        member=member.name,
        hint=f"ws lock --filter {member.name} asks Poetry",
    )


def _finding(member: Member, rule: str, message: str, line: int | None) -> Finding:
    return Finding(
        rule=rule,
        severity="error",
        message=message,
        where=Where(member.file("poetry.lock"), line),
        member=member.name,
        hint=f"ws lock --filter {member.name}",
    )
