"""What people see of a run, with the real Poetry: on a terminal, in a pipe, and in a picture."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import BUILD

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.test_poetry import Make, Ws

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

LOCKED = f'alpha = "^1.0"\n{BUILD}'
BROKEN = f'gamma = "^1.0"\n{BUILD}'
FILES = {
    "one": LOCKED, "one/one.py": "", "two": LOCKED, "two/two.py": "",
    "worker-that-has-a-very-long-name-indeed": BROKEN,
}  # fmt: skip


@pytest.fixture
def root(make_workspace: Make, ws: Ws) -> Path:
    """Two members with the same packages locked, and one whose lock names a wrong hash."""
    root = make_workspace(FILES)
    assert ws("lock").code == 0
    lock = root / "worker-that-has-a-very-long-name-indeed/poetry.lock"
    lock.write_text(re.sub(r"sha256:\w{4}", "sha256:0000", lock.read_text()))
    return root


def on_terminal(root: Path, columns: int, *args: str) -> tuple[int, str]:
    """The exit code of a run of `ws` on a terminal, and all that it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    mine = {key: text for key, text in os.environ.items() if key not in ("COLUMNS", "LINES")}
    environ = {**mine, "TERM": "xterm-256color", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "ws", *args]
    with subprocess.Popen(command, cwd=root, env=environ, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        try:
            while chunk := os.read(ours, 65536):
                said += chunk
        except OSError:  # Linux says so when nobody is at the other end any more
            pass
        os.close(ours)
    return process.returncode, said.decode()


def test_a_narrow_terminal_without_colour_shows_who_works_who_waits_and_what_failed(
    root: Path,
) -> None:
    code, said = on_terminal(root, 60, "install", "--jobs", "1")
    assert code == 1
    assert not re.search(r"\x1b\[[\d;]*3[0-7]m", said)
    lines = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in re.split(r"[\r\n]+", said)]
    drawn = [line for line in lines if re.search(r"\d:\d\d:\d\d", line)]
    assert [line for line in drawn if len(line) > 60] == []
    assert len({line.index(":") for line in drawn}) == 1
    assert any(re.match(r"install +0/3 +0:00:\d\d 2 waiting, 1 for one", line) for line in drawn)
    assert any(re.match(r"  one +(\d/1)? +0:00:\d\d ", line) for line in drawn)
    assert any(line.startswith("  worker-tha…me-indeed ") for line in drawn)
    assert any(line.startswith("✓ one installed in ") for line in lines)
    end = said[said.rindex("✗ worker-that") :]
    assert "    │ " in end
    assert "whole log: .ws/logs/install/worker-that-has-a-very-long-name-indeed.log" in end
    assert re.search(r"MEMBER +ENGINE +DONE +TIME\r\none +poetry +1 installed +\d\.\d s", end)
    assert end.splitlines()[-1].startswith("next: ")


def test_in_a_pipe_there_are_plain_lines_and_quiet_leaves_only_what_failed(
    root: Path, ws: Ws
) -> None:
    ran = ws("install", "--jobs", "1")
    assert ran.err.splitlines()[0] == "one goes first: two waits for it"
    shown = [line.split(":")[0] for line in ran.err.splitlines()]
    assert shown[1:] == [
        "[1/3] ✓ one installed",
        "[2/3] ✓ two installed",
        "[3/3] ✗ worker-that-has-a-very-long-name-indeed failed",
        "install",
        "next",
    ]
    assert ws("install", "--reinstall", "-q", "--filter", "one").err == ""
    assert (root / "one/.venv").is_dir()


def test_the_picture_of_a_run_in_which_a_member_failed(root: Path, ws: Ws) -> None:
    ran = ws("install", "--jobs", "1", "--timeline", "run.json", "--format", "json")
    assert ran.code == 1
    events = json.loads((root / "run.json").read_text())["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    work = {names[e["tid"]]: e["name"] for e in events if e["ph"] == "X" and e["cat"] != "wait"}
    assert work == {
        "one": "poetry",
        "two": "poetry",
        "worker-that-has-a-very-long-name-indeed": "poetry failed",
    }
    steps = {(names[e["tid"]], e["name"]) for e in events if e["ph"] == "i"}
    assert {("one", "alpha (1.1.0)"), ("two", "alpha (1.1.0)")} <= steps
    waits = {names[e["tid"]]: e["args"]["why"] for e in events if e.get("cat") == "wait"}
    assert re.fullmatch(r"waited [\d.]+ s: for one(, then [\d.]+ s for its turn)?", waits["two"])
    for name in ("run.svg", "run.html"):
        ws("install", "--reinstall", "--filter", "one", "--timeline", name)
        assert "alpha (1.1.0) (1/1)" in (root / name).read_text()
