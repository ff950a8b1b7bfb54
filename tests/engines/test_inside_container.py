"""The program that looks at an image, run here: it is to run wherever there is a Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ws.engines import containers
from ws.formats.container_checks import read_check, write_question
from ws.model.checks import Check, Question

PROGRAM = Path(containers.__file__).with_name("inside_container.py").read_text(encoding="utf-8")


def look(question: Question, check: Any, seconds: float = 20.0, **environ: str) -> Check:
    """What a check says of this machine."""
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, write_question(question, (check,), seconds)],
        env={**os.environ, **path, **environ},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = read_check(ended.stdout.strip())
    assert found is not None
    return found


@pytest.fixture
def script(tmp_path: Path) -> Any:
    """Write a console script of this Python."""

    def write(text: str) -> str:
        path = tmp_path / "tool"
        path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return write


def test_a_program_that_ends_well_when_asked_for_help_answers(script: Any) -> None:
    path = script("assert sys.argv[1:] == ['--help'] and not sys.stdin.read()")
    expected = Check("answers", "ok", f"`{path} --help` ended well")
    assert look(Question(path), "answers") == expected


def test_one_that_fails_says_its_last_line(script: Any) -> None:
    path = script("print('loading')\nsys.exit('no settings')")
    expected = Check("answers", "failed", f"`{path} --help` ended with code 1: no settings")
    assert look(Question(path), "answers") == expected


def test_one_that_hangs_is_ended(script: Any) -> None:
    path = script("import time; time.sleep(100)")
    expected = Check("answers", "failed", f"`{path} --help` did not end in time")
    assert look(Question(path), "answers", 1.0) == expected


def test_a_line_must_be_answered_by_one(script: Any) -> None:
    path = script("for line in sys.stdin: print(line.upper(), end='', flush=True)")
    assert look(Question(path, line="hello"), "answers") == Check("answers", "ok", "HELLO")
    path = script("sys.exit('not today')")
    expected = Check("answers", "failed", "it did not answer the line: not today")
    assert look(Question(path, line="hello"), "answers") == expected


def test_a_command_must_end_well(script: Any) -> None:
    path = script("")
    command = (sys.executable, "-c", "raise SystemExit(3)")
    found = look(Question(path, command=command), "answers")
    assert found.status == "failed"
    assert found.detail.endswith("ended with code 3: it said nothing")


def test_a_server_must_listen_and_be_well(script: Any) -> None:
    find = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])"
    port = int(subprocess.run([sys.executable, "-c", find], stdout=-1, check=True).stdout)
    handler = "http.server.SimpleHTTPRequestHandler"
    path = script(
        f"import http.server; http.server.HTTPServer(('127.0.0.1', {port}), {handler})"
        ".serve_forever()"
    )
    well = Check("answers", "ok", f"port {port} accepts, / is well")
    assert look(Question(path, port=port, health="/"), "answers") == well
    ill = look(Question(path, port=port, health="/nothing-here"), "answers", 2.0)
    assert ill.status == "failed"
    assert "/nothing-here is not well: HTTP Error 404" in ill.detail


def test_a_program_that_is_not_there_is_named() -> None:
    expected = Check("answers", "failed", "there is no program no-such-tool")
    assert look(Question("no-such-tool"), "answers") == expected


def test_modules_are_imported_by_the_python_of_the_script_and_without_pythonpath(
    tmp_path: Path,
    script: Any,
) -> None:
    (tmp_path / "only_there.py").write_text("print('loaded')\n")
    asked = Question(script(""), imports=("json", "only_there"))
    assert look(asked, "imports", PYTHONPATH=str(tmp_path)) == Check(
        "imports",
        "failed",
        "only_there: ModuleNotFoundError: No module named 'only_there' (without PYTHONPATH)",
    )
    assert look(Question(script(""), imports=("json", "email.mime")), "imports") == Check(
        "imports", "ok", "json, email.mime"
    )


def test_checks_go_on_after_one_that_failed() -> None:
    asked = write_question(Question("no-such-tool"), ("answers", "imports"), 20.0)
    said = subprocess.run([sys.executable, "-c", PROGRAM, asked], capture_output=True, check=True)
    statuses = [json.loads(line)["status"] for line in said.stdout.splitlines()]
    assert statuses == ["failed", "skipped"]
