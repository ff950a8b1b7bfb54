"""`ws sync`: path dependencies on members point to them, editable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.work import carry_out
from ws.model.plan import Mode
from ws.model.report import Report
from ws.planning import sync

if TYPE_CHECKING:
    from ws.commands.context import Context


def run(context: Context, mode: Mode) -> Report:
    """Rewrite the manifests that need it, or say what would change."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    findings = sync.findings(workspace, members)
    if mode is Mode.CHECK:
        return Report("sync", findings=findings)
    plan = sync.plan(workspace, members)
    if mode is Mode.DIFF:
        return Report("sync", diff=plan.diff())
    if plan.is_empty:
        return Report("sync", notes=("sync: every path dependency is as it should be",))
    return carry_out(context, workspace, plan, next_step="run `ws lock`: their locks are stale now")
