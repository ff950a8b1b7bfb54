"""`ws install`: an environment for every member, in parallel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands.context import jobs_from, read_locks
from ws.commands.drift import causes
from ws.commands.environments import needs
from ws.files.store import Store
from ws.model.report import Report
from ws.planning import cycles, install

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ws.commands.context import Context
    from ws.commands.work import Decision
    from ws.model.plan import Plan
    from ws.model.report import Finding, Outcome
    from ws.model.workspace import Member, Workspace

_NEXT = "poetry -C <member> run <program>, or . <member>/.venv/bin/activate"
_AGAIN = "mend what failed, then `ws install` again: it goes on from there"


class _Decided(NamedTuple):
    plan: Plan
    refusing: tuple[Finding, ...]
    """Why members are not installed."""
    tolerated: tuple[Finding, ...]


def run(
    context: Context, wishes: install.Wishes, *, check: bool = False, jobs: str | None = None
) -> Report:
    """Run `poetry install` (or `poetry sync`) for every chosen member whose `.venv` needs it.

    With `check`, write nothing, and say for whom that is and why.
    """
    workspace = context.workspace()
    jobs_from(jobs, workspace.settings.install_jobs)
    decided = _decided(context, workspace, wishes)
    if check:
        return _checked(decided)
    if decided.plan.is_empty:  # nobody need be waited for, and no Poetry be looked for
        return _idle(context, workspace, decided)
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without
    from ws.files.venvs import sweep

    def decide(now: Workspace) -> Decision:
        plan, _, tolerated = _decided(context, now, wishes)
        return Decision(plan, tolerated)

    try:
        report = carry_out(context, decide, jobs=jobs)
    finally:
        sweep(Store(workspace.root))
    failed = any(outcome.status in ("failed", "aborted") for outcome in report.outcomes)
    notes = (f"next: {_AGAIN if failed else _NEXT}",)
    return replace(report, data=_data(report.outcomes), notes=(*report.notes, *notes))


def _decided(context: Context, workspace: Workspace, wishes: install.Wishes) -> _Decided:
    members = context.chosen(workspace)
    install.check_usage(members, wishes)
    found, locks = causes(workspace, members)
    refusing, tolerated = install.judged([cause.finding for cause in found], frozen=wishes.frozen)
    settled = install.refused(members, refusing, wishes)
    out = {outcome.member for outcome in settled}
    asked = [
        (member, options)
        for member in members
        if member.name not in out and (options := install.asked(member, wishes))
    ]
    lacking = needs(workspace, asked, locks, reinstall=wishes.reinstall)
    worked_on = [member for member, _ in asked if member.name in lacking]
    texts = read_locks(Store(workspace.root), worked_on)
    choice = _choices(context, workspace, wishes)
    tasks = [
        install.Task(member, *lacking[member.name], text, *choice(member, text, options))
        for member, options in asked
        if member.name in lacking
        for text in [texts[member.name]]
    ]
    idle = [member for member, _ in asked if member.name not in lacking]
    return _Decided(install.plan(tasks, (*settled, *install.fresh(idle))), refusing, tolerated)


def _choices(
    context: Context, workspace: Workspace, wishes: install.Wishes
) -> Callable[[Member, bytes | None, Sequence[str]], tuple[str, str]]:
    """Who installs a member with this lock and these options, and why not the other engine."""
    if (wishes.engine or workspace.settings.install_engine) != "uv":
        return lambda _member, _lock, _options: ("poetry", "")
    from ws.commands import engine  # costs start-up

    return lambda member, lock, options: engine.chosen(
        workspace, member, lock, options, context.environ
    )


def _checked(decided: _Decided) -> Report:
    stale = install.findings(decided.plan)
    findings = (*decided.refusing, *decided.tolerated, *stale)
    fine = () if findings else ("install: every environment is as it should be",)
    return Report("install", findings=findings, notes=fine)


def _idle(context: Context, workspace: Workspace, decided: _Decided) -> Report:
    observer = context.observer()
    observer.planned(decided.plan)
    observer.ended()
    findings = (*cycles.findings(workspace), *decided.tolerated)
    place = {member.name: index for index, member in enumerate(workspace.members)}
    outcomes = sorted(decided.plan.settled, key=lambda outcome: place[outcome.member])
    return Report("install", findings=findings, outcomes=tuple(outcomes), data=_data(outcomes))


def _data(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The table at the end: who did what to which member."""
    return {
        "members": [
            {
                "member": outcome.member,
                "engine": outcome.engine,
                "status": outcome.status,
                "seconds": outcome.seconds,
                **(outcome.counts._asdict() if outcome.counts else {}),
            }
            for outcome in outcomes
        ]
    }
