"""`ws docker status` and `ws docker build` by the state of the engine, with the real client."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingUnixStreamServer
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.conftest import member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("socket_enabled")
WAIT = "wait a little and try again; restart it if that does not help"
START = "start it (sudo systemctl start docker, or Docker Desktop); see `docker context ls`"
VERSION = '{"Version": "27.0.1", "ApiVersion": "1.41", "MinAPIVersion": "1.24", "Os": "linux"}'
SECONDS = 10.0
"""How long an engine may take to answer."""


class Answering(BaseHTTPRequestHandler):
    """An engine that answers the same to all; it never does to questions for images."""

    status = 200
    body = VERSION

    def do_GET(self) -> None:
        if "/images/" in self.path:
            time.sleep(1.5 * SECONDS)
            return
        self.send_response(self.status)
        kind = "json" if self.body.startswith("{") else "html"
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(self.body.encode())

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class Server(ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        return super().get_request()[0], ("client", 0)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone says nothing about `ws`."""


@contextmanager
def answers(path: Path, status: int, body: str) -> Iterator[None]:
    """A socket where an engine answers so."""
    handler = type("Handler", (Answering,), {"status": status, "body": body})
    with Server(str(path), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()


@contextmanager
def is_silent(path: Path) -> Iterator[None]:
    """A socket that takes calls, and never answers: systemd's, while an engine starts."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        yield


class Seen(NamedTuple):
    """What is told of an engine."""

    kind: str
    detail: str
    hint: str


@pytest.fixture
def seen(make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Seen]:
    """What both commands say, the one as a warning, the other as an error, in both formats."""
    make_workspace({"one": ""})

    def see(**variables: str | None) -> Seen:
        for name, value in variables.items():
            monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
        begin = time.monotonic()
        asked = ws("docker", "status", "--format", "json")
        assert time.monotonic() - begin < SECONDS + 3
        (warning,) = asked.json["findings"]
        engine = asked.json["data"]["engine"]
        kind, detail, hint = (engine[key] for key in ("state", "detail", "hint"))
        rule = f"docker/{kind}"
        assert (asked.code, warning["rule"], warning["severity"]) == (0, rule, "warning")
        assert (warning["message"], warning["hint"]) == (detail, hint)
        assert ws("list").code == 0
        if "in time" not in detail:  # once is long enough
            assert ws("docker", "status", "--strict").code == 1
            assert ws("docker", "status").out.startswith(f"engine: {kind.replace('-', ' ')}: ")
            built = ws("docker", "build")
            assert (built.code, built.out) == (2, "")
            assert built.err == f"error: {detail} [{rule}]\n    \u2192 {hint}\n"
            assert ws("docker", "build", "--format", "json").json["findings"][0]["rule"] == rule
        return Seen(kind, detail, hint)

    return see


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a socket may lie: their paths have 107 characters at most."""
    return tmp_path_factory.mktemp("s") / "s"


def test_it_is_turned_off(seen: Callable[..., Seen]) -> None:
    assert seen(WS_DOCKER="0") == ("disabled", "WS_DOCKER=0 turns it off", "unset WS_DOCKER")


def test_it_is_not_installed(seen: Callable[..., Seen]) -> None:
    found = ("not-installed", "docker was not found on PATH", "install Docker")
    assert seen(PATH="/nowhere") == found


def test_it_takes_calls_and_does_not_answer(seen: Callable[..., Seen], place: Path) -> None:
    with is_silent(place):
        found = seen(DOCKER_HOST=f"unix://{place}")
    assert found == ("starting", "it did not answer in time", WAIT)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (503, '{"message": "Service Unavailable"}', "Service Unavailable"),
        (503, "", "503 Service Unavailable"),
        (500, '{"message": "the daemon is starting"}', "starting"),
    ],
)
def test_it_answers_that_it_is_not_ready(
    status: int, body: str, says: str, seen: Callable[..., Seen], place: Path
) -> None:
    with answers(place, status, body):
        found = seen(DOCKER_HOST=f"unix://{place}")
    assert (found.kind, found.hint) == ("starting", WAIT)
    assert says in found.detail


def test_there_is_no_such_socket(seen: Callable[..., Seen], place: Path) -> None:
    found = seen(DOCKER_HOST=f"unix://{place}")
    assert (found.kind, found.hint) == ("error", START)
    assert found.detail.startswith(f"Cannot connect to the Docker daemon at unix://{place}")


def test_there_is_no_such_context(seen: Callable[..., Seen]) -> None:
    found = seen(DOCKER_HOST=None, DOCKER_CONTEXT="nowhere")
    assert found == (
        "error",
        'Failed to initialize: unable to resolve docker endpoint: context "nowhere": context not'
        " found",
        "choose an engine that there is: DOCKER_HOST, DOCKER_CONTEXT, or docker context use",
    )


def test_nobody_may_use_its_socket_but_others(make_workspace: Make, place: Path) -> None:
    root = make_workspace({"one": ""})
    command = [sys.executable, "-m", "ws", "docker", "status", "--root", str(root)]
    if os.geteuid() == 0:  # who may do everything may not any more
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    with answers(place, 200, VERSION):
        place.chmod(0)
        if os.geteuid() == 0:
            os.chown(place, 12345, 12345)
        environ = {**os.environ, "DOCKER_HOST": f"unix://{place}"}
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("engine: error: permission denied while trying to connect")
    assert (
        "\u2192 let yourself use it: sudo usermod -aG docker $USER, and log in again" in ran.stdout
    )


def test_it_runs(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"one": ""})
    asked = ws("docker", "status", "--strict", "--format", "json")
    assert (asked.code, asked.json["findings"]) == (0, [])
    assert asked.json["data"]["engine"]["state"] == "running"


def test_it_tells_its_version_and_not_which_images_it_has(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    own = '\n[tool.ws.docker]\nbuild = "dockerfile"\n'
    make_workspace({"one": f"{member('one')}{own}", "one/Dockerfile": "FROM scratch\n"})
    monkeypatch.setenv("DOCKER_HOST", f"unix://{place}")
    begin = time.monotonic()
    with answers(place, 200, VERSION):
        asked = ws("docker", "status", "--format", "json")
    assert time.monotonic() - begin < SECONDS + 3
    assert asked.code == 0, asked.out
    assert [finding["rule"] for finding in asked.json["findings"]] == ["docker/starting"]
    assert asked.json["data"]["images"] == []
