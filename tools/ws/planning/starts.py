"""New locks for members from starts that somebody has thought out: aligned ones, merged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.plan import Relock
from ws.planning.held_paths import held
from ws.planning.seeds import seeds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.workspace import Workspace


def relocks(
    workspace: Workspace,
    starts: Mapping[str, bytes],
    locks: Mapping[str, bytes | None],
    reasons: Mapping[str, str],
) -> tuple[Relock, ...]:
    """An action for each member that `starts` has a lock for to start from, in member order.

    `locks` has what their locks say now, `reasons` why they change, both by member name. What is
    in none of the two comes from the locks of other members, as always.
    """
    before = workspace.graph.before()
    return tuple(
        Relock(
            member=member.name,
            folder=member.path,
            reason=reasons[member.name],
            before=locks[member.name],
            start=starts[member.name],
            seeds=seeds(workspace, member),
            paths=held(member),
            after=before[member.name],
        )
        for member in workspace.members
        if member.name in starts
    )
