from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ws.engines import background
from ws.engines.process import Processes
from ws.errors import ToolError
from ws.model.running import Running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Running]:
    """A shell with a child, in the background."""
    processes = Processes()
    script = ("sh", "-c", "sleep 60 & echo $! > child; echo said; wait")
    log = tmp_path / "log"
    program = processes.detach(script, folder=tmp_path, environ=os.environ, log=log)
    running = Running("a", program.pid, background.birth(program.pid, os.environ), "log")
    processes.stop()  # it goes on nevertheless
    yield running
    background.end([running], os.environ, 0.1)
    assert program.ended() is not None


def test_a_program_goes_on_until_it_is_ended_with_all_that_it_started(
    started: Running, tmp_path: Path
) -> None:
    end = time.monotonic() + 10
    while not (tmp_path / "child").exists() or not (tmp_path / "log").read_text():
        assert time.monotonic() < end
        time.sleep(0.02)
    child = int((tmp_path / "child").read_text())
    assert background.runs(started, os.environ)
    assert (tmp_path / "log").read_text() == "said\n"
    assert background.end([started], os.environ) == []
    assert not background.runs(started, os.environ)
    while background.birth(child, os.environ):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_another_process_of_the_number_is_not_the_program(started: Running) -> None:
    assert not background.runs(Running("a", started.pid, "another", "log"), os.environ)
    assert background.end([Running("a", started.pid, "", "log")], os.environ, 0.1) == []
    assert background.runs(started, os.environ)


def test_one_that_has_ended_and_that_nobody_has_waited_for_does_not_run() -> None:
    with subprocess.Popen(["true"]) as process:
        end = time.monotonic() + 10
        while background.birth(process.pid, os.environ):
            assert time.monotonic() < end
            time.sleep(0.02)


DEAF = "trap '' TERM; echo $$ > child; while :; do sleep 0.05; done"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], tuple[Running, int]]]:
    """Start a shell whose child does not hear SIGTERM, and give the child's number, too."""
    begun: list[int] = []

    def started(after: str) -> tuple[Running, int]:
        script = ("sh", "-c", f'sh -c "$DEAF" & while [ ! -s child ]; do sleep 0.02; done; {after}')
        environ = {**os.environ, "DEAF": DEAF}
        log = tmp_path / "log"
        program = Processes().detach(script, folder=tmp_path, environ=environ, log=log)
        running = Running("a", program.pid, background.birth(program.pid, os.environ), "log")
        until(lambda: (tmp_path / "child").exists() and bool((tmp_path / "child").read_text()))
        begun.append(int((tmp_path / "child").read_text()))
        if "exit" in after:
            until(lambda: program.ended() is not None)
        return running, begun[-1]

    yield started
    for number in begun:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_child_that_does_not_hear_is_killed_though_its_parent_has_ended(
    start: Callable[[str], tuple[Running, int]],
) -> None:
    program, child = start("wait")
    assert background.end([program], os.environ, 0.3) == ["a"]
    until(lambda: not background.birth(child, os.environ))


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells whose a child is")


@on_linux
def test_the_child_of_a_program_that_crashed_is_ended(
    start: Callable[[str], tuple[Running, int]],
) -> None:
    program, child = start("exit 3")
    assert not background.runs(program, os.environ)
    assert background.lives(program, os.environ)
    assert background.end([program], os.environ, 0.3) == ["a"]
    until(lambda: not background.birth(child, os.environ))


@on_linux
def test_a_group_that_is_older_than_the_program_is_a_strangers(
    start: Callable[[str], tuple[Running, int]],
) -> None:
    program, child = start("exit 3")
    ticks, _, boot = program.birth.partition("@")
    for birth in (f"{int(ticks) + 1000}@{boot}", f"{ticks}@another", "", "no number"):
        other = Running("a", program.pid, birth, "log")
        assert not background.lives(other, os.environ)
        assert background.end([other], os.environ, 0.1) == []
    assert background.birth(child, os.environ)


def test_a_younger_process_that_leads_the_group_is_a_stranger(started: Running) -> None:
    ticks, _, boot = started.birth.partition("@")
    older = Running("a", started.pid, f"{int(ticks) - 1}@{boot}" if boot else "older", "log")
    assert not background.lives(older, os.environ)
    assert background.end([older], os.environ, 0.1) == []
    assert background.runs(started, os.environ)


def test_what_is_no_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot run /nowhere/program"):
        Processes().detach(("/nowhere/program",), folder=tmp_path, environ={}, log=tmp_path / "log")
