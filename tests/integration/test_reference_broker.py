"""The reference workspace over a broker: its server and three workers, each a process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.conftest import need
from tests.integration.test_reference_workspace import MESSAGES, ROOT, WORKSPACE, script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("socket_enabled")

WORKERS = ("chat-worker", "preprocessor-worker", "parser-worker")
ALONE = "infrastructure-manager-worker"
"""Has no shared package, and so speaks JSON lines only."""
PATIENCE = 30.0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(ask: Callable[[], Any]) -> Any:
    """Wait for an answer that is true, and return it."""
    end = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)
    return answer


@contextmanager
def running(command: list[str | Path], **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program, which is asked to end afterwards, and does."""
    process = subprocess.Popen(command, env={**os.environ, **settings}, cwd=ROOT)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()


def ask(url: str, body: object = None) -> dict[str, Any]:
    """The JSON that a server answers with, to a POST if there is a body."""
    data = None if body is None else json.dumps(body).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data), timeout=PATIENCE) as reply:
        found = json.load(reply)
    assert isinstance(found, dict)
    return found


def handled(url: str) -> Any:
    """The result of a message, if it is there yet."""
    return ask(url)["result"]


def name(member: str) -> str:
    """What a worker is called by those who send it messages."""
    return member.removesuffix("-worker")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """The address of a broker of this test alone."""
    program = need(Path(shutil.which("redis-server") or "/usr/bin/redis-server"))
    port = str(free_port())
    command: list[str | Path] = [
        program,
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--dir",
        tmp_path,
        "--save",
        "",
    ]
    with running(command):
        until(lambda: listens(int(port)))
        yield f"redis://127.0.0.1:{port}/0"


def test_a_message_posted_to_the_server_comes_back_handled_by_each_of_three_workers(
    broker: str, tmp_path: Path
) -> None:
    settings = {
        "INSIGHT_BROKER": broker,
        "INSIGHT_PORT": str(free_port()),
        "INSIGHT_REMOTE": ",".join(map(name, WORKERS)),
        "TMPDIR": str(tmp_path),
    }
    url = f"http://127.0.0.1:{settings['INSIGHT_PORT']}"
    with ExitStack() as programs:
        ended = [
            programs.enter_context(running([script(member)], **settings))
            for member in ("insight-server", *WORKERS)
        ]
        until(lambda: listens(int(settings["INSIGHT_PORT"])))
        for member in WORKERS:
            message = {"id": f"to-{member}", "payload": MESSAGES[member][0]}
            assert ask(f"{url}/workers/{name(member)}/messages", message) == {"id": message["id"]}
        for member in WORKERS:
            result = until(partial(handled, f"{url}/results/to-{member}"))
            _, key, value = MESSAGES[member]
            assert result["worker"] == name(member)
            assert result["payload"][key] == value
        assert ask(f"{url}/health") == {
            "status": "ok",
            "broker": "reachable",
            "workers": dict.fromkeys(map(name, WORKERS), "running"),
        }
    assert [one.returncode for one in ended[1:]] == [0, 0, 0]


def test_each_worker_is_called_like_its_member() -> None:
    """So its stream is `insight:messages:chat` for the member `chat-worker`."""
    named = re.compile(r'^    name = "(.*)"$', re.MULTILINE)
    for member in WORKSPACE.members:
        if member.path.startswith("workers/") and member.name != ALONE:
            sources = (ROOT / member.path / "src").glob("*/worker.py")
            names = [named.findall(one.read_text()) for one in sources]
            assert names == [[name(member.name)]], member.path
