"""Carrying out a plan: what `sync`, `lock` and `install` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.commands import team_poetry
from ws.commands.context import jobs_from
from ws.engines.apply import Powers, apply
from ws.engines.process import Processes
from ws.files.orphans import waited_for
from ws.files.store import Store
from ws.model.plan import INDEXES
from ws.model.report import Exit, Report
from ws.planning import cycles

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.commands.context import Context
    from ws.model.plan import Plan, Supply
    from ws.model.report import Finding
    from ws.model.workspace import Workspace


class Decision(NamedTuple):
    """What is to be done, given the workspace as it is."""

    plan: Plan
    findings: tuple[Finding, ...] = ()
    """What a person must mend, whatever is done."""
    next_step: str = ""
    """What to do after it was done."""


def carry_out(
    context: Context,
    decide: Callable[[Workspace], Decision],
    *,
    jobs: str | None = None,
    dry: bool = False,
    supply: Supply = INDEXES,
) -> Report:
    """Decide and act while holding the workspace's lock; report in member order.

    With `dry`, what a tool makes of a file is told and not written; `supply` is where the packages
    of environments come from. Deciding under the lock means
    that nobody's work is planned from what another `ws`, for which this one waited, has changed
    since. Raises `ToolError` before anything is done if a tool that the plan needs is not there.
    """
    store = Store(context.root())
    processes = Processes()
    observer = context.observer()
    try:
        with (
            store.exclusive(context.note),
            waited_for(store, context.note) as processes.inherited,
        ):
            workspace = context.workspace()
            decision = decide(workspace)
            count = jobs_from(jobs, workspace.settings.install_jobs)
            ready = team_poetry.ready(
                context, decision.plan, workspace, store, processes, dry=dry, supply=supply
            )
            with ready as (tools, relocking):
                powers = Powers(store, processes, tools, observer, count, relocking)
                outcomes, interrupted = apply(decision.plan, powers)
    finally:
        processes.stop()
        observer.ended()
    place = {member.name: index for index, member in enumerate(workspace.members)}
    last = len(place)  # for a member that was made just now
    worked = any(outcome.status == "done" for outcome in outcomes)
    return Report(
        decision.plan.command,
        findings=(*cycles.findings(workspace), *decision.findings),
        outcomes=tuple(sorted(outcomes, key=lambda outcome: place.get(outcome.member, last))),
        notes=(f"next: {decision.next_step}",) if decision.next_step and worked else (),
        fault=Exit.INTERRUPTED if interrupted else None,
    )
