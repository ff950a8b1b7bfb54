"""Which locks have drifted from their manifests: facts from the disk, then the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.files.cache import Cache
from ws.files.locks import lock_facts
from ws.files.packages import packages
from ws.planning import lock_drift

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace


def drift(
    workspace: Workspace, members: Sequence[Member], *, deep: bool = False
) -> tuple[Finding, ...]:
    """All that is wrong with the locks of `members`; `deep` looks at every package in them."""
    return tuple(cause.finding for cause in causes(workspace, members, deep=deep)[0])


def causes(
    workspace: Workspace, members: Sequence[Member], *, deep: bool = False
) -> tuple[tuple[lock_drift.Cause, ...], lock_drift.Locks]:
    """The same with the path dependency that each is about, and what is known of the locks."""
    with Cache(workspace.root, "locks") as cache:
        facts = lock_facts(workspace.root, members, cache)
        known = packages(workspace, members, facts)
        look = _Deep(workspace, cache) if deep else None
        locks = lock_drift.Locks(facts, known, look, cache.by_content)
        return lock_drift.causes(workspace, members, locks), locks


class _Deep:
    """Looks at every package of a lock, unless nothing has changed since all was well."""

    def __init__(self, workspace: Workspace, cache: Cache) -> None:
        self._root = workspace.root
        self._cache = cache

    def __call__(self, member: Member) -> Iterable[Finding]:
        digests = map(
            self._cache.digest, (member.file("poetry.lock"), member.file("pyproject.toml"))
        )
        key = f"deep {member.path} {' '.join(digests)}"
        fine = self._cache.by_content(key, lambda: not self._findings(member))
        return () if fine else self._findings(member)

    def _findings(self, member: Member) -> tuple[Finding, ...]:
        from ws.planning import lock_edges  # costs start-up; only what is new needs it

        return tuple(
            lock_edges.findings(member, (self._root / member.file("poetry.lock")).read_bytes())
        )
