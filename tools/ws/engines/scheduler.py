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
    # All by the number of the task: a member may have several.
    ended: dict[int, Outcome] = {}
    told: set[int] = set()
    waiting = dict(enumerate(tasks))
    running: dict[Future[None], int] = {}
    interrupted = False
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            while waiting or running:
                unfinished = {tasks[number].member for number in (*waiting, *running.values())}
                ready = _ready(waiting, unfinished, idle=not running)
                for number in ready[: jobs - len(running)]:
                    future = pool.submit(_note, number, waiting.pop(number), ended)
                    running[future] = number
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    number = running.pop(future)
                    told.add(number)
                    finished(ended[number])
        except KeyboardInterrupt:
            interrupted = True
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # ending well takes a moment: let it
            stop()
    outcomes = (
        _outcome(task, ended.get(number), told=number in told) for number, task in enumerate(tasks)
    )
    return tuple(outcomes), interrupted


def _note(number: int, task: Task, ended: dict[int, Outcome]) -> None:
    begin = time.monotonic()
    outcome = task.run()
    ended[number] = replace(outcome, seconds=round(time.monotonic() - begin, 3))


def _outcome(task: Task, outcome: Outcome | None, *, told: bool) -> Outcome:
    """What became of a task: what fails after an interruption was ended by it, if it had begun."""
    if outcome is not None and (told or outcome.status == "done"):
        return outcome
    return Outcome(task.member, task.action, "aborted", "interrupted")


def _ready(waiting: dict[int, Task], unfinished: set[str], *, idle: bool) -> list[int]:
    """The numbers of the tasks that wait for no member any more; of a circle its first task."""
    ready = [number for number, task in waiting.items() if unfinished.isdisjoint(task.after)]
    return ready or (list(waiting)[:1] if idle else [])
