"""What `ws lock` runs: Poetry, for the members whose lock does not fit, dependencies first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.plan import Plan, RunTool
from ws.model.report import Outcome

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
    reasons = {finding.member: finding.rule for finding in drift}
    graph = workspace.graph
    before = graph.before()
    actions = []
    settled = []
    for member in members:
        if member.name not in reasons and not every:
            settled.append(Outcome(member.name, "lock", "skipped", "up to date"))
            continue
        actions.append(
            RunTool(
                member=member.name,
                tool="poetry",
                args=("lock",),
                folder=member.path,
                reason=reasons.get(member.name, "asked for"),
                after=before[member.name],
                restores=member.file("poetry.lock"),
            )
        )
    return Plan("lock", tuple(actions), tuple(settled))
