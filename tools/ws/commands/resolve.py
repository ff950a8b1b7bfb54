"""`ws lock --resolve-conflicts`: locks that a git merge left with conflict markers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.files.store import Store
from ws.formats.conflicts import ConflictError
from ws.model.plan import Mode, Plan
from ws.model.report import Outcome, Report
from ws.planning import resolve
from ws.planning.starts import relocks

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.workspace import Workspace


def run(context: Context, mode: Mode, *, jobs: str | None = None) -> Report:
    """Rebuild such locks from the manifests in the tree, with our versions, then theirs."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    found = resolve.findings(members, read_locks(Store(workspace.root), members))
    if not found:
        return Report("lock", notes=("lock: no lock has conflict markers",))
    if mode is Mode.CHECK:
        return Report("lock", findings=found)
    from ws.commands.relocking import relock  # costs start-up; checks do without
    from ws.commands.work import Decision

    def decide(now: Workspace) -> Decision:
        return Decision(_plan(context, now), next_step="git add them: they are resolved")

    return relock(context, decide, jobs=jobs, dry=mode is Mode.DIFF)


def _plan(context: Context, workspace: Workspace) -> Plan:
    members = context.chosen(workspace)
    locks = read_locks(Store(workspace.root), members)
    starts: dict[str, bytes] = {}
    failed: list[Outcome] = []
    for name in (finding.member for finding in resolve.findings(members, locks)):
        assert name is not None
        try:
            starts[name] = resolve.start(locks[name] or b"")
        except ConflictError as error:
            path = workspace.by_name[name].file("poetry.lock")
            remedy = f"git checkout --merge {path} makes it anew, or delete it; then ws lock"
            reason = f"{path}:{error.line}: {error}; {remedy}"
            failed.append(Outcome(name, "lock", "failed", reason))
    reasons = dict.fromkeys(starts, "conflict markers")
    return Plan("lock", relocks(workspace, starts, locks, reasons), tuple(failed))
