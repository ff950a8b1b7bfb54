import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shared.messages import Message, Result
from shared.transport import JsonLines
from shout import Shout

SHOUT = [sys.executable, str(Path(__file__).with_name("shout.py"))]


def results(*lines: str) -> list[dict[str, Any]]:
    sink = io.StringIO()
    Shout().run(JsonLines(io.StringIO("\n".join(lines)), sink))
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def start(text: bytes, **variables: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, **variables}
    return subprocess.run(SHOUT, input=text, capture_output=True, env=env, check=False, timeout=30)


def test_a_good_message_is_answered_with_its_id_and_the_workers_name() -> None:
    assert results('{"id": "1", "payload": {"text": "hello"}}') == [
        {
            "id": "1",
            "worker": "shout",
            "status": "ok",
            "payload": {"text": "HELLO"},
            "error": None,
        }
    ]


def test_a_message_without_an_id_gets_one() -> None:
    first, second = results('{"payload": {"text": "a"}}', '{"payload": {"text": "b"}}')
    assert first["id"]
    assert first["id"] != second["id"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("no json", "not JSON"),
        ("[1]", "valid dictionary"),
        ('{"id": "x"}', "payload: Field required"),
        ('{"payload": {"text": NaN}}', "not JSON"),
        ('{"payload": {"text": "\\ud800"}}', "not JSON"),
        ("[" * 5000, "not JSON"),
        ('{"id": "x", "payload": {"text": 3}}', "text: Input should be a valid string"),
        ('{"id": "x", "payload": {"text": "fail"}}', "ValueError: cannot shout that"),
        ('{"id": "x", "payload": {"text": "name"}}', "ValueError: caf\\udce9.txt"),
    ],
)
def test_a_bad_message_gives_a_one_line_error_and_the_next_is_answered(
    line: str, error: str
) -> None:
    bad, good = results(line, "", '{"payload": {"text": "on"}}')
    assert (bad["status"], bad["payload"]) == ("error", None)
    assert error in bad["error"]
    assert "\n" not in bad["error"]
    assert good["payload"] == {"text": "ON"}


def test_a_bad_message_keeps_the_id_that_it_has() -> None:
    assert results('{"id": "x", "payload": 3}')[0]["id"] == "x"


def test_any_transport_with_receive_and_send_will_do() -> None:
    class Memory:
        def __init__(self) -> None:
            self.sent: list[Result] = []

        def receive(self) -> Any:
            yield Message(id="1", payload={"text": "a"})

        def send(self, result: Result) -> None:
            self.sent.append(result)

    memory = Memory()
    Shout().run(memory)
    assert [result.status for result in memory.sent] == ["ok"]


def test_the_program_writes_only_results_to_stdout_and_ends_with_0() -> None:
    done = start('{"payload": {"text": "ä"}}\nno json\n'.encode())
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == [
        "ok",
        "error",
    ]
    assert b"a stray print" in done.stderr
    assert done.returncode == 0


def test_the_program_speaks_utf8_in_any_locale_and_survives_what_is_none() -> None:
    done = start(
        b'\xff\n{"payload": {"text": "\xc3\xa4"}}\n',
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
    )
    bad, good = (json.loads(line) for line in done.stdout.decode().splitlines())
    assert bad["status"] == "error"
    assert good["payload"] == {"text": "Ä"}


def test_a_wrong_setting_is_told_in_one_line() -> None:
    done = start(b"", INSIGHT_LOG_LEVEL="LOUD")
    assert done.returncode == 1
    assert done.stderr.startswith(b"shout: log_level: Input should be")
    assert done.stderr.count(b"\n") == 1


def test_a_reader_that_goes_away_ends_the_program_quietly() -> None:
    process = subprocess.Popen(
        SHOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(b'{"payload": {"text": "a"}}\n' * 3, timeout=30)
    assert process.returncode == 0
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors
