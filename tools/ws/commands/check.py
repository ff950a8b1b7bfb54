"""`ws check`: all checks there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.files.store import Store
from ws.model.report import Report
from ws.planning import cycles, lock_drift, sync

if TYPE_CHECKING:
    from ws.commands.context import Context


def run(context: Context) -> Report:
    """Manifests, path dependencies, locks and cycles of the chosen members."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    names = {member.name for member in members}
    findings = (
        *(finding for finding in cycles.findings(workspace) if finding.member in names),
        *sync.findings(workspace, members),
        *sync.beyond_repair(workspace, members),
        *lock_drift.findings(members, read_locks(Store(workspace.root), members)),
    )
    fine = () if findings else (f"check: {len(members)} members, nothing to complain about",)
    return Report("check", findings=findings, notes=fine)
