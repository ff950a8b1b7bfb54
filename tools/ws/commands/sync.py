"""`ws sync`: manifests in one shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.formats.pyproject_editor import describe
from ws.model.plan import Mode
from ws.model.report import Report
from ws.planning import sync

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.workspace import Workspace
    from ws.planning.change import Change


def run(context: Context, mode: Mode, *, explain: bool = False) -> Report:
    """Rewrite the manifests that need it; or say what would change, or (`explain`) why."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    changes = sync.changes(workspace, members)
    if explain:
        return Report("sync", text=_explained(changes), data=_data(changes), notes=_fine(changes))
    if mode is Mode.CHECK:
        findings = tuple(change.finding() for change in changes)
        return Report("sync", findings=findings, notes=_fine(changes))
    plan = sync.plan(changes)
    beyond = sync.beyond_repair(changes)
    if mode is Mode.DIFF:
        return Report("sync", findings=beyond, diff=plan.diff())
    if plan.is_empty:
        return Report("sync", findings=beyond, notes=_fine(changes))
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without

    def decide(now: Workspace) -> Decision:
        changes = sync.changes(now, context.chosen(now))
        next_step = "run `ws lock`: their locks are stale now"
        return Decision(sync.plan(changes), sync.beyond_repair(changes), next_step)

    return carry_out(context, decide)


def _fine(changes: Sequence[Change]) -> tuple[str, ...]:
    return () if changes else ("sync: every manifest is as it should be",)


def _explained(changes: Sequence[Change]) -> str:
    """Each member with what sync does to it and why."""
    lines: list[str] = []
    for change in changes:
        head = f"{change.member.name} ({change.member.file('pyproject.toml')})"
        lines += [] if head in lines else [head]
        lines.append(f"  {change.rule}: {change.message}")
        lines += [f"    → {edit}" for edit in map(describe, change.edits)]
        lines += [] if change.edits else [f"    → yours to mend: {change.hint}"]
    return "".join(f"{line}\n" for line in lines)


def _data(changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "changes": [
            {
                "member": change.member.name,
                "rule": change.rule,
                "message": change.message,
                "edits": [describe(edit) for edit in change.edits],
            }
            for change in changes
        ]
    }
