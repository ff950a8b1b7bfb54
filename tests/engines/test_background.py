from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from ws.engines import background
from ws.engines.process import Processes
from ws.errors import ToolError
from ws.model.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterator
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


def test_what_is_no_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot run /nowhere/program"):
        Processes().detach(("/nowhere/program",), folder=tmp_path, environ={}, log=tmp_path / "log")
