"""Plan to outcomes: does what a plan says, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ws.engines import scheduler
from ws.errors import WsError
from ws.model.plan import MakeFolder, Plan, Relock, RunTool, WriteFile
from ws.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ws.engines.process import Completed, Processes
    from ws.engines.relock import Relocking
    from ws.files.store import Store
    from ws.model.plan import Action

_SHOWN = 20
"""How many lines of a failed tool's output an outcome carries; the log has them all."""


class Step(NamedTuple):
    """How far a tool has come, as far as its output tells."""

    done: int
    total: int
    text: str


class Tool(Protocol):
    """A program of the team's, ready to run."""

    def run(
        self, args: Sequence[str], folder: Path, log: Path, on_line: Callable[[str], None]
    ) -> Completed:
        """Run it in `folder` to its end."""
        ...

    def steps(self) -> Callable[[str], Step | None]:
        """A new reader of one run's output: line to progress, or `None` for other lines."""
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
    after = action.after if isinstance(action, RunTool | Relock) else ()

    def run() -> Outcome:
        powers.observer.started(action.member, plan.command)
        try:
            if isinstance(action, WriteFile):
                return _write(plan, action, powers)
            if isinstance(action, MakeFolder):
                return _make(plan, action, powers)
            if isinstance(action, Relock):
                return _relock(plan, action, powers)
            return _run_tool(plan, action, powers)
        except WsError as error:
            reason = "; ".join(filter(None, (error.reason, error.hint)))
            return Outcome(action.member, plan.command, "failed", reason)
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}" if error.filename else str(error)
            return Outcome(action.member, plan.command, "failed", reason)

    return scheduler.Task(action.member, plan.command, run, after)


def _write(plan: Plan, action: WriteFile, powers: Powers) -> Outcome:
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


def _run_tool(plan: Plan, action: RunTool, powers: Powers) -> Outcome:
    """Run the tool, and once more if it failed for a reason that passes."""
    tool = powers.tools[action.tool]
    log = powers.store.memory("logs", plan.command, f"{action.member}.log")
    log.unlink(missing_ok=True)
    for attempt in (1, 2):
        completed = _follow(tool, action, log, powers)
        retry = attempt == 1 and completed.code != 0 and tool.is_passing(completed.tail)
        if powers.processes.stopped or not retry:
            break
    where = log.relative_to(powers.store.root.resolve()).as_posix()
    if completed.code == 0:
        reason = "" if attempt == 1 else "at the second try"
        return Outcome(action.member, plan.command, "done", reason, log=where)
    reason = tool.explain(completed.tail) or f"{action.tool} ended with code {completed.code}"
    output = tuple(line for line in completed.tail if line.strip())[-_SHOWN:]
    return Outcome(action.member, plan.command, "failed", reason, log=where, output=output)


def _follow(tool: Tool, action: RunTool, log: Path, powers: Powers) -> Completed:
    read = tool.steps()

    def on_line(line: str) -> None:
        if step := read(line):
            powers.observer.step(action.member, step)

    return tool.run(action.args, powers.store.root / action.folder, log, on_line)
