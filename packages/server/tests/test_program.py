import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2 as httpx
import pytest
from conftest import TINY, gone
from insight_server.settings import ServerSettings
from pydantic import ValidationError

SCRIPT = Path(sys.executable).with_name("insight-server")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_console_script_serves_and_leaves_no_child_behind(
    stop: signal.Signals,
) -> None:
    port = free_port()
    settings = {
        "INSIGHT_PORT": str(port),
        "INSIGHT_WORKERS": json.dumps({"tiny": TINY}),
    }
    server = subprocess.Popen([SCRIPT], env={**os.environ, **settings})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for _ in range(300):
                try:
                    client.get("/health")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            message = {"id": "1", "payload": {"text": "hello"}}
            assert client.post("/workers/tiny/messages", json=message).status_code == 202
            while (reply := client.get("/results/1").json())["status"] == "pending":
                time.sleep(0.05)
        assert reply["result"]["payload"]["text"] == "hello"
        server.send_signal(stop)
        server.wait(timeout=20)
        assert gone(reply["result"]["payload"]["pid"])
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INSIGHT_PORT", "many"),
        ("INSIGHT_WORKERS", "parser-worker"),
        ("INSIGHT_WORKERS", '{"a": ""}'),
        ("INSIGHT_REMOTE", "chat"),
        ("INSIGHT_REMOTE", '["chat'),
        ("INSIGHT_BROKER", "redis://:s3cr3t@host:port/0"),
        ("INSIGHT_BROKER", "redis://:s3cr3t@host/0?s3cr3t=1"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(variable: str, value: str) -> None:
    env = {**os.environ, variable: value}
    done = subprocess.run(
        [SCRIPT], env=env, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1
    assert variable.removeprefix("INSIGHT_").lower() in done.stderr.lower()
    assert "s3cr3t" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_command_may_be_a_string_or_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIGHT_WORKERS", '{"a": "run \'my worker\' -v", "b": ["run"]}')
    assert ServerSettings().workers == {"a": ["run", "my worker", "-v"], "b": ["run"]}
    with pytest.raises(ValidationError):
        ServerSettings(workers={"a": []})
