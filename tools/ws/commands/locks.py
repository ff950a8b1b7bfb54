"""Whole locks of members, for the commands that ask them something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.errors import Where, WorkError, WsError, raise_all
from ws.files.store import Store
from ws.formats.lock import LockUnreadableError, read_lock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.lock import Lock
    from ws.model.workspace import Member, Workspace


def whole_locks(workspace: Workspace, members: Sequence[Member]) -> dict[str, Lock]:
    """The lock of each member that has one, by member name, in their order.

    Raises `WorkError` (or `Faults`) for all that cannot be read.
    """
    locks: dict[str, Lock] = {}
    faults: list[WsError] = []
    texts = read_locks(Store(workspace.root), members)
    for member in members:
        text = texts[member.name]
        try:
            if text is not None:
                locks[member.name] = read_lock(text)
        except LockUnreadableError as error:
            faults.append(_unreadable(member, error))
    raise_all(faults)
    return locks


def missing(member: Member) -> WorkError:
    """The fault of a lock that is needed and is not there."""
    return WorkError(
        "there is no poetry.lock",
        rule="lock/missing",
        where=Where(member.file("poetry.lock")),
        hint=f"ws lock --filter {member.name}",
        member=member.name,
    )


def _unreadable(member: Member, error: LockUnreadableError) -> WorkError:
    path = member.file("poetry.lock")
    hint = f"git checkout -- {path} (or delete it), then ws lock"
    if error.merge:
        hint = f"ws lock --resolve-conflicts --filter {member.name}"
    return WorkError(
        f"the lock cannot be read: {error}",
        rule="lock/unreadable",
        where=Where(path, error.line),
        hint=hint,
        member=member.name,
    )
