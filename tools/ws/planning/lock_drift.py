"""Whether each lock is what `poetry lock` would leave as it is, and if not, why."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import Where
from ws.formats.content_hash import content_hash
from ws.model.report import Finding
from ws.planning.path_drift import Difference, PathPackage, Renderer, differences, folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ws.model.lock import LockedPackage, LockFacts, LockHeader
    from ws.model.report import Severity
    from ws.model.workspace import Member, Workspace

UNREADABLE = "lock/unreadable"
"""The rule of what Poetry cannot mend, since it cannot read it either."""


class Locks(NamedTuple):
    """What is known of the locks of some members, and of what these depend on by path."""

    facts: Mapping[str, LockFacts | None]
    """By member name; `None` where there is no lock."""
    packages: Mapping[str, PathPackage]
    """Every folder that a lock names, by its path relative to the workspace root."""
    deep: Callable[[Member], Iterable[Finding]] | None = None
    """Looks at every package of a member's lock (`lock_edges`); `None` to do without."""
    remember: Callable[[str, Callable[[], Any]], Any] = lambda _key, compute: compute()
    """Gives what was worked out before under a key, or works it out: plain data, by content."""


class Cause(NamedTuple):
    """Why a lock does not fit."""

    finding: Finding
    package: str = ""
    """The path dependency that it is about; empty for the member itself and its lock."""


def findings(workspace: Workspace, members: Sequence[Member], locks: Locks) -> tuple[Finding, ...]:
    """All that is wrong with the locks of `members`, but for the rules that nobody wants to hear.

    These are named in `[lock] ignore`, in full or by a glob.
    """
    return tuple(cause.finding for cause in causes(workspace, members, locks))


def causes(workspace: Workspace, members: Sequence[Member], locks: Locks) -> tuple[Cause, ...]:
    """The same, with the path dependency that each is about."""
    renderer = Renderer(workspace.root, locks.remember)
    ignored = workspace.settings.lock.ignore
    return tuple(
        cause
        for member in members
        for cause in _member(member, locks, renderer)
        if not any(fnmatchcase(cause.finding.rule, glob) for glob in ignored)
    )


def _member(member: Member, locks: Locks, renderer: Renderer) -> Iterator[Cause]:
    facts = locks.facts[member.name]
    if facts is None:
        yield Cause(_finding(member, "lock/missing", "there is no poetry.lock"))
    elif facts.header is None:
        yield Cause(_unreadable(member, facts))
    else:
        if reason := _refused(member):
            yield Cause(_cannot_lock(member, reason))
        yield from map(Cause, _stale(member, facts.header))
        yield from _paths(member, facts.entries, facts.header, locks, renderer)
        if locks.deep is not None:
            yield from map(Cause, locks.deep(member))


def remedy(path: str) -> str:
    """What to do about a lock that Poetry cannot read either."""
    return f"git checkout -- {path} (or delete it), then ws lock"


def _unreadable(member: Member, facts: LockFacts) -> Finding:
    hint = remedy(member.file("poetry.lock"))
    if facts.merge:
        hint = f"ws lock --resolve-conflicts --filter {member.name}"
    reason = f"the lock cannot be read: {facts.unreadable}"
    return _finding(member, UNREADABLE, reason, facts.unreadable_line, hint=hint)


def _stale(member: Member, header: LockHeader) -> Iterator[Finding]:
    if header.content_hash not in _fresh_hashes(member, header):
        manifest = member.file("pyproject.toml")
        yield _finding(
            member,
            "lock/content-hash",
            f"the lock is stale: {manifest} has changed its dependencies, groups, extras or sources"
            " since it was locked",
            header.content_hash_line,
            also=_dependencies_of(member),
        )


def _dependencies_of(member: Member) -> Where:
    """Where the dependencies of a member begin, of which something has changed."""
    from ws.formats.toml_places import line_of  # costs start-up; only a fault needs it
    from ws.planning.declared import keys_of

    keys = keys_of(member.manifest.document, "dependencies")
    line = line_of(member.manifest.text, *keys) if keys else None
    return Where(member.file("pyproject.toml"), line)


def _refused(member: Member) -> str:
    """Why Poetry locks no such member, whatever is in its lock (`Factory.validate`)."""
    project = member.manifest.document.get("project", {})
    if member.manifest.version or "version" not in project.get("dynamic", ()):
        return ""
    return "its version is dynamic, and [tool.poetry] has none"


def _cannot_lock(member: Member, reason: str) -> Finding:
    return _finding(
        member,
        "lock/cannot-tell",
        f"Poetry does not lock it: {reason}",
        severity="warning",
        hint="give it a version under [tool.poetry], or take it out of the members",
        also=Where(member.file("pyproject.toml")),
    )


def _fresh_hashes(member: Member, header: LockHeader) -> set[str]:
    """The hashes that Poetry takes for fresh, given which Poetry wrote the lock."""
    document = member.manifest.document
    fresh = {content_hash(document)}
    if header.writer is not None and header.writer < (2, 3):
        fresh.add(content_hash(document, dependency_groups=False))
    return fresh


def _paths(
    member: Member,
    entries: Sequence[LockedPackage],
    header: LockHeader,
    locks: Locks,
    renderer: Renderer,
) -> Iterator[Cause]:
    modern = header.lock_version == "2.1"
    for entry in entries:
        package = locks.packages[folder_of(member, entry)]
        if package.document is None:
            yield Cause(_absent(member, entry, package), entry.name)
            continue
        found = differences(member, entry, entries, package, renderer, modern=modern)
        for field, several in groupby(found, key=lambda difference: difference.field):
            finding = _difference(member, entry, package, field, tuple(several))
            yield Cause(finding, entry.name)


def _absent(member: Member, entry: LockedPackage, package: PathPackage) -> Finding:
    line = entry.lines.get("source.url", entry.line)
    if package.is_built:
        reason = "its metadata is only known when it is built"
        return _cannot_tell(member, entry, package, reason, line)
    reason = f"its path dependency {entry.name} should lie in {package.path}: {package.problem}"
    hint = f"put it back, or correct the path (ws sync), then ws lock --filter {member.name}"
    return _finding(member, "lock/path-missing", reason, line, hint=hint)


def _difference(
    member: Member,
    entry: LockedPackage,
    package: PathPackage,
    field: str,
    several: Sequence[Difference],
) -> Finding:
    first = several[0]
    if field == "cannot-tell":
        return _cannot_tell(member, entry, package, str(first.declared), entry.line)
    line = _line(entry, first)
    from ws.planning.drift_message import drift_message  # costs start-up; only a fault needs it

    message = drift_message(entry.name, package.manifest, several)
    also = None if field in ("develop", "url") else _declared(package, first)
    return _finding(member, "lock/path-dependency", message, line, also=also)


def _cannot_tell(
    member: Member, entry: LockedPackage, package: PathPackage, reason: str, line: int | None
) -> Finding:
    return _finding(
        member,
        "lock/cannot-tell",
        f"whether the lock fits {entry.name} in {package.path} cannot be told: {reason}",
        line,
        severity="warning",
        hint=f"ws lock --filter {member.name} asks Poetry",
    )


def _line(entry: LockedPackage, difference: Difference) -> int | None:
    """Where in the lock the value stands that differs, or what it should stand in."""
    key = {"python": "python-versions", "url": "source.url"}.get(difference.field, difference.field)
    places = (f"{key}.{difference.name}", key)
    return next((entry.lines[place] for place in places if place in entry.lines), entry.line)


def _declared(package: PathPackage, difference: Difference) -> Where:
    """Where in the manifest the value stands that differs."""
    from ws.formats.toml_places import line_of  # costs start-up; only a fault needs it
    from ws.planning.declared import keys_of

    keys = keys_of(package.document or {}, difference.field, difference.name)
    return Where(package.manifest, line_of(package.text, *keys) if keys else None)


def _finding(
    member: Member,
    rule: str,
    message: str,
    line: int | None = None,
    *,
    severity: Severity = "error",
    hint: str = "",
    also: Where | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        where=Where(member.file("poetry.lock"), line),
        member=member.name,
        hint=hint or f"ws lock --filter {member.name}",
        also=also,
    )
