"""What `ws lock` runs: Poetry, for the members whose lock does not fit, dependencies first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.plan import Plan, RunTool
from ws.model.report import Outcome
from ws.planning.lock_drift import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace


def plan(
    workspace: Workspace,
    members: Sequence[Member],
    drift: Sequence[Finding],
    *,
    every: bool = False,
) -> Plan:
    """`poetry lock` for those of `members` that `drift` names, or for all of them (`every`)."""
    found = {finding.member: finding for finding in drift}
    before = workspace.graph.before()
    actions = []
    settled = []
    for member in members:
        finding = found.get(member.name)
        if finding is None and not every:
            settled.append(Outcome(member.name, "lock", "skipped", "up to date"))
        elif finding is not None and finding.rule == UNREADABLE:
            reason = f"{finding.message}; {finding.hint}"
            settled.append(Outcome(member.name, "lock", "failed", reason))
        else:
            reason = finding.rule if finding else "asked for"
            actions.append(_lock(member, reason, before[member.name]))
    return Plan("lock", tuple(actions), tuple(settled))


def _lock(member: Member, reason: str, after: tuple[str, ...]) -> RunTool:
    return RunTool(
        member=member.name,
        tool="poetry",
        args=("lock",),
        folder=member.path,
        reason=reason,
        after=after,
        restores=member.file("poetry.lock"),
    )
