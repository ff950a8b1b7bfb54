"""`ws lock`: locks that belong to their manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.drift import drift
from ws.model.plan import Mode
from ws.model.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.commands.work import Decision
    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace
    from ws.planning.lock import Wishes


def run(
    context: Context,
    mode: Mode,
    *,
    wishes: Wishes | None = None,
    deep: bool = False,
    jobs: str | None = None,
) -> Report:
    """Lock the members whose lock does not fit, and those that the wishes add; or check them."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    if mode is Mode.CHECK:
        findings = (*drift(workspace, members, deep=deep), *_skewed(workspace, members))
        fine = () if findings else (f"lock: {len(members)} locks fit their manifests",)
        return Report("lock", findings=findings, notes=fine)
    from ws.commands.relocking import relock  # costs start-up; checks do without

    return relock(
        context, lambda now: _decided(context, now, wishes), jobs=jobs, dry=mode is Mode.DIFF
    )


def _skewed(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    if workspace.settings.lock.skew == "allow":
        return ()
    from ws.commands import skew  # costs start-up; most workspaces do without

    return skew.findings(workspace, members)


def _decided(context: Context, workspace: Workspace, wishes: Wishes | None) -> Decision:
    from ws.commands.context import read_locks
    from ws.commands.work import Decision
    from ws.files.store import Store
    from ws.planning import lock

    wishes = wishes or lock.Wishes()
    members = context.chosen(workspace)
    locks = read_locks(Store(workspace.root), members)
    found = drift(workspace, members)
    if not wishes.all_members:
        stale = {finding.member for finding in found}
        found += _looked_into(workspace, [m for m in members if m.name not in stale])
    return Decision(lock.plan(workspace, members, found, locks, wishes))


def _looked_into(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    """What only a deep check finds in locks in which a plain one found nothing.

    It takes longer than to lock one of them, so it is remembered which of them it has been through:
    what it finds depends on the lock and its manifest alone.
    """
    from functools import partial

    from ws.files.cache import Cache

    ignored = workspace.settings.lock.ignore
    with Cache(workspace.root, "whole-locks") as cache:

        def is_whole(member: Member) -> bool:
            files = (member.file("poetry.lock"), member.file("pyproject.toml"))
            key = " ".join((*map(cache.digest, files), *ignored))
            return bool(cache.by_content(key, partial(_is_whole, workspace, member)))

        suspects = [member for member in members if not is_whole(member)]
    return drift(workspace, suspects, deep=True) if suspects else ()


def _is_whole(workspace: Workspace, member: Member) -> bool:
    return not drift(workspace, [member], deep=True)
