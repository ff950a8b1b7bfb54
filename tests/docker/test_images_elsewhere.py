"""Images that are built by another engine, and that go through a registry: both on loopback."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import pytest_socket
from tests.conftest import long
from tests.integration.living import living, mark
from tests.integration.test_credentials import PASSWORD as OF_INDEX
from tests.integration.test_credentials import USER as INDEX_USER
from tests.integration.test_credentials import Guarded

from .elsewhere.engine import CONTEXT, copy, mounts, second_engine
from .elsewhere.registry import PASSWORD, USER, registry
from .elsewhere.workspace import Led, identity, printed, pushing_to, ws
from .small import THIRD, Small, fill, make, outcomes, statuses
from .test_images_safety import plain_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Engine
    from .elsewhere.engine import Elsewhere

pytestmark = pytest.mark.usefixtures("socket_enabled")
BASE = "python:3.11-slim"
WORKERS = ("ann", "bob")
BAKE = "ops/images/docker-bake.json"
WRONG = "wr0ng/c@nary"


@pytest.fixture(scope="session")
def elsewhere(docker_engine: Engine) -> Iterator[Elsewhere]:
    """The engine that all tests share, and a second one, which has nothing but the base image."""
    with second_engine(docker_engine) as both:
        copy(BASE, both.here, both.there)
        yield both


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a package index, with user and password in it."""
    pytest_socket.enable_socket()  # before a test's own fixtures do
    Guarded.folder = tmp_path_factory.mktemp("wheels")
    fill(Guarded.folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        login = f"{INDEX_USER}:{quote(OF_INDEX, safe='')}"
        yield f"http://{login}@127.0.0.1:{server.server_port}/simple"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def small(
    docker_engine: Engine, index: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Led]:
    """A workspace with two workers, locked; each test says its registry."""
    place = Led(tmp_path_factory.mktemp("elsewhere") / "small", docker_engine, index=index)
    make(place.root, dict.fromkeys(WORKERS, f'{THIRD} = "^1.0"\n'))
    place.lock(POETRY_PYPI_MIRROR_URL=f"{index}/")
    yield place
    place.remove()


@pytest.fixture
def through(small: Led) -> Led:
    """The workspace without a registry."""
    (small.root / "workspace.toml").write_text('[workspace]\nmembers = ["*"]\n')
    return small


@pytest.fixture
def tiny(docker_engine: Engine, tmp_path: Path) -> Iterator[Led]:
    """A workspace with two images that have next to nothing in them."""
    place = Led(tmp_path / "tiny", docker_engine)
    make(place.root, dict.fromkeys(WORKERS, '\n[tool.ws.docker]\nbuild = "dockerfile"\n'))
    for name in WORKERS:
        (place.root / name / "Dockerfile").write_text(f"FROM scratch\nCOPY {name}/{name}.py /\n")
    place.lock()
    yield place
    place.remove()


def test_another_engine_builds_the_files_of_generate_bake(
    elsewhere: Elsewhere, through: Led, index: str
) -> None:
    assert ws(through, "generate", "bake")["ok"]
    (through.root / "pip.conf").write_text(f"[global]\nindex-url = {index}\n")
    (through.root / "uv.toml").write_text(f'[[index]]\nurl = "{index}"\ndefault = true\n')
    network = {"services": {name: {"build": {"network": "host"}} for name in WORKERS}}
    (through.root / "network.yaml").write_text(json.dumps(network))
    told = {"TAG": "baked", "PIP_CONF": "pip.conf", "UV_TOML": "uv.toml"}
    baked = subprocess.run(
        ["docker", "--context", CONTEXT, "buildx", "bake", f"-f={BAKE}", "-f=network.yaml"],
        cwd=through.root,
        env={**elsewhere.here.environ, **told},
        capture_output=True,
        text=True,
        check=False,
    )
    assert baked.returncode == 0, baked.stderr
    for name in WORKERS:
        assert elsewhere.there.run(f"{name}:baked", name) == (0, "hello\n")
        assert identity(elsewhere.here, f"{name}:baked") == ""
    shutil.rmtree(through.root / "ops")


def test_with_a_context_build_and_status_are_about_the_engine_there(
    elsewhere: Elsewhere, through: Led
) -> None:
    def status(variables: dict[str, str]) -> dict[str, str]:
        rows = ws(through, "docker", "status", "--tag", through.tag, **variables)["data"]["images"]
        return {row["member"]: row["status"] for row in rows}

    there = elsewhere.there_variables()
    assert status(there) == dict.fromkeys(WORKERS, "missing")
    ran = through.build("--format", "json", **there)
    assert statuses(ran.stdout) == dict.fromkeys(WORKERS, "done"), ran.stdout + ran.stderr
    assert status(there) == dict.fromkeys(WORKERS, "up to date")
    assert status(elsewhere.here_variables()) == dict.fromkeys(WORKERS, "missing")
    for name in WORKERS:
        assert elsewhere.there.run(f"{name}:{through.tag}", name) == (0, "hello\n")


def test_the_builder_of_another_engine_is_refused_for_the_context_that_does_it(
    elsewhere: Elsewhere, through: Led
) -> None:
    ran = through.build("--builder", CONTEXT, **elsewhere.here_variables())
    assert ran.returncode == 2
    assert (
        f"the builder {CONTEXT} is that of another engine, and its images would be there"
        in ran.stderr
    )
    assert f"DOCKER_CONTEXT={CONTEXT} ws docker build" in ran.stderr


@pytest.mark.parametrize("buildx", [True, pytest.param(False, marks=long)])
def test_what_is_pushed_here_is_the_same_image_there(
    elsewhere: Elsewhere, through: Led, tmp_path: Path, *, buildx: bool
) -> None:
    client = (
        elsewhere.here_variables() if buildx else plain_client(elsewhere.here, tmp_path / "config")
    )
    with registry(tmp_path) as host:
        prefix = pushing_to(through, host)
        ran = through.build("--push", "--format", "json", **client)
        found = outcomes(ran.stdout)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        for name in WORKERS:
            assert found[name]["status"] == "done"
            assert found[name]["reason"].endswith(", pushed")
            image = f"{prefix}{name}:{through.tag}"
            pulled = elsewhere.there.call("pull", image)
            assert pulled.code == 0, pulled.output
            assert identity(elsewhere.there, image) == identity(elsewhere.here, image) != ""
            assert elsewhere.there.run(image, name) == (0, "hello\n")

        ran = through.build("--push", **client)  # a second time: nothing to build, and it is there
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "up to date, pushed" in ran.stderr


def test_a_registry_that_wants_a_password_is_told_and_no_password_is_shown(
    elsewhere: Elsewhere, tiny: Led, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "cli-plugins").symlink_to(elsewhere.config / "cli-plugins")
    client = {"DOCKER_CONFIG": str(config)}
    with registry(tmp_path, guarded=True) as host:
        prefix = pushing_to(tiny, host)
        reason = (
            f"it was not pushed: the registry {host} wants a login, or another;"
            f" docker login {host}, and run it again"
        )
        ran = tiny.build("--push", "--format", "json", **client)
        assert ran.returncode == 1, ran.stdout + ran.stderr
        found = outcomes(ran.stdout)
        assert {(each["status"], each["reason"]) for each in found.values()} == {("failed", reason)}
        assert identity(elsewhere.here, f"{prefix}ann:{tiny.tag}")  # it stays

        known = base64.b64encode(f"{USER}:{WRONG}".encode()).decode()
        (config / "config.json").write_text(json.dumps({"auths": {host: {"auth": known}}}))
        ran = tiny.build("--push", "-v", **client)
        assert ran.returncode == 1
        assert reason in ran.stdout
        logs = "".join(path.read_text() for path in tiny.root.glob(".ws/logs/**/*.log"))
        for secret in (WRONG, known):
            assert secret not in ran.stdout + ran.stderr + logs

        login = ("login", f"--username={USER}", "--password-stdin", host)
        subprocess.run(
            ["docker", *login], env=tiny.environ(**client), input=PASSWORD, text=True, check=True
        )
        ran = tiny.build("--push", "--format", "json", **client)
        found = outcomes(ran.stdout)
        assert {(each["status"], each["reason"]) for each in found.values()} == {
            ("done", "up to date, pushed")
        }
        assert PASSWORD not in ran.stdout + ran.stderr


def test_a_push_that_fails_is_a_failure_and_leaves_the_image(
    docker_engine: Engine, tiny: Led
) -> None:
    prefix = pushing_to(tiny, "127.0.0.1:9")  # nobody listens on this port
    ran = tiny.build("ann", "--push", "--format", "json")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert outcomes(ran.stdout)["ann"]["status"] == "failed"
    assert outcomes(ran.stdout)["ann"]["reason"] == (
        "it was not pushed: the engine cannot reach the registry 127.0.0.1:9;"
        " check [docker] registry, and the network of the engine"
    )
    image = f"{prefix}ann:{tiny.tag}"
    row = json.loads(ran.stdout)["data"]["images"][0]
    assert row["id"] == identity(docker_engine, image) != ""


def test_ctrl_c_while_a_registry_does_not_answer_leaves_the_images_and_ends_the_push(
    docker_engine: Engine, tiny: Led
) -> None:
    marked = mark()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        prefix = pushing_to(tiny, f"127.0.0.1:{silent.getsockname()[1]}")
        with tiny.start("--push", "--format", "json", **marked) as process:
            connection, _ = silent.accept()
            os.kill(process.pid, signal.SIGINT)
            out, err = process.communicate()
        assert process.returncode == 130, out + err
        assert {(each["status"], each["reason"]) for each in outcomes(out).values()} == {
            ("aborted", "interrupted before it was pushed")
        }
        assert living(marked) == {}
        connection.close()
    for name in WORKERS:
        assert identity(docker_engine, f"{prefix}{name}:{tiny.tag}")


def test_without_a_registry_there_is_nowhere_to_push_to(through: Led) -> None:
    ran = through.build("--push", "--format", "json")
    assert ran.returncode == 2
    found = json.loads(ran.stdout)["findings"][0]
    assert (found["rule"], found["path"]) == ("usage/registry", "workspace.toml")
    assert found["hint"] == 'name one under [docker]: registry = "ghcr.io/acme"'


def test_a_builder_that_is_not_there(through: Led) -> None:
    ran = through.build("--builder", "nowhere", "--format", "json")
    assert ran.returncode == 2
    found = json.loads(ran.stdout)["findings"][0]
    assert (found["rule"], found["message"], found["hint"]) == (
        "tool/docker-builder",
        "there is no builder nowhere",
        "see docker buildx ls",
    )


@pytest.mark.parametrize("push", [True, False])
def test_a_builder_apart_that_does_not_start(
    elsewhere: Elsewhere, tiny: Led, *, push: bool
) -> None:
    pushing_to(tiny, "127.0.0.1:9")
    create = ("buildx", "create", "--name=apart", "--driver=docker-container")
    made = elsewhere.here.call(*create, "--driver-opt=image=127.0.0.1:9/nowhere")
    assert made.code == 0, made.output
    args = ("--builder", "apart", *(["--push"] if push else []), "--format", "json")
    ran = tiny.build(*args, **elsewhere.here_variables())
    elsewhere.here.call("buildx", "rm", "apart")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    reasons = {each["reason"] for each in outcomes(ran.stdout).values()}
    assert len(reasons) == 1
    (reason,) = reasons
    assert reason.startswith("the builder does not start (")
    assert reason.endswith("); see docker buildx inspect --bootstrap, with its name")


FOREIGN = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01" + bytes(300)
"""The beginning of a program for arm64."""


@pytest.mark.parametrize(
    ("platforms", "reason"),
    [
        (
            ["linux/arm64"],
            "the builder's machine cannot run programs of the platform that is built for;"
            " take --builder with one that can, or let this one emulate it (binfmt)",
        ),
        (
            ["linux/amd64", "linux/arm64"],
            "this builder hands over images for one platform only; name one --platform, or take"
            " --push and a --builder with the driver docker-container, remote or kubernetes",
        ),
    ],
)
def test_a_platform_that_the_engine_cannot_build_for_is_told_with_what_to_do(
    platforms: list[str], reason: str, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    place = Small(tmp_path / "small", elsewhere.there)
    base = 'build = "dockerfile"\n'
    make(place.root, {"ann": f"\n[tool.ws.docker]\n{base}"})
    place.lock()
    (place.root / "ann/sh").write_bytes(FOREIGN)
    (place.root / "ann/sh").chmod(0o755)
    (place.root / "ann/Dockerfile").write_text("FROM scratch\nCOPY ann/sh /bin/sh\nRUN true\n")
    options = [f"--platform={each}" for each in platforms]
    ran = place.build(*options, "--format", "json", **elsewhere.there_variables())
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert outcomes(ran.stdout)["ann"]["reason"] == reason


def test_bake_shows_platforms_and_caches_as_they_are_given(
    docker_engine: Engine, through: Led, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = '[workspace]\nmembers = ["*"]\n[docker]\nplatforms = ["linux/amd64", "linux/arm64"]\n'
    (through.root / "workspace.toml").write_text(toml)
    assert ws(through, "generate", "bake")["ok"]
    monkeypatch.chdir(through.root)
    show = ("buildx", "bake", f"--file={BAKE}", "--print")
    cache = "type=registry,ref=r.example/c/ann"
    given = (f"--set=ann.cache-from={cache}", f"--set=ann.cache-to={cache},mode=max")
    targets = printed(docker_engine.call(*show, *given, "--set=bob.platform=linux/arm64").output)
    assert targets["ann"]["platforms"] == ["linux/amd64", "linux/arm64"]
    assert targets["ann"]["cache-from"] == [cache]
    assert targets["ann"]["cache-to"] == [f"{cache},mode=max"]
    assert targets["bob"]["platforms"] == ["linux/arm64"]
    assert not {"cache-from", "cache-to"} & targets["bob"].keys()

    # An engine that keeps no cache for others says so, and what would.
    exporting = ("buildx", "bake", f"--file={BAKE}", "ann", "--set=*.platform=", *given)
    said = docker_engine.call(*exporting)
    shutil.rmtree(through.root / "ops")
    if said.code:  # with containerd's image store it can
        assert "Cache export is not supported for the docker driver" in said.output
        assert "Switch to a different driver" in said.output


def test_nothing_of_the_second_engine_is_left(docker_engine: Engine) -> None:
    with second_engine(docker_engine) as both:
        folder, pid = both.config.parent, both.pid
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert mounts(folder) == []
    assert not folder.exists()
