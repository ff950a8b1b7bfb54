"""`ws docker build` with secrets, with faults in the middle, and ended by Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest
from tests.conftest import long
from tests.integration.living import living, mark
from tests.integration.test_credentials import PASSWORD, USER, WRONG, Guarded

from .canaries import GIVEN, beside, hidden_in, in_the_image
from .small import THIRD, Small, fill, make, outcomes, statuses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .conftest import Engine

pytestmark = pytest.mark.usefixtures("socket_enabled")
BASE = "python:3.11-slim"


class Asked(Guarded):
    """A guarded index that remembers what those who knew the password asked for."""

    answered: set[str]

    def _answer(self, status: int, body: bytes) -> None:
        if status == 200:
            self.answered.add(self.path)
        super()._answer(status, body)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    fill(folder)
    return folder


@pytest.fixture
def host(wheels: Path, socket_enabled: None) -> Iterator[str]:  # noqa: ARG001 - opens sockets
    """Where the guarded index listens, as `HOST:PORT`."""
    Asked.folder, Asked.answered = wheels, set()
    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def small(docker_engine: Engine, tmp_path: Path) -> Iterator[Small]:
    """The workspace, not made yet; its images are gone afterwards."""
    place = Small(tmp_path / "small", docker_engine)
    yield place
    place.remove()


def guarded(host: str, password: str) -> str:
    return f"http://{USER}:{quote(password, safe='')}@{host}/simple"


class Way(NamedTuple):
    """One way to give the credentials of the index: a manifest, and variables."""

    manifest: str
    variables: dict[str, str]


PLAIN = f'{THIRD} = "^1.0"\n'


def for_uv(host: str, password: str) -> Way:
    return Way(PLAIN, {"UV_DEFAULT_INDEX": guarded(host, password)})


def for_pip(host: str, password: str) -> Way:
    return Way(PLAIN, {"PIP_INDEX_URL": guarded(host, password)})


def for_poetry(host: str, password: str) -> Way:
    names = "POETRY_HTTP_BASIC_OUR_OWN_USERNAME", "POETRY_HTTP_BASIC_OUR_OWN_PASSWORD"
    source = f'[[tool.poetry.source]]\nname = "our-own"\nurl = "http://{host}/simple/"\n'
    return Way(f"{PLAIN}\n{source}", dict(zip(names, (USER, password), strict=True)))


def in_the_source(host: str, password: str) -> Way:
    source = f'[[tool.poetry.source]]\nname = "ours"\nurl = "{guarded(host, password)}/"\n'
    return Way(f"{PLAIN}\n{source}", {})


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(for_uv),
        pytest.param(for_poetry),
        pytest.param(for_pip, marks=long),
        pytest.param(in_the_source, marks=long),
    ],
)
def test_no_credential_is_in_an_image_nor_in_what_is_told_of_its_build(
    way: Callable[[str, str], Way], host: str, small: Small, tmp_path: Path
) -> None:
    manifest, variables = way(host, PASSWORD)
    make(small.root, {"worker": manifest})
    small.lock(**({"POETRY_PYPI_MIRROR_URL": f"{guarded(host, PASSWORD)}/"} | variables))
    (tmp_path / "given").write_text(GIVEN)
    secret = f"id=given,src={tmp_path / 'given'}"
    args = ("--no-cache", "--secret", secret, "--events", "events.jsonl", "-v")

    ran = small.build(*args, **way(host, WRONG).variables)
    if way is not in_the_source:
        assert ran.returncode == 1
        assert "wants credentials, or others" in ran.stderr, ran.stdout + ran.stderr
    assert hidden_in((ran.stdout + ran.stderr).encode()) == []
    assert beside(small.root) == []

    Asked.answered.clear()
    ran = small.build(*args, "--format", "json", **variables)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["outcomes"][0]["status"] == "done"
    assert {path for path in Asked.answered if path.startswith("/files/")} == {
        f"/files/{path.name}" for path in Asked.folder.glob("*.whl")
    }
    assert hidden_in((ran.stdout + ran.stderr).encode()) == []
    assert beside(small.root) == []
    assert in_the_image(small.engine, f"worker:{small.tag}", tmp_path) == []


def plain_client(engine: Engine, folder: Path) -> dict[str, str]:
    """The variables under which there is no Buildx, and a client that builds without it."""
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nLABEL nothing=here\n")
    environ = {**engine.environ, "DOCKER_CONFIG": str(folder), "DOCKER_BUILDKIT": "1"}
    for path in os.get_exec_path(engine.environ):
        docker = Path(path, "docker")
        asked = [str(docker), "build", "--quiet", str(folder)]
        if (
            docker.exists()
            and not subprocess.run(asked, env=environ, capture_output=True, check=False).returncode
        ):
            return {"DOCKER_CONFIG": str(folder), "PATH": f"{path}:{environ['PATH']}"}
    pytest.skip("no docker here builds without Buildx")


@pytest.mark.parametrize("buildx", [True, pytest.param(False, marks=long)])
def test_two_that_fail_keep_no_other_from_being_built(
    host: str, small: Small, tmp_path: Path, *, buildx: bool
) -> None:
    index = {"UV_DEFAULT_INDEX": guarded(host, PASSWORD)}
    environ = index | ({} if buildx else plain_client(small.engine, tmp_path / "config"))
    other = '\n[tool.ws.docker]\nextras = ["more"]\n'
    more = f'{THIRD} = {{version = "^1.0", optional = true}}\n\n[tool.poetry.extras]\n'
    make(
        small.root,
        {
            "ann": f'{more}more = ["{THIRD}"]\n{other}',
            "bob": "",
            "cid": "",
            "dee": "",
        },
    )
    small.lock(POETRY_PYPI_MIRROR_URL=f"{guarded(host, PASSWORD)}/")
    lock = small.root / "ann/poetry.lock"
    lock.write_text(re.sub(r"sha256:\w{60}", f"sha256:{'0' * 60}", lock.read_text()))
    (small.root / "cid/cid.py").unlink()

    ran = small.build("--format", "json", **environ)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    found = outcomes(ran.stdout)
    assert {name: outcome["status"] for name, outcome in found.items()} == {
        "ann": "failed",
        "bob": "done",
        "cid": "failed",
        "dee": "done",
    }
    assert found["ann"]["reason"].startswith(f"{THIRD} 1.0.0 has another hash than the lock says; ")
    assert "cid" in found["cid"]["reason"]
    for name in ("ann", "cid"):
        log = (small.root / found[name]["log"]).read_text()
        assert "hash" in log.lower() if name == "ann" else "Traceback" in log
    assert hidden_in((ran.stdout + ran.stderr).encode()) == []
    rows = {row["member"]: row for row in json.loads(ran.stdout)["data"]["images"]}
    assert [name for name, row in rows.items() if row["id"]] == ["bob", "dee"]

    (small.root / "cid/cid.py").write_text("def main(): ...\n")
    ran = small.build(**environ)
    assert ran.returncode == 1
    lines = ran.stdout.splitlines()
    assert lines[0].startswith(f"✗ ann failed: {THIRD} 1.0.0 has another hash")
    assert any("│" in line and "sha256:0000" in line for line in lines)
    assert "whole log: .ws/logs/docker build/ann.log" in (line.strip() for line in lines)
    table = [line.split() for line in lines if f":{small.tag}" in line]
    assert [(row[0].partition(":")[0], row[1]) for row in table] == [
        ("ann", "failed"),
        ("bob", "skipped"),
        ("cid", "done"),
        ("dee", "skipped"),
    ], ran.stdout


def test_what_only_buildx_can_do_is_refused_without_it(small: Small, tmp_path: Path) -> None:
    slow(small, "0")
    (tmp_path / "config").mkdir()
    option = ("--builder", "other")
    ran = small.build(*option, "--format", "json", DOCKER_CONFIG=str(tmp_path / "config"))
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["findings"][0]["rule"] == "tool/docker-buildx"
    assert small.engine.call("image", "inspect", f"quick:{small.tag}").code == 1


OWN = '\n[tool.ws.docker]\nbuild = "dockerfile"\n'


def slow(small: Small, seconds: str) -> None:
    """One image that is made at once, and one that takes long."""
    make(small.root, {"quick": f"{OWN}", "slow": f"{OWN}"})
    (small.root / "quick/Dockerfile").write_text("FROM scratch\nLABEL a=b\n")
    (small.root / "slow/Dockerfile").write_text(f"FROM {BASE}\nRUN sleep {seconds}\n")
    small.lock()


def sleeping(seconds: str) -> list[str]:
    """The processes, of the engine that is on this machine, that a build has started."""
    words = f"sleep\0{seconds}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found += [path.parent.name] if path.read_bytes() == words else []
    return found


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)
    return is_so()


@pytest.mark.parametrize("buildx", [True, pytest.param(False, marks=long)])
def test_after_ctrl_c_nothing_is_left_at_work_and_the_next_build_goes_on(
    small: Small, tmp_path: Path, *, buildx: bool
) -> None:
    seconds = str(900 + uuid.uuid4().int % 10**9 / 10**9)
    slow(small, seconds)
    marked, temporary = mark(), tmp_path / "temporary"
    temporary.mkdir()
    variables = marked | {"TMPDIR": str(temporary), "UV_DEFAULT_INDEX": guarded("h", PASSWORD)}
    if not buildx:
        variables |= plain_client(small.engine, tmp_path / "config")
    events = small.root / "events.jsonl"

    def is_so() -> bool:
        finished = events.exists() and '"finished"' in events.read_text()
        return (finished and bool(sleeping(seconds))) or process.poll() is not None

    with small.start("--format", "json", "--events", events.name, **variables) as process:
        if not within(30, is_so):
            os.killpg(process.pid, signal.SIGINT)
            pytest.skip("the engine is on another machine")
        (secrets,) = temporary.glob("ws-secrets-*")
        assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o600}
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, out + err
    assert statuses(out) == {"quick": "done", "slow": "aborted"}
    assert living(marked) == {}
    assert list(temporary.iterdir()) == []
    assert within(10, lambda: not sleeping(seconds))

    (small.root / "slow/Dockerfile").write_text(f"FROM {BASE}\nRUN sleep 0\n")
    ran = small.build("--format", "json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert statuses(ran.stdout) == {"quick": "skipped", "slow": "done"}


def test_of_two_at_once_one_waits_and_says_so_and_then_has_nothing_to_do(small: Small) -> None:
    slow(small, f"2.{uuid.uuid4().int % 10**9}")
    with small.start("--format", "json", "--events", "events.jsonl") as first:
        events = small.root / "events.jsonl"
        assert within(20, lambda: events.exists() and '"started"' in events.read_text())
        second = small.build("--format", "json")
        out, err = first.communicate()
    assert (first.returncode, statuses(out)) == (0, {"quick": "done", "slow": "done"}), err
    assert "another ws is at work in this workspace: waiting for it to end" in second.stderr
    assert second.returncode == 0
    assert statuses(second.stdout) == {"quick": "skipped", "slow": "skipped"}


@pytest.fixture
def tiny_disk(small: Small) -> Iterator[Callable[[str], None]]:
    """Mounts a disk as `.ws`, of the size that is asked for, and again with another one."""
    folder = small.root / ".ws"
    mounted = False

    def mount(size: str) -> None:
        nonlocal mounted
        folder.mkdir(exist_ok=True)
        how = ["-o", f"remount,size={size}"] if mounted else ["-t", "tmpfs", "-o", f"size={size}"]
        command = ["mount", *how, "tmpfs", str(folder)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            pytest.skip(f"no disk can be mounted here: {ran.stderr.strip()}")
        mounted = True

    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a tiny disk, on Linux")
    yield mount
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_with_room_again_the_next_build_ends_well(
    small: Small, tiny_disk: Callable[[str], None]
) -> None:
    slow(small, "0")
    chatty = "RUN i=0; while [ $i -lt 3000 ]; do echo $i says a lot; i=$((i+1)); done"
    unique = f"ENV ONLY={uuid.uuid4().hex}"
    (small.root / "slow/Dockerfile").write_text(f"FROM {BASE}\n{unique}\n{chatty}\n")
    tiny_disk("80k")
    ran = small.build("--format", "json")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert statuses(ran.stdout).get("slow") == "failed", ran.stdout + ran.stderr
    assert outcomes(ran.stdout)["slow"]["reason"] == (
        "no space left on the disk of the workspace: the log cannot be written; make room, and run"
        " it again"
    )
    for path in small.root.glob(".ws/images/*.json"):
        json.loads(path.read_text())  # nothing is half written

    with contextlib.suppress(OSError), (small.root / ".ws/filling").open("wb") as filling:
        while True:
            filling.write(b"\0" * 1024)
            filling.flush()
    ran = small.build("--force")
    assert (ran.returncode, ran.stdout) == (1, ""), ran.stdout + ran.stderr
    assert "No space left on device" in ran.stderr
    for path in small.root.glob(".ws/images/*.json"):
        json.loads(path.read_text())

    tiny_disk("20m")
    ran = small.build("--force", "--format", "json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert statuses(ran.stdout)["slow"] == "done"
