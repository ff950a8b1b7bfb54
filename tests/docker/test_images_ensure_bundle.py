"""`ws docker ensure` in a bundle: no workspace, no locks, and volumes beside the images."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from tests.conftest import long

from ws import api
from ws.formats import bundle
from ws.model.product import Product, Service
from ws.model.volumes import Volume

from .conftest import REPOSITORY
from .elsewhere.engine import second_engine
from .test_images_safety import plain_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ws.model.docker_settings import Source

    from .conftest import Engine

pytestmark = pytest.mark.usefixtures("socket_enabled")

WORKER = """\
import os, pathlib
folder = os.environ.get("MODELS", "")
print("hello from", os.environ.get("MODELS") and sorted(os.listdir(folder)))
"""
BACKEND = '''\
"""Builds a wheel with nothing but Python: what installs needs no package index here."""
import pathlib, zipfile
INFO = "one-1.dist-info"
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "one-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(directory, name), "w") as wheel:
        wheel.writestr("one.py", "def main():\\n" + "".join(
            f"    {line}\\n" for line in pathlib.Path("worker.py").read_text().splitlines()))
        wheel.writestr(f"{INFO}/METADATA", "Metadata-Version: 2.1\\nName: one\\nVersion: 1\\n")
        wheel.writestr(f"{INFO}/WHEEL",
            "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{INFO}/entry_points.txt", "[console_scripts]\\none = one:main\\n")
        wheel.writestr(f"{INFO}/RECORD", "")
    return name
'''
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
LACKS = "ERROR: BuildKit is enabled but the buildx component is missing or broken."
"""What clients say since Docker 23 (github.com/docker/cli, cmd/docker/builder.go)."""
BUILT: tuple[Source, ...] = ("image", "build")


@dataclass
class Bundle:
    """A bundle with one service, written by hand; images and volumes are gone afterwards."""

    root: Path
    engine: Engine
    name: str = field(default_factory=lambda: f"one{uuid.uuid4().hex[:8]}")
    fingerprint: str = "0123456789abcdef"
    size: int = 0

    def write(self, *volumes: Volume, source: tuple[Source, ...] = BUILT, **changes: Any) -> None:
        service = Service(
            self.name,
            f"{self.name}:latest",
            self.fingerprint,
            "one",
            script="one",
            packages=("one",),
            volumes=volumes,
            size=self.size,
        )
        service = replace(service, **changes)
        product = Product(self.name, (service,), source, "images.tar", bake="bake.json")
        (self.root / "bundle.json").write_text(bundle.write(product))

    def ensure(self, **more: Any) -> api.Answer:
        return api.ensure(self.root, **more)

    def volume(self, name: str) -> str:
        return f"{self.name}-{name}"

    def reads(self, volume: str, path: str) -> str:
        """What a file in a volume says, seen from a container."""
        mount = f"--volume={volume}:/v:ro"
        ran = self.engine.run("python:3.11-slim", "cat", f"/v/{path}", options=(mount,))
        assert ran.code == 0, ran.output
        return ran.output.split("WARNING", maxsplit=1)[0]


@pytest.fixture
def unpacked(docker_engine: Engine, tmp_path: Path) -> Iterator[Bundle]:
    made = Bundle(tmp_path / "b", docker_engine)
    (made.root / "one").mkdir(parents=True)
    (made.root / "one/worker.py").write_text(WORKER)
    (made.root / "one/backend.py").write_text(BACKEND)
    (made.root / "one/pyproject.toml").write_text(PROJECT)
    (made.root / "Dockerfile").write_text("FROM scratch AS image\nCOPY one /one\nUSER 10001\n")
    target = {"context": ".", "dockerfile": "Dockerfile", "target": "image"}
    bake = {"target": {made.name: {**target, "tags": [f"{made.name}:latest"]}}}
    (made.root / "bake.json").write_text(json.dumps(bake))
    made.write()
    yield made
    docker_engine.call("rmi", "--force", f"{made.name}:latest")
    listed = docker_engine.call("volume", "ls", "--quiet").output.split()
    if mine := [name for name in listed if made.name in name]:
        docker_engine.call("volume", "rm", "--force", *mine)


def test_it_builds_from_its_own_files_and_is_there_then(unpacked: Bundle) -> None:
    first, again = unpacked.ensure(), unpacked.ensure()
    assert (first.ok, first.services[0].way, first.remembered) == (True, "build", False), first
    assert (again.ok, again.services[0].way, again.remembered) == (True, "image", True)
    assert again.services[0].image == first.services[0].image


def test_it_builds_without_buildx(
    unpacked: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in plain_client(unpacked.engine, tmp_path / "config").items():
        monkeypatch.setenv(name, text)
    answer = unpacked.ensure()
    assert (answer.ok, answer.services[0].way) == (True, "build"), answer.services


def test_a_client_that_cannot_build_is_told_what_it_lacks(
    unpacked: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = tmp_path / "docker"
    client.write_text(
        f'#!/bin/sh\ncase "$1" in build*) echo "{LACKS}"; exit 1;; esac\n'
        f'exec {shutil.which("docker")} "$@"\n'
    )
    client.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    last = unpacked.ensure().services[0].tried[-1]
    assert last.reason == "docker cannot build: its plugin Buildx is missing or broken"
    assert last.hint.startswith("install it: the package docker-buildx")


def test_the_next_version_of_a_bundle_is_built_anew(unpacked: Bundle) -> None:
    unpacked.ensure()
    unpacked.fingerprint = "another"
    unpacked.write()
    answer = unpacked.ensure()
    assert [one.way for one in answer.services[0].tried] == ["image", "build"]
    assert (answer.ok, answer.services[0].way) == (True, "build")


def test_a_way_that_needs_more_than_the_disk_has_is_refused(unpacked: Bundle) -> None:
    unpacked.size = 10**16
    unpacked.write()
    told: list[api.Event] = []
    answer = unpacked.ensure(on_event=told.append)
    assert (answer.ok, answer.services[0].way) == (False, None)
    refused = answer.services[0].tried[-1]
    assert refused.reason.startswith("the disk is too small: it needs about 1e+04 TB")
    assert refused.hint.startswith("make room there, ")
    assert answer.estimate.disk == 10**16
    assert answer.estimate.free is not None
    assert "planned" in [event.kind for event in told]
    unpacked.write(source=("build", "host"))
    assert unpacked.ensure().services[0].way == "host"


def test_room_is_measured_where_the_engine_of_a_context_keeps_its_data(
    unpacked: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with second_engine(unpacked.engine) as both:  # its data lie in memory, 4 GB at most
        for name, text in both.there_variables().items():
            monkeypatch.setenv(name, text)
        unpacked.size = 5 * 10**9
        unpacked.write()
        answer = unpacked.ensure()
        assert answer.services[0].tried[-1].reason.startswith("the disk is too small")
        assert answer.estimate.free is not None
        assert answer.estimate.free < unpacked.size
        unpacked.size = 0
        unpacked.write()
        assert unpacked.ensure().services[0].way == "build"
        assert unpacked.ensure().remembered
    assert not unpacked.ensure().ok  # it has ended


def test_what_is_no_service_of_it_is_told(unpacked: Bundle) -> None:
    with pytest.raises(api.WsError, match="nobody is no service"):
        api.ensure(unpacked.root, ["nobody"])


@pytest.mark.parametrize("tool", ["uv", pytest.param("pip", marks=long)])
def test_on_the_host_it_runs_in_an_environment_of_its_own(
    unpacked: Bundle, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    monkeypatch.setenv("WS_DOCKER", "0")
    if tool == "pip":
        monkeypatch.setattr("ws.engines.host_service.find", lambda *_args, **_more: "")
    (unpacked.root / "one/models").mkdir()
    (unpacked.root / "one/models/small.bin").write_text("weights")
    models = Volume("models", "/models", source="models", environment="MODELS")
    unpacked.write(models, source=("image", "host"))
    answer = unpacked.ensure()
    (service,) = answer.services
    assert (answer.ok, service.way) == (True, "host"), answer
    environ = dict(service.environment)
    ran = subprocess.run([service.program], env=environ, capture_output=True, text=True, check=True)
    assert ran.stdout == "hello from ['.ws-volume.json', 'small.bin']\n"
    assert unpacked.ensure().remembered
    (unpacked.root / ".ws/host" / unpacked.name / ".ws-service").unlink()  # as if it was killed
    again = unpacked.ensure()
    assert (again.services[0].way, again.remembered) == ("host", False)
    shutil.rmtree(unpacked.root / ".ws/volumes/models")
    assert not unpacked.ensure().remembered
    assert (unpacked.root / ".ws/volumes/models/small.bin").read_text() == "weights"


def test_what_cannot_be_installed_is_told(
    unpacked: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_DOCKER", "0")
    (unpacked.root / "one/pyproject.toml").write_text(PROJECT.replace('"backend"', '"nothing"'))
    unpacked.write(source=("host",))
    answer = unpacked.ensure()
    assert not answer.ok
    assert answer.services[0].tried[0].hint.startswith("the whole log: .ws/logs/docker ensure/")
    unpacked.write(source=("host",), script="")
    reason = unpacked.ensure().services[0].tried[0].reason
    assert reason == "it has no console script that could be started"


def test_a_volume_is_filled_from_a_folder_owned_by_the_images_user(unpacked: Bundle) -> None:
    (unpacked.root / "one/models/deep").mkdir(parents=True)
    (unpacked.root / "one/models/deep/a.bin").write_text("a")
    unpacked.write(Volume("models", "/models", source="models"))
    answer = unpacked.ensure()
    name = unpacked.volume("models")
    assert [(one.name, one.state) for one in answer.volumes] == [(name, "ready")], answer
    assert unpacked.reads(name, "deep/a.bin") == "a"
    mount = f"--volume={name}:/v"
    ran = unpacked.engine.run("python:3.11-slim", "stat", "-c", "%u", "/v", options=(mount,))
    assert ran.output.split()[0] == "10001"
    assert unpacked.engine.call("ps", "--all", "--quiet", f"--filter=volume={name}").output == ""
    assert unpacked.ensure().remembered


def test_a_volume_that_was_removed_is_made_again(unpacked: Bundle) -> None:
    unpacked.write(Volume("cache", "/cache"))
    unpacked.ensure()
    assert unpacked.ensure().remembered
    name = unpacked.volume("cache")
    assert unpacked.engine.call("volume", "rm", name).code == 0
    answer = unpacked.ensure()
    assert (answer.ok, answer.remembered) == (True, False)
    assert unpacked.engine.call("volume", "inspect", name).code == 0


@pytest.mark.parametrize(("update", "says"), [("changed", "new"), ("missing", "old")])
def test_another_source_fills_a_volume_anew_where_that_is_wanted(
    unpacked: Bundle, update: Any, says: str
) -> None:
    model = unpacked.root / "one/model.bin"
    model.write_text("old")
    unpacked.write(Volume("models", "/models", source="model.bin", update=update))
    assert unpacked.ensure().ok
    model.write_text("new")
    answer = unpacked.ensure()
    assert (answer.ok, answer.remembered) == (True, False)
    assert unpacked.reads(unpacked.volume("models"), "model.bin") == says


def test_a_volume_that_was_filled_by_half_is_filled_anew(unpacked: Bundle) -> None:
    (unpacked.root / "one/model.bin").write_text("whole")
    volume = Volume("models", "/models", source="model.bin")
    unpacked.write()
    unpacked.ensure()
    name = unpacked.volume("models")
    half = json.dumps({"digest": "x", "whole": False})
    command = f"echo '{half}' > /v/.ws-volume.json; echo rest > /v/rest.bin"
    mount = f"--volume={name}:/v"
    unpacked.engine.run("python:3.11-slim", "sh", "-c", command, options=(mount,))
    unpacked.write(volume)
    answer = unpacked.ensure()
    assert answer.ok, answer
    assert unpacked.reads(name, "model.bin") == "whole"
    listed = unpacked.engine.run("python:3.11-slim", "ls", "/v", options=(mount,))
    assert "rest.bin" not in listed.output


def test_a_volume_without_its_source_makes_its_service_unavailable(unpacked: Bundle) -> None:
    unpacked.write(Volume("models", "/models", source="nowhere"))
    answer = unpacked.ensure()
    assert (answer.ok, answer.services[0].state) == (False, "unavailable")
    last = answer.services[0].tried[-1]
    assert (
        last.reason
        == f"its volume {unpacked.volume('models')}: its source one/nowhere is not there"
    )


class Serving(http.server.BaseHTTPRequestHandler):
    """Gives a model, the first time only half of it, and then what is asked for."""

    data: ClassVar[bytes] = b"model" * 50_000
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.asked.append(self.headers.get("Range", ""))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/model.bin")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(self.data) - start))
        self.end_headers()
        self.wfile.write(self.data[start:] if start else self.data[: len(self.data) // 2])

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server with a certificate that only this test trusts."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("NO_PROXY", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    Serving.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Serving) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_model_comes_through_https_goes_on_after_a_cut_and_is_checked(
    unpacked: Bundle, address: str
) -> None:
    good = hashlib.sha256(Serving.data).hexdigest()
    wrong = Volume("models", "/models", source=f"{address}/model.bin", sha256="0" * 64)
    unpacked.write(wrong)
    refused = unpacked.ensure()
    assert "is not what is expected: its sha256 is" in refused.services[0].tried[-1].reason
    Serving.asked.clear()
    unpacked.write(replace(wrong, sha256=good))
    steps: list[str] = []
    answer = unpacked.ensure(on_event=lambda event: steps.append(event.text))
    assert answer.ok, answer
    assert Serving.asked == ["", f"bytes={len(Serving.data) // 2}-"]
    assert "fetching model.bin" in steps
    assert unpacked.reads(unpacked.volume("models"), "model.bin") == Serving.data.decode()
    assert not list((unpacked.root / ".ws/downloads").iterdir())
    unpacked.write(replace(wrong, name="others", source=f"{address}/away"))
    assert "leads away from https" in unpacked.ensure().services[0].tried[-1].reason


def test_it_can_be_cancelled_and_goes_on_the_next_time(unpacked: Bundle) -> None:
    text = "FROM python:3.11-slim\nRUN sleep 60\n"
    (unpacked.root / "Dockerfile").write_text(text.replace("slim", "slim AS image"))
    cancel = api.Cancel()

    def on_event(event: api.Event) -> None:
        if event.kind == "step" and "sleep" in event.text:
            cancel_soon.start()

    cancel_soon = threading.Timer(0.2, cancel)
    answer = unpacked.ensure(on_event=on_event, cancel=cancel)
    assert (answer.ok, answer.interrupted) == (False, True)
    assert answer.services[0].tried[-1].status == "aborted"
    (unpacked.root / "Dockerfile").write_text("FROM scratch AS image\nCOPY one /one\n")
    assert unpacked.ensure().ok


def test_what_ends_it_while_it_waits_for_an_engine_is_in_the_answer(
    unpacked: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{unpacked.root}/none")

    def press(event: api.Event) -> None:
        if event.kind == "step":
            signal.raise_signal(signal.SIGINT)

    cancel = api.Cancel()
    cancel()
    for more in ({"on_event": press}, {"cancel": cancel}):
        answer = unpacked.ensure(wait_engine=30, **more)
        assert (answer.ok, answer.interrupted) == (False, True)
        (tried,) = answer.services[0].tried
        assert (tried.status, tried.reason) == ("aborted", "interrupted")


@pytest.mark.parametrize("command", ["rm /v/deep/a.bin; rmdir /v/deep", "rm -r /v/deep /v/.ws*"])
def test_a_volume_that_was_emptied_is_filled_again(unpacked: Bundle, command: str) -> None:
    (unpacked.root / "one/models/deep").mkdir(parents=True)
    (unpacked.root / "one/models/deep/a.bin").write_text("a")
    unpacked.write(Volume("models", "/models", source="models"))
    assert unpacked.ensure().ok
    name = unpacked.volume("models")
    mount = f"--volume={name}:/v"
    unpacked.engine.run("python:3.11-slim", "sh", "-c", command, options=(mount,))
    shutil.rmtree(unpacked.root / ".ws/ensure")
    assert unpacked.ensure().ok
    assert unpacked.reads(name, "deep/a.bin") == "a"


def test_a_folder_that_was_emptied_is_filled_again(
    unpacked: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_DOCKER", "0")
    model = unpacked.root / "one/model.bin"
    model.write_text("a")
    unpacked.write(Volume("models", "/models", source="model.bin"), source=("host",))
    assert unpacked.ensure().ok
    filled = unpacked.root / ".ws/volumes/models/model.bin"
    filled.unlink()
    assert unpacked.ensure().ok
    assert filled.read_text() == "a"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_however_it_is_ended_the_next_run_goes_on(unpacked: Bundle, how: signal.Signals) -> None:
    # What an earlier run has built must not be in the builder's cache.
    sleeping = f"FROM python:3.11-slim AS image\nRUN echo {unpacked.name} sleeps && sleep 3\n"
    (unpacked.root / "Dockerfile").write_text(sleeping)
    log = unpacked.root / ".ws/logs/docker ensure/build.log"
    command = [sys.executable, "-m", "ws", "docker", "ensure", "--format", "json"]
    with subprocess.Popen(
        command,
        cwd=unpacked.root,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        while not (log.exists() and "sleeps" in log.read_text()):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(how)
        out, _ = process.communicate()
    if how == signal.SIGINT:
        assert process.returncode == 130
        (service,) = json.loads(out)["data"]["services"]
        assert (service["state"], service["tried"][-1]["status"]) == ("unavailable", "aborted")
    assert unpacked.ensure().ok
    assert unpacked.ensure().remembered


def test_where_nothing_can_be_written_images_that_are_there_are_used(unpacked: Bundle) -> None:
    unpacked.ensure()
    shutil.rmtree(unpacked.root / ".ws")
    (unpacked.root / ".ws").write_text("")
    answer = unpacked.ensure()
    assert (answer.ok, answer.services[0].way) == (True, "image")
    unpacked.write(fingerprint="another")
    with pytest.raises(api.WsError, match="cannot write"):
        unpacked.ensure()


def test_the_status_looks_and_does_nothing(unpacked: Bundle) -> None:
    before = api.status(unpacked.root)
    assert (before.ok, [one.way for one in before.services[0].tried]) == (False, ["image"])
    unpacked.ensure()
    assert api.status(unpacked.root).ok
    shutil.rmtree(unpacked.root / ".ws")
    after = api.status(unpacked.root)
    assert (after.ok, after.remembered) == (True, False)


def test_the_example_application_shows_its_own_screen(unpacked: Bundle) -> None:
    command = [sys.executable, str(REPOSITORY / "docs/example_app.py"), str(unpacked.root)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[-2:] == [f"  [ok] {unpacked.name}", "Welcome."]
    unpacked.fingerprint = "another"
    unpacked.write(source=("image",))
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert f"Needed: {unpacked.name}" in ran.stdout
