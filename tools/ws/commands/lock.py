"""`ws lock`: locks that belong to their manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.files.store import Store
from ws.model.plan import Mode
from ws.model.report import Report
from ws.planning import lock, lock_drift

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.workspace import Workspace


def run(context: Context, mode: Mode, *, every: bool = False, jobs: str | None = None) -> Report:
    """Lock the members whose lock does not fit (`every`: all), or say which those are."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    drift = lock_drift.findings(members, read_locks(Store(workspace.root), members))
    if mode is Mode.CHECK:
        fine = () if drift else (f"lock: {len(members)} locks fit their manifests",)
        return Report("lock", findings=drift, notes=fine)
    if mode is Mode.DIFF:
        return Report("lock", diff=lock.plan(workspace, members, drift, every=every).diff())
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    def decide(now: Workspace) -> Decision:
        members = context.chosen(now)
        drift = lock_drift.findings(members, read_locks(Store(now.root), members))
        return Decision(lock.plan(now, members, drift, every=every))

    return carry_out(context, decide, jobs=jobs)
