from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from ws.engines.process import Processes
from ws.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path


def test_both_streams_are_kept_in_the_log_and_told_line_by_line(tmp_path: Path) -> None:
    lines: list[str] = []
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    completed = Processes().run(
        [sys.executable, "-c", code],
        folder=tmp_path,
        environ=os.environ,
        log=tmp_path / "log",
        on_line=lines.append,
    )
    assert (completed.code, completed.tail) == (3, ("out", "err"))
    assert lines == ["out", "err"]
    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_a_conversation_goes_line_by_line_and_ends_when_nobody_talks(tmp_path: Path) -> None:
    code = (
        "import sys\nprint('broken', file=sys.stderr)\n"
        "for line in sys.stdin: print('you said', line, end='', flush=True)\n"
    )
    processes = Processes()
    talk = processes.converse(
        [sys.executable, "-c", code], folder=tmp_path, environ=os.environ, log=tmp_path / "log"
    )
    with talk as conversation:
        for word in ("one", "zwölf"):
            assert conversation.say(word)
            assert conversation.hear() == f"you said {word}"
        processes.stop()
        assert conversation.hear() is None
        assert not conversation.say("three")
    assert (tmp_path / "log").read_text() == "broken\n"


def test_a_program_gets_no_input_and_just_the_variables_given(tmp_path: Path) -> None:
    given = "os.environ.get('GIVEN'), 'HOME' in os.environ"
    code = f"import os, sys; print(repr(sys.stdin.read()), {given})"
    completed = Processes().run(
        [sys.executable, "-c", code], folder=tmp_path, environ={"GIVEN": "yes"}
    )
    assert completed.tail == ("'' yes False",)


def test_output_that_is_no_utf8_is_no_problem(tmp_path: Path) -> None:
    code = r"import sys; sys.stdout.buffer.write(b'\xff\n')"
    completed = Processes().run([sys.executable, "-c", code], folder=tmp_path, environ=os.environ)
    assert completed.tail == ("�",)


def test_a_program_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot run /nowhere/poetry: No such file"):
        Processes().run(["/nowhere/poetry"], folder=tmp_path, environ={})


def test_stop_ends_programs_and_what_they_started(tmp_path: Path) -> None:
    processes = Processes()
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    pids: list[int] = []
    started = threading.Event()

    def on_line(line: str) -> None:
        pids.append(int(line))
        started.set()

    def work() -> None:
        processes.run(
            [sys.executable, "-c", code], folder=tmp_path, environ=os.environ, on_line=on_line
        )

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(10)
    processes.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert not alive(pids[0])


def test_after_stop_nothing_starts(tmp_path: Path) -> None:
    processes = Processes()
    processes.stop()
    with pytest.raises(ToolError, match="interrupted"):
        processes.run([sys.executable, "-c", "pass"], folder=tmp_path, environ=os.environ)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that was killed may wait to be reaped for a moment."""
    for _ in range(100):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                state = file.read().rsplit(") ", 1)[1][0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True
