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


def run(context: Context, mode: Mode, *, every: bool = False, jobs: str | None = None) -> Report:
    """Lock the members whose lock does not fit (`every`: all), or say which those are."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    drift = lock_drift.findings(members, read_locks(Store(workspace.root), members))
    if mode is Mode.CHECK:
        fine = () if drift else (f"lock: {len(members)} locks fit their manifests",)
        return Report("lock", findings=drift, notes=fine)
    plan = lock.plan(workspace, members, drift, every=every)
    if mode is Mode.DIFF:
        return Report("lock", diff=plan.diff())
    from ws.commands.work import carry_out  # costs start-up; checks do without

    return carry_out(context, workspace, plan, jobs=jobs)
