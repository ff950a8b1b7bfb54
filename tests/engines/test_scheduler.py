from __future__ import annotations

import itertools
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from ws.engines.scheduler import Task, run
from ws.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def task(
    member: str, *, after: tuple[str, ...] = (), body: Callable[[], None] = lambda: None
) -> Task:
    def work() -> Outcome:
        body()
        return Outcome(member, "test", "done")

    return Task(member, "test", work, after)


def ran(tasks: list[Task], jobs: int) -> tuple[Outcome, ...]:
    outcomes, interrupted = run(tasks, jobs, finished=lambda _: None, stop=lambda: None)
    assert not interrupted
    return outcomes


def test_outcomes_keep_the_order_of_the_tasks_whatever_ends_first() -> None:
    tasks = [task("slow", body=lambda: time.sleep(0.05)), task("quick")]
    assert [outcome.member for outcome in ran(tasks, 2)] == ["slow", "quick"]


def test_every_task_of_a_member_is_run_and_others_wait_for_all_of_them() -> None:
    ended: list[str] = []
    tasks = [
        task("later", after=("chat",), body=lambda: ended.append("later")),
        task("chat", body=lambda: ended.append("first")),
        task("chat", body=lambda: ended.append("second")),
    ]
    assert [outcome.member for outcome in ran(tasks, 1)] == ["later", "chat", "chat"]
    assert ended == ["first", "second", "later"]


def test_nothing_to_do_is_done() -> None:
    assert ran([], 4) == ()


def test_a_task_waits_for_those_before_it_even_if_they_fail() -> None:
    ended: list[str] = []

    def fail() -> Outcome:
        time.sleep(0.02)
        ended.append("first")
        return Outcome("first", "test", "failed")

    tasks = [
        task("second", after=("first",), body=lambda: ended.append("second")),
        Task("first", "test", fail),
    ]
    assert [outcome.status for outcome in ran(tasks, 4)] == ["done", "failed"]
    assert ended == ["first", "second"]


def test_waiting_for_a_member_without_a_task_is_no_waiting() -> None:
    assert [outcome.status for outcome in ran([task("a", after=("nobody",))], 1)] == ["done"]


def test_a_circle_is_broken_at_its_first_task() -> None:
    order: list[str] = []
    tasks = [
        task("a", after=("b",), body=lambda: order.append("a")),
        task("b", after=("a",), body=lambda: order.append("b")),
    ]
    ran(tasks, 2)
    assert order == ["a", "b"]


@given(st.integers(1, 5), st.integers(1, 12))
def test_no_more_than_so_many_run_at_a_time(jobs: int, count: int) -> None:
    guard = threading.Lock()
    now = most = 0

    def body() -> None:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        time.sleep(0.001)
        with guard:
            now -= 1

    ran([task(str(number), body=body) for number in range(count)], jobs)
    assert most <= jobs


@given(st.data())
def test_every_task_begins_after_all_it_waits_for(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 10))
    names = [str(number) for number in range(count)]
    before = {
        name: tuple(data.draw(st.sets(st.sampled_from(names[:place])))) if place else ()
        for place, name in enumerate(names)
    }
    ended: list[str] = []
    late: list[str] = []

    def body(name: str) -> Callable[[], None]:
        def work() -> None:
            late.extend(other for other in before[name] if other not in ended)
            ended.append(name)

        return work

    shuffled = data.draw(st.permutations(names))
    ran([task(name, after=before[name], body=body(name)) for name in shuffled], 3)
    assert late == []
    assert sorted(ended) == sorted(names)


def test_an_interruption_stops_what_runs_and_begins_nothing_more() -> None:
    stopped = threading.Event()

    def work() -> Outcome:
        stopped.wait(10)
        return Outcome("running", "test", "failed", "ended by a signal")

    def interrupt(_: Outcome) -> None:
        raise KeyboardInterrupt

    tasks = [task("quick"), Task("running", "test", work), task("later", after=("running",))]
    outcomes, interrupted = run(tasks, 2, finished=interrupt, stop=stopped.set)
    assert interrupted
    assert [(o.member, o.status) for o in outcomes] == [
        ("quick", "done"),
        ("running", "aborted"),
        ("later", "aborted"),
    ]


def interrupted_at(step: int) -> tuple[tuple[Outcome, ...], bool]:
    """A run of two tasks whose own thread hears Ctrl-C before its so-many-th instruction."""
    left = step

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code is not run.__code__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    handler = signal.getsignal(signal.SIGINT)
    sys.settrace(trace)
    try:
        return run(
            [task("a"), task("b", after=("a",))], 1, finished=lambda _: None, stop=lambda: None
        )
    finally:
        sys.settrace(None)
        signal.signal(signal.SIGINT, handler)


def test_an_interruption_between_any_two_steps_leaves_an_outcome_for_every_task() -> None:
    seen = set()
    for step in itertools.count(1):
        try:
            outcomes, interrupted = interrupted_at(step)
        except KeyboardInterrupt:
            continue  # before the work began, or when it was over
        assert [outcome.member for outcome in outcomes] == ["a", "b"], step
        seen.add(tuple(outcome.status for outcome in outcomes))
        if not interrupted:
            break
    assert {("aborted", "aborted"), ("done", "aborted"), ("done", "done")} <= seen
