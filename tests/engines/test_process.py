from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from ws.engines.process import Processes, hide_in
from ws.errors import ToolError
from ws.model.urls import masking

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


SECRETS = {"UV_INDEX_OURS_PASSWORD": "s3cr/t", "OTHER": "https://bob:w0rd%2F1@host/simple"}
TELLS = "print('s3cr/t s3cr%2Ft w0rd/1 w0rd%2F1 http://me:new@host/', flush=True)"


def test_secrets_reach_neither_log_nor_lines_nor_what_is_returned(tmp_path: Path) -> None:
    lines: list[str] = []
    completed = Processes().run(
        [sys.executable, "-c", TELLS],
        folder=tmp_path,
        environ=os.environ | SECRETS,
        log=tmp_path / "log",
        on_line=lines.append,
    )
    assert completed.tail == ("*** *** *** *** http://***@host/",)
    assert lines == [*completed.tail]
    assert (tmp_path / "log").read_text() == f"{lines[0]}\n"


def test_an_answer_that_is_data_comes_as_it_is(tmp_path: Path) -> None:
    completed = Processes().run(
        [sys.executable, "-c", TELLS], folder=tmp_path, environ=os.environ | SECRETS, data=True
    )
    assert completed.tail == ("s3cr/t s3cr%2Ft w0rd/1 w0rd%2F1 http://me:new@host/",)


def test_secrets_do_not_reach_the_log_of_a_conversation_though_they_are_heard(
    tmp_path: Path,
) -> None:
    code = f"import sys\n{TELLS}\nsys.stdout = sys.stderr\n{TELLS}\nsys.stdin.read()"
    talk = Processes().converse(
        [sys.executable, "-c", code],
        folder=tmp_path,
        environ=os.environ | SECRETS,
        log=tmp_path / "log",
    )
    with talk as conversation:
        assert "s3cr/t" in (conversation.hear() or "")
    assert (tmp_path / "log").read_text() == "*** *** *** *** http://***@host/\n"


def test_a_log_that_a_program_wrote_by_itself_is_cleared_of_secrets(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\xff s3cr/t\n")
    hide_in(log, masking(SECRETS))
    assert log.read_text() == "\ufffd ***\n"
    hide_in(tmp_path / "none", masking(SECRETS))
    assert not (tmp_path / "none").exists()


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


def test_bytes_are_read_as_they_are_and_what_is_said_besides_apart(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000); sys.stdout = sys.stderr"
    lines: list[str] = []
    reading = Processes().flow(
        [sys.executable, "-c", f"{code}; {TELLS}; sys.exit(3)"],
        folder=tmp_path,
        environ={**os.environ, **SECRETS},
        on_line=lines.append,
    )
    with reading as flow:
        assert flow.stream.read() == bytes(range(256)) * 1000
        ended = flow.ended()
    assert ended.code == 3
    assert ended.tail == ("*** *** *** *** http://***@host/",)
    assert lines == [*ended.tail]


def test_bytes_are_written_to_the_end_and_the_program_says_what_it_got(tmp_path: Path) -> None:
    code = "import sys; print(len(sys.stdin.buffer.read()))"
    writing = Processes().flow(
        [sys.executable, "-c", code], folder=tmp_path, environ=os.environ, takes=True
    )
    with writing as flow:
        flow.stream.write(bytes(10**6))
        assert flow.ended() == (0, ("1000000",))


def test_who_reads_no_further_is_noticed_and_told_why(tmp_path: Path) -> None:
    code = "import sys; sys.stdin.buffer.read(10); print('enough'); sys.exit(1)"
    writing = Processes().flow(
        [sys.executable, "-c", code], folder=tmp_path, environ=os.environ, takes=True
    )
    with writing as flow:
        with pytest.raises(BrokenPipeError):
            flow.stream.write(bytes(10**7))
        assert flow.ended() == (1, ("enough",))


WAITS = "import time; time.sleep(60)"
WRITES = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    sys.stdout.buffer.write(bytes(10**6))
"""


@pytest.mark.parametrize(("takes", "code"), [(True, WAITS), (False, WAITS), (False, WRITES)])
def test_a_flow_that_is_left_ends_its_program_at_once(
    tmp_path: Path, code: str, *, takes: bool
) -> None:
    begin = time.monotonic()
    argv = [sys.executable, "-c", code]
    with Processes().flow(argv, folder=tmp_path, environ=os.environ, takes=takes) as flow:
        assert code != WRITES or flow.stream.read(5) == bytes(5)
    assert time.monotonic() - begin < 3


def test_a_flow_that_is_stopped_is_told_to_whoever_writes(tmp_path: Path) -> None:
    processes = Processes()
    argv = [sys.executable, "-c", WAITS]
    with processes.flow(argv, folder=tmp_path, environ=os.environ, takes=True) as flow:
        threading.Timer(0.1, processes.stop).start()
        with pytest.raises(BrokenPipeError):
            flow.stream.write(bytes(10**7))
        assert flow.ended().code != 0
    again = processes.flow(argv, folder=tmp_path, environ=os.environ)
    with pytest.raises(ToolError, match="interrupted"), again:
        pass
