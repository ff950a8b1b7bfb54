"""`ws install`: an environment for every member, in parallel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.context import read_locks
from ws.commands.drift import drift
from ws.commands.work import Decision, carry_out
from ws.files.store import Store
from ws.planning import install

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.report import Report
    from ws.model.workspace import Workspace


def run(
    context: Context, groups: install.Groups, *, sync: bool = False, jobs: str | None = None
) -> Report:
    """Run `poetry install` (or `poetry sync`) for every chosen member into its own `.venv`."""
    context.chosen(context.workspace())  # what is wrong with these is told before any file is made

    def decide(workspace: Workspace) -> Decision:
        members = context.chosen(workspace)
        refused, tolerated = install.judged(drift(workspace, members))
        locks = read_locks(Store(workspace.root), members)
        return Decision(install.plan(members, refused, locks, groups, sync=sync), tolerated)

    return carry_out(context, decide, jobs=jobs)
