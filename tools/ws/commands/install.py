"""`ws install`: an environment for every member, in parallel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands.context import jobs_from
from ws.commands.drift import causes
from ws.commands.environments import needs, own_environments
from ws.errors import UsageError
from ws.files.store import Store
from ws.model.plan import Supply
from ws.model.report import Report
from ws.planning import cycles, install, pythons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.commands.work import Decision
    from ws.model.plan import Plan
    from ws.model.report import Finding, Outcome
    from ws.model.workspace import Workspace

_NEXT = "poetry -C <member> run <program>, or . <member>/.venv/bin/activate"
_NEXT_OF_ONE = ".venv/bin/<program>, or . .venv/bin/activate"
_AGAIN = "mend what failed, then `ws install` again: it goes on from there"
_ON = "`ws install` again: it goes on from there"


class _Decided(NamedTuple):
    plan: Plan
    refusing: tuple[Finding, ...]
    """Why members are not installed; their outcomes say it, too."""
    findings: tuple[Finding, ...]
    """What a person must know besides."""


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
        return _checked(decided, install.said(wishes))
    if decided.plan.is_empty:  # nobody need be waited for, and no Poetry be looked for
        return _idle(context, workspace, decided)
    from ws.commands.work import Decision, carry_out  # costs start-up; checks do without
    from ws.files.venvs import sweep
    from ws.planning import went_on

    def decide(now: Workspace) -> Decision:
        plan, _, findings = _decided(context, now, wishes)
        return Decision(plan, findings)

    try:
        report = carry_out(context, decide, jobs=jobs, supply=wishes.supply)
    finally:
        sweep(Store(workspace.root))
    without = went_on.notes(report.outcomes, workspace.graph)
    report = replace(report, outcomes=went_on.noted(report.outcomes, workspace.graph))
    from ws.commands import faster  # costs start-up, as above

    engine = wishes.engine or workspace.settings.install_engine
    hint = faster.notes(report.outcomes, engine, context.environ)
    notes = (*hint, *without, f"next: {_next(report.outcomes, one=workspace.settings.one_venv)}")
    return replace(report, data=_data(report.outcomes), notes=(*report.notes, *notes))


def _next(outcomes: Sequence[Outcome], *, one: bool) -> str:
    ends = {outcome.status for outcome in outcomes}
    if "failed" in ends:
        return _AGAIN
    return _ON if "aborted" in ends else _NEXT_OF_ONE if one else _NEXT


def supply(context: Context, *, offline: bool, wheelhouses: Sequence[str]) -> Supply:
    """Where packages come from; folders are relative to the caller's. Raises `UsageError`."""
    folders = [context.cwd / folder for folder in wheelhouses]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                f"--wheelhouse {folder}: there is no such folder",
                rule="usage/wheelhouse",
                hint="name a folder that holds wheels and sdists; pip download -d DIR fills one",
            )
    return Supply(offline, tuple(str(folder.resolve()) for folder in folders))


def _decided(context: Context, workspace: Workspace, wishes: install.Wishes) -> _Decided:
    members = context.chosen(workspace)
    one = workspace.settings.one_venv
    install.check_usage(members, wishes, some_of_one=one and bool(context.filters))
    found, locks = causes(workspace, members)
    refusing, tolerated = install.judged([cause.finding for cause in found], frozen=wishes.frozen)
    settled = install.refused(members, refusing, wishes)
    out = {outcome.member for outcome in settled}
    asked = [
        install.Asked(member, options, pythons.wanted(wishes.python, member, workspace.settings))
        for member in members
        if member.name not in out and (options := install.asked(member, wishes))
    ]
    lacking = needs(workspace, asked, locks, context.environ, reinstall=wishes.reinstall)
    idle = [each for each in asked if each.member.name not in lacking]
    findings = (*tolerated, *own_environments(workspace, members))
    verified = [install.verification(each, workspace.venv(each.member)) for each in idle]
    if not wishes.verify:
        verified, settled = [], (*settled, *install.fresh([each.member for each in idle]))
    if not lacking:
        return _Decided(install.plan([], settled, verified), refusing, findings)
    from ws.commands.install_tasks import prepared  # costs start-up

    worked_on = [each for each in asked if each.member.name in lacking]
    tasks, failed, conflicts = prepared(context, workspace, worked_on, lacking, wishes)
    plan = install.plan(tasks, (*settled, *failed), verified)
    refusing += () if conflicts else install.impossible(failed)
    return _Decided(plan, refusing, (*findings, *conflicts))


def _checked(decided: _Decided, options: Sequence[str]) -> Report:
    stale = install.findings(decided.plan, options)
    findings = (*decided.refusing, *decided.findings, *stale)
    fine = () if findings else ("install: every environment is as it should be",)
    return Report("install", findings=findings, notes=fine)


def _idle(context: Context, workspace: Workspace, decided: _Decided) -> Report:
    observer = context.observer()
    observer.planned(decided.plan)
    observer.ended()
    findings = (*cycles.findings(workspace), *decided.findings)
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
