"""Whether each lock still belongs to its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.errors import Where
from ws.formats.content_hash import content_hash
from ws.formats.lock import LockUnreadableError, read_header
from ws.model.report import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.lock import LockHeader
    from ws.model.workspace import Member

UNREADABLE = "lock/unreadable"
"""The rule of what Poetry cannot mend, since it cannot read it either."""


def findings(members: Sequence[Member], locks: Mapping[str, bytes | None]) -> tuple[Finding, ...]:
    """One finding for each member whose lock is missing, unreadable, or of another manifest."""
    found = (_finding(member, locks[member.name]) for member in members)
    return tuple(finding for finding in found if finding is not None)


def _finding(member: Member, lock: bytes | None) -> Finding | None:
    if lock is None:
        return _drift(member, "lock/missing", "there is no poetry.lock")
    try:
        header = read_header(lock)
    except LockUnreadableError as error:
        path = member.file("poetry.lock")
        hint = f"git checkout -- {path} (or delete it), then ws lock"
        if error.merge:
            hint = f"take either side (git checkout --ours {path}), then ws lock"
        return _drift(member, UNREADABLE, f"the lock cannot be read: {error}", hint=hint)
    if header.content_hash in _fresh_hashes(member, header):
        return None
    message = (
        f"the lock is stale: {member.file('pyproject.toml')} has changed its dependencies, groups,"
        " extras or sources since it was locked"
    )
    return _drift(member, "lock/content-hash", message, header.content_hash_line)


def _fresh_hashes(member: Member, header: LockHeader) -> set[str]:
    """The hashes that Poetry takes for fresh, given which Poetry wrote the lock."""
    document = member.manifest.document
    fresh = {content_hash(document)}
    if header.writer is not None and header.writer < (2, 3):
        fresh.add(content_hash(document, dependency_groups=False))
    return fresh


def _drift(
    member: Member, rule: str, message: str, line: int | None = None, hint: str = ""
) -> Finding:
    return Finding(
        rule=rule,
        severity="error",
        message=message,
        where=Where(member.file("poetry.lock"), line),
        member=member.name,
        hint=hint or f"ws lock --filter {member.name}",
    )
