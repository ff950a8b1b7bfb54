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
        stale = {finding.member for finding in found}  # those need no closer look
        fresh = [member for member in members if member.name not in stale]
        found += drift(workspace, fresh, deep=True)
    return Decision(lock.plan(workspace, members, found, locks, wishes))
