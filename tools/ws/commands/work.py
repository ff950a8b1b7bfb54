"""Carrying out a plan: what `sync`, `lock` and `install` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.context import jobs_from
from ws.engines import which_poetry
from ws.engines.apply import Powers, Tool, apply
from ws.engines.poetry import Poetry
from ws.engines.process import Processes
from ws.files.store import Store
from ws.model.plan import RunTool
from ws.model.report import Exit, Report
from ws.planning import cycles

if TYPE_CHECKING:
    from ws.commands.context import Context
    from ws.model.plan import Plan
    from ws.model.report import Finding
    from ws.model.workspace import Workspace


def carry_out(
    context: Context,
    workspace: Workspace,
    plan: Plan,
    *,
    jobs: str | None = None,
    findings: tuple[Finding, ...] = (),
    next_step: str = "",
) -> Report:
    """Apply a plan while holding the workspace's lock, and report it in member order.

    Raises `ToolError` before anything is done if a tool that the plan needs is not there.
    """
    store = Store(workspace.root)
    processes = Processes()
    count = jobs_from(jobs, workspace.settings.install_jobs)
    try:
        with store.exclusive(context.note):
            tools = _tools(context, plan, processes)
            powers = Powers(store, processes, tools, context.observer(), count)
            outcomes, interrupted = apply(plan, powers)
    finally:
        processes.stop()
    place = {member.name: index for index, member in enumerate(workspace.members)}
    outcomes = tuple(sorted(outcomes, key=lambda outcome: place[outcome.member]))
    worked = any(outcome.status == "done" for outcome in outcomes)
    return Report(
        plan.command,
        findings=(*cycles.findings(workspace), *findings),
        outcomes=outcomes,
        notes=(f"next: {next_step}",) if next_step and worked else (),
        fault=Exit.INTERRUPTED if interrupted else None,
    )


def _tools(context: Context, plan: Plan, processes: Processes) -> dict[str, Tool]:
    """The tools that the plan's actions run, found and made ready."""
    if not any(isinstance(action, RunTool) for action in plan.actions):
        return {}
    program = which_poetry.locate(context.environ)
    ask_index = not context.environ.get(which_poetry.MIRROR)
    identity = which_poetry.identify(program, context.environ, processes, ask_index=ask_index)
    extra, note = which_poetry.index_environment(identity)
    if note:
        context.note(note)
    environ = which_poetry.child_environment(context.environ) | extra
    return {"poetry": Poetry(program, environ, processes)}
