"""`ws sync`: path dependencies on members point to them, editable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.plan import Mode
from ws.model.report import Report
from ws.planning import sync

if TYPE_CHECKING:
    from ws.commands.context import Context


def run(context: Context, mode: Mode) -> Report:
    """Rewrite the manifests that need it, or say what would change."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    beyond = sync.beyond_repair(workspace, members)
    fine = () if beyond else ("sync: every path dependency is as it should be",)
    if mode is Mode.CHECK:
        findings = (*sync.findings(workspace, members), *beyond)
        return Report("sync", findings=findings, notes=() if findings else fine)
    plan = sync.plan(workspace, members)
    if mode is Mode.DIFF:
        return Report("sync", findings=beyond, diff=plan.diff())
    if plan.is_empty:
        return Report("sync", findings=beyond, notes=fine)
    from ws.commands.work import carry_out  # costs start-up; checks do without

    next_step = "run `ws lock`: their locks are stale now"
    return carry_out(context, workspace, plan, findings=beyond, next_step=next_step)
