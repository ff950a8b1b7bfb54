"""`ws lock --explain MEMBER`: why a lock has to be made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.drift import causes
from ws.model.report import Report
from ws.planning.lock_reasons import reasons
from ws.planning.select import select
from ws.reporting.json import finding_data
from ws.reporting.reasons import render

if TYPE_CHECKING:
    from ws.commands.context import Context


def run(context: Context, pattern: str) -> Report:
    """Each cause in order, with the way it takes through the graph of path dependencies.

    Raises `UsageError` if the pattern (as of `--filter`) matches no member.
    """
    workspace = context.workspace()
    members = select(workspace, (pattern,))
    found = {
        member.name: reasons(member, *causes(workspace, [member], deep=True)) for member in members
    }
    data = {
        "members": [
            {
                "member": name,
                "causes": [finding_data(r.finding) | {"chain": list(r.chain)} for r in causes],
            }
            for name, causes in found.items()
        ]
    }
    return Report("lock", text=render(found), data=data)
