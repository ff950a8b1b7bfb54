"""Plan to outcomes: does what a plan says, and nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ws.engines import installing, scheduler
from ws.errors import WsError
from ws.model.plan import (
    VERIFY,
    DeleteFile,
    Install,
    MakeFolder,
    Plan,
    Relock,
    RunTool,
    WriteFile,
)
from ws.model.report import Outcome
from ws.planning.failure import failure, killed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ws.engines.process import Processes
    from ws.engines.program import Completed
    from ws.engines.relock import Relocking
    from ws.files.store import Store
    from ws.model.plan import Action
    from ws.model.report import Counts

_VERIFIED = "up to date, and Poetry has nothing to do"

_SHOWN = 20
"""How many lines of a failed tool's output an outcome carries; the log has them all."""

_KILLED = (*range(-64, 0), *range(129, 193))
"""The codes of programs that were killed by a signal, and of a shell that ran one."""


class Step(NamedTuple):
    """How far a tool has come, as far as its output tells."""

    done: int
    total: int
    text: str


class Call(NamedTuple):
    """What is asked of a tool; all paths are absolute."""

    args: tuple[str, ...]
    folder: Path
    """Where it runs."""
    venv: Path
    """The environment that it works on."""
    python: str = ""
    """The program of the Python for that, if it is to be made; empty for the tool's choice."""

    @property
    def shared(self) -> bool:
        """Whether the environment is not the folder's own."""
        return self.venv.parent != self.folder


class Tool(Protocol):
    """A program of the team's, ready to run."""

    def run(self, call: Call, log: Path, on_line: Callable[[str], None]) -> Completed:
        """Run it to its end."""
        ...

    def steps(self) -> Callable[[str], Step | None]:
        """A new reader of one run's output: line to progress, or `None` for other lines."""
        ...

    def counts(self, line: str) -> Counts | None:
        """How many packages this run changes, if this line of its output says so."""
        ...

    def is_passing(self, output: Sequence[str]) -> bool:
        """Whether this failure is likely to be gone when the tool is run again."""
        ...

    def explain(self, output: Sequence[str]) -> str:
        """The reason of a failure in one line; empty if the output does not tell."""
        ...


class Observer(Protocol):
    """Follows along while the work is done. Called from several threads."""

    def planned(self, plan: Plan) -> None:
        """The work begins."""
        ...

    def started(self, member: str, action: str) -> None:
        """An action begins."""
        ...

    def step(self, member: str, step: Step) -> None:
        """An action goes on."""
        ...

    def finished(self, outcome: Outcome) -> None:
        """An action has ended."""
        ...

    def ended(self) -> None:
        """The work is over, well or not."""
        ...


@dataclass(frozen=True, slots=True)
class Powers:
    """What applying a plan needs."""

    store: Store
    processes: Processes
    tools: Mapping[str, Tool]
    observer: Observer
    jobs: int
    relocking: Relocking | None = None


def apply(plan: Plan, powers: Powers) -> tuple[tuple[Outcome, ...], bool]:
    """The outcomes of all of the plan's members in their order, and whether it was interrupted."""
    powers.observer.planned(plan)
    tasks = [_task(plan, action, powers) for action in plan.actions]
    jobs = powers.relocking.solver.width(powers.jobs) if powers.relocking else powers.jobs
    outcomes, interrupted = scheduler.run(
        tasks, jobs, finished=powers.observer.finished, stop=powers.processes.stop
    )
    return (*outcomes, *plan.settled), interrupted


def _task(plan: Plan, action: Action, powers: Powers) -> scheduler.Task:
    after = action.after if isinstance(action, RunTool | Install | Relock) else ()

    def run() -> Outcome:
        powers.observer.started(action.member, plan.command)
        try:
            return _done(plan, action, powers)
        except WsError as error:
            reason = "; ".join(filter(None, (error.reason, error.hint)))
            return Outcome(action.member, plan.command, "failed", reason)
        except OSError as error:
            return Outcome(action.member, plan.command, "failed", _told(error, powers.store.root))

    return scheduler.Task(action.member, plan.command, run, after)


def _told(error: OSError, root: Path) -> str:
    """What the system refused, for what file, and what to do where that is known."""
    known = failure([str(error)])
    where = str(error.filename or "").removeprefix(f"{root.resolve()}{os.sep}")
    said = str(known or error.strerror or error)
    return f"{where}: {said}" if where else said


def _done(plan: Plan, action: Action, powers: Powers) -> Outcome:
    if isinstance(action, WriteFile | DeleteFile):
        return _write(plan, action, powers)
    if isinstance(action, MakeFolder):
        return _make(plan, action, powers)
    if isinstance(action, Relock):
        return _relock(plan, action, powers)
    if isinstance(action, Install):
        return _install(plan, action, powers)
    assert isinstance(action, RunTool)  # images are built all together: `engines.build_images`
    outcome = _run_tool(plan, action, powers)[0]
    if action.tool == VERIFY and outcome.status == "done":
        return replace(outcome, status="skipped", reason=_VERIFIED, engine="")
    return outcome


def _write(plan: Plan, action: WriteFile | DeleteFile, powers: Powers) -> Outcome:
    if isinstance(action, DeleteFile):
        powers.store.delete(action.path, action.before)
    else:
        powers.store.write(action.path, action.before, action.after)
    return Outcome(action.member, plan.command, "done", action.reason)


def _make(plan: Plan, action: MakeFolder, powers: Powers) -> Outcome:
    powers.store.make_folder(action.path, action.files)
    return Outcome(action.member, plan.command, "done", action.reason)


def _relock(plan: Plan, action: Relock, powers: Powers) -> Outcome:
    assert powers.relocking is not None

    def on_step(text: str) -> None:
        powers.observer.step(action.member, Step(0, 0, text))

    return powers.relocking.run(plan.command, action, on_step)


def _install(plan: Plan, action: Install, powers: Powers) -> Outcome:
    def run() -> tuple[Outcome, bool]:
        outcome, code = _run_tool(plan, action.run, powers)
        return outcome, code != 0 and (powers.processes.stopped or code in _KILLED)

    _log(plan, action.run, powers)  # before anything is taken away: it may not be possible
    outcome = installing.install(action, powers.store, run)
    if outcome.status != "done" or not action.verify:
        return outcome
    verdict, code = _run_tool(plan, replace(action.run, tool=VERIFY), powers)
    return outcome if code == 0 else replace(verdict, engine=outcome.engine, counts=outcome.counts)


def _run_tool(plan: Plan, action: RunTool, powers: Powers) -> tuple[Outcome, int]:
    """Run the tool, and once more if it failed for a reason that passes."""
    tool = powers.tools[action.tool]
    log = _log(plan, action, powers)
    for attempt in (1, 2):
        completed, counts = _follow(tool, action, log, powers)
        retry = attempt == 1 and completed.code != 0 and tool.is_passing(completed.tail)
        if powers.processes.stopped or not retry:
            break
    where = log.relative_to(powers.store.root.resolve()).as_posix()
    outcome = Outcome(
        action.member, plan.command, "done", log=where, engine=action.tool, counts=counts
    )
    if completed.code == 0:
        return replace(outcome, reason="" if attempt == 1 else "at the second try"), 0
    told = killed(action.tool, completed.code) or tool.explain(completed.tail)
    reason = str(told or f"{action.tool} ended with code {completed.code}")
    output = tuple(line for line in completed.tail if line.strip())[-_SHOWN:]
    failed = replace(outcome, status="failed", reason=reason, output=output, counts=None)
    return failed, completed.code


def _log(plan: Plan, action: RunTool, powers: Powers) -> Path:
    """A new log for what a tool says. Raises `WorkError`, `OSError`."""
    name = f"{action.member}-{VERIFY}" if action.tool == VERIFY else action.member
    log = powers.store.memory("logs", plan.command, f"{name}.log")
    log.unlink(missing_ok=True)
    log.touch()
    return log


def _follow(
    tool: Tool, action: RunTool, log: Path, powers: Powers
) -> tuple[Completed, Counts | None]:
    read = tool.steps()
    counts: Counts | None = None

    def on_line(line: str) -> None:
        nonlocal counts
        counts = tool.counts(line) or counts
        if step := read(line):
            powers.observer.step(action.member, step)

    root = powers.store.root.resolve()
    call = Call(action.args, root / action.folder, root / action.venv, action.python)
    return tool.run(call, log, on_line), counts
