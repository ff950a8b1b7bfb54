"""`ws sync`: path dependencies on members point to them, editable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.plan import Mode
from ws.model.report import Report
from ws.planning import sync

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.plan import Plan
    from ws.model.report import Finding
    from ws.model.workspace import Workspace


def run(context: Context, mode: Mode) -> Report:
    """Rewrite the manifests that need it, or say what would change."""
    workspace = context.workspace()
    plan, beyond, _ = _decide(context, workspace)
    fine = () if beyond else ("sync: every path dependency is as it should be",)
    if mode is Mode.CHECK:
        findings = (*sync.findings(workspace, context.chosen(workspace)), *beyond)
        return Report("sync", findings=findings, notes=() if findings else fine)
    if mode is Mode.DIFF:
        return Report("sync", findings=beyond, diff=plan.diff())
    if plan.is_empty:
        return Report("sync", findings=beyond, notes=fine)
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    def decide(now: Workspace) -> Decision:
        return Decision(*_decide(context, now))

    return carry_out(context, decide)


def _decide(context: Context, workspace: Workspace) -> tuple[Plan, tuple[Finding, ...], str]:
    members = context.chosen(workspace)
    next_step = "run `ws lock`: their locks are stale now"
    return sync.plan(workspace, members), sync.beyond_repair(workspace, members), next_step
