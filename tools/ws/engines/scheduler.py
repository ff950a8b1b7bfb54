"""Runs tasks in parallel, each after those it waits for, and keeps their results in order."""

from __future__ import annotations

import signal
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ws.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do for a member."""

    member: str
    action: str
    run: Callable[[], Outcome]
    after: tuple[str, ...] = ()
    """Members whose tasks, if they have any, must have ended before, well or not."""


def run(
    tasks: Sequence[Task],
    jobs: int,
    *,
    finished: Callable[[Outcome], None],
    stop: Callable[[], None],
) -> tuple[tuple[Outcome, ...], bool]:
    """The outcomes in the order of `tasks`, and whether the run was interrupted.

    At most `jobs` tasks run at a time, ready ones in order. Ctrl-C calls `stop`, which must make
    running tasks return soon; they and those not begun become `aborted`. A circle of `after` is
    broken at its first task.
    """
    # Ctrl-C may come between any two steps of the thread that schedules. So what has ended is
    # noted by the task's own thread, which hears nothing of it, and the rest is worked out after.
    ended: dict[str, Outcome] = {}
    told: set[str] = set()
    waiting = {task.member: task for task in tasks}
    running: dict[Future[None], Task] = {}
    interrupted = False
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            while waiting or running:
                for task in _ready(waiting, running)[: jobs - len(running)]:
                    running[pool.submit(_note, task, ended)] = waiting.pop(task.member)
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    member = running.pop(future).member
                    told.add(member)
                    finished(ended[member])
        except KeyboardInterrupt:
            interrupted = True
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # ending well takes a moment: let it
            stop()
    return tuple(_outcome(task, ended, told) for task in tasks), interrupted


def _note(task: Task, ended: dict[str, Outcome]) -> None:
    begin = time.monotonic()
    outcome = task.run()
    ended[task.member] = replace(outcome, seconds=round(time.monotonic() - begin, 3))


def _outcome(task: Task, ended: dict[str, Outcome], told: set[str]) -> Outcome:
    """What became of a task: what fails after an interruption was ended by it, if it had begun."""
    outcome = ended.get(task.member)
    if outcome is not None and (task.member in told or outcome.status == "done"):
        return outcome
    return Outcome(task.member, task.action, "aborted", "interrupted")


def _ready(waiting: dict[str, Task], running: dict[Future[None], Task]) -> list[Task]:
    unfinished = {*waiting, *(task.member for task in running.values())}
    ready = [task for task in waiting.values() if unfinished.isdisjoint(task.after)]
    if not ready and not running:
        return list(waiting.values())[:1]
    return ready
