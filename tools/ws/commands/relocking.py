"""Making new locks, and telling what has changed in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.commands.work import carry_out
from ws.model.plan import Plan
from ws.planning import lock_changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.commands.context import Context
    from ws.commands.work import Decision
    from ws.model.report import Report
    from ws.model.workspace import Workspace


def relock(
    context: Context,
    decide: Callable[[Workspace], Decision],
    *,
    jobs: str | None = None,
    dry: bool = False,
) -> Report:
    """Carry out a plan of new locks, and report what changed in each.

    With `dry` the locks are solved all the same, but not written: the report has their diffs.
    """
    report = carry_out(context, decide, jobs=jobs, dry=dry)
    writes = [outcome.wrote for outcome in report.outcomes if outcome.wrote is not None]
    found = {
        write.member: lock_changes.changes(
            None if write.before is None else write.before.encode(), write.after.encode()
        )
        for write in writes
    }
    told = lock_changes.told(found)
    data = {
        **report.data,
        "changes": {member: lock_changes.data(several) for member, several in found.items()},
    }
    if not dry:
        return replace(report, text=told, data=data)
    failed = any(outcome.status == "failed" for outcome in report.outcomes)
    nothing = () if writes or failed else ("lock: no lock would change",)
    return replace(
        report,
        outcomes=tuple(outcome for outcome in report.outcomes if outcome.status != "done"),
        diff=Plan("lock", tuple(writes)).diff(),
        data=data,
        notes=(*told.splitlines(), *nothing, *report.notes),
    )
