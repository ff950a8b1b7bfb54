import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from insight_server.app import create_app
from insight_server.settings import ServerSettings
from shared.testing import RedisServer, missing, redis_server
from starlette.testclient import TestClient

TINY = [sys.executable, str(Path(__file__).with_name("tiny_worker.py"))]
Start = Callable[..., TestClient]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the real app with a real worker process; end it after the test."""
    clients = []

    def _start(**settings: Any) -> TestClient:
        client = TestClient(
            create_app(ServerSettings(**{"workers": {"tiny": TINY}, "grace": 1, **settings}))
        )
        clients.append(client)
        return client.__enter__()

    yield _start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A broker of this test alone."""
    if reason := missing():
        pytest.skip(reason)
    with redis_server(tmp_path) as one:
        yield one


@pytest.fixture
def client(start: Start) -> TestClient:
    return start()


def post(client: TestClient, worker: str = "tiny", **payload: object) -> str:
    reply = client.post(f"/workers/{worker}/messages", json={"payload": payload})
    assert reply.status_code == 202, reply.text
    return str(reply.json()["id"])


def result(client: TestClient, id_: str) -> dict[str, Any]:
    """Wait for a result."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        reply = client.get(f"/results/{id_}").raise_for_status().json()
        if reply["status"] == "done":
            return dict(reply["result"])
        time.sleep(0.02)
    raise TimeoutError(id_)


def gone(pid: int) -> bool:
    """Say whether a process has ended; a zombie has, even if nobody asks for it."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        os.kill(pid, 0)
    except (ProcessLookupError, FileNotFoundError):
        return True
    return False
