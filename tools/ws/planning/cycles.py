"""Cycles among members: Poetry locks and installs them, so they are worth a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.errors import Where
from ws.model.report import Finding

if TYPE_CHECKING:
    from ws.model.workspace import Workspace


def findings(workspace: Workspace) -> tuple[Finding, ...]:
    """A warning for each cycle through main dependencies, with the cycle printed."""
    by_name = workspace.by_name
    return tuple(
        Finding(
            rule="graph/cycle",
            severity="warning",
            message=f"these members depend on each other: {' → '.join((*cycle, cycle[0]))}",
            where=Where(by_name[cycle[0]].file("pyproject.toml")),
            member=cycle[0],
            hint="move what they share into a member of its own, or one edge into a group",
        )
        for cycle in workspace.graph.cycles()
    )
