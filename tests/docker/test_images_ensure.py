"""`ws docker ensure` in each of its ways, with each of them failing, and with nothing to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from .elsewhere.registry import registry
from .small import Small, make
from .test_engine_states import answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Ran

    from .conftest import Engine

pytestmark = pytest.mark.usefixtures("socket_enabled")
WAYS = ["image", "pull", "load", "build", "host"]
OPTIONAL = "required = false\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace with two services that are next to nothing, `ann` and `bob` with a suffix."""

    root: Path
    engine: Engine
    suffix: str
    ws: Callable[..., Ran]

    @property
    def ann(self) -> str:
        return f"ann{self.suffix}"

    @property
    def bob(self) -> str:
        return f"bob{self.suffix}"

    def source(self, *ways: str, more: str = "") -> None:
        """Say where services come from."""
        text = f'[workspace]\nname = "w{self.suffix}"\nmembers = ["*"]\n'
        text += f"\n[docker]\nsource = {json.dumps(ways)}\n{more}"
        (self.root / "workspace.toml").write_text(text)

    def append(self, name: str, text: str) -> None:
        """Say more under `[tool.ws.docker]` of a member, which is the last table."""
        with (self.root / name / "pyproject.toml").open("a") as file:
            file.write(text)

    def ensure(self, *args: str) -> Ran:
        return self.ws("docker", "ensure", "--root", str(self.root), "--format", "json", *args)

    def forget_images(self) -> None:
        """Take the images away."""
        self.engine.call("rmi", "--force", f"{self.ann}:latest", f"{self.bob}:latest")


@pytest.fixture(scope="module")
def template(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The workspace, locked by the real Poetry."""
    place = Small(tmp_path_factory.mktemp("ensure") / "small", docker_engine)
    suffix = uuid.uuid4().hex[:8]
    names = {
        f"{name}{suffix}": '\n[tool.ws.docker]\nbuild = "dockerfile"\n' for name in ("ann", "bob")
    }
    make(place.root, dict.fromkeys(names, ""))
    for name, text in names.items():
        with (place.root / name / "pyproject.toml").open("a") as file:
            file.write(text)
        (place.root / name / "Dockerfile").write_text(f"FROM scratch\nCOPY {name}/{name}.py /\n")
    place.lock()
    return Small(place.root, docker_engine, suffix)


@pytest.fixture
def place(template: Small, tmp_path: Path, ws: Callable[..., Ran]) -> Iterator[Place]:
    """A copy of it; images and volumes are gone afterwards."""
    shutil.copytree(template.root, tmp_path / "w", ignore=shutil.ignore_patterns(".ws"))
    made = Place(tmp_path / "w", template.engine, template.tag, ws)
    made.source(*WAYS)
    yield made
    made.forget_images()
    mine = f"--filter=label=io.github.poetry-ws.workspace=w{made.suffix}"
    volumes = made.engine.call("volume", "ls", "--quiet", mine).output.split()
    if volumes:
        made.engine.call("volume", "rm", "--force", *volumes)


def services(ran: Ran) -> dict[str, Any]:
    return {one["name"][:3]: one for one in ran.json["data"]["services"]}


def ways(ran: Ran) -> dict[str, str | None]:
    return {name: one["way"] for name, one in services(ran).items()}


def tried(ran: Ran, name: str) -> dict[str, str]:
    """The reasons by way."""
    return {one["way"]: one["reason"] for one in services(ran)[name]["tried"]}


def test_images_are_built_where_nothing_else_works_and_then_they_are_there(place: Place) -> None:
    first = place.ensure()
    assert (first.code, ways(first)) == (0, {"ann": "build", "bob": "build"}), first.out
    assert list(tried(first, "ann")) == ["image", "pull", "load", "build"]
    assert tried(first, "ann")["image"] == f"{place.ann}:latest is not there"
    again = place.ensure()
    assert (again.code, ways(again)) == (0, {"ann": "image", "bob": "image"})
    assert again.json["data"]["remembered"]


def test_the_second_run_starts_no_program(place: Place) -> None:
    place.ensure()
    script = (
        "import subprocess, sys\n"
        "def refuse(*args, **kwargs): raise SystemExit(9)\n"
        "subprocess.Popen.__init__ = refuse\n"
        "from ws.cli.main import main\n"
        f"main(['docker', 'ensure', '--root', {str(place.root)!r}, '--format', 'json'])\n"
    )
    environ = {**os.environ, "PATH": "/nowhere"}
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["data"]["remembered"]


def edit_source(place: Place) -> None:
    with (place.root / place.ann / f"{place.ann}.py").open("a") as file:
        file.write("# edited\n")


def edit_at_the_same_size(place: Place) -> None:
    path = place.root / place.ann / f"{place.ann}.py"
    path.write_text(path.read_text().replace("hello", "jello"))


def edit_manifest(place: Place) -> None:
    place.append(place.ann, OPTIONAL)


def add_member(place: Place) -> None:
    (place.root / "eve").mkdir()
    (place.root / "eve/pyproject.toml").write_text('[project]\nname = "eve"\nversion = "1"\n')


def remove_image(place: Place) -> None:
    place.engine.call("rmi", f"{place.ann}:latest")


def retag_image(place: Place) -> None:
    place.engine.call("tag", f"{place.bob}:latest", f"{place.ann}:latest")


def change_stamp(place: Place) -> None:
    for stamp in (place.root / ".ws/ensure").glob("*.json"):
        shutil.copy(stamp, stamp.with_suffix(".copy"))
        stamp.with_suffix(".copy").replace(stamp)


@pytest.mark.parametrize(
    "change",
    [
        edit_source,
        edit_at_the_same_size,
        edit_manifest,
        add_member,
        remove_image,
        retag_image,
        change_stamp,
    ],
)
def test_a_change_is_noticed_by_the_next_run(place: Place, change: Callable[[Place], None]) -> None:
    place.ensure()
    assert place.ensure().json["data"]["remembered"]
    change(place)
    ran = place.ensure()
    assert (ran.code, ran.json["data"]["remembered"]) == (0, False)
    assert {one["state"] for one in services(ran).values()} == {"ready"}
    assert place.ensure().json["data"]["remembered"]


def test_an_engine_that_has_gone_is_noticed(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place.source("image", "build")
    assert place.ensure().code == 0
    real = place.engine.environ["DOCKER_HOST"].removeprefix("unix://")
    link = tmp_path / "s"
    link.symlink_to(real)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{link}")
    assert place.ensure().code == 0
    assert place.ensure().json["data"]["remembered"]
    link.unlink()
    ran = place.ensure()
    assert (ran.code, ways(ran)) == (1, {"ann": None, "bob": None})
    engine = ran.json["data"]["engine"]
    assert engine["kind"] == "error"
    assert [one["reason"] for one in services(ran)["ann"]["tried"]] == [engine["detail"]] * 2
    finding = ran.json["findings"][0]
    assert (finding["rule"], finding["severity"]) == ("docker/unavailable", "error")
    assert finding["hint"] == engine["hint"]


def test_images_come_from_a_mirror_where_the_registry_fails(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ws.commands.ensure_fetch._RETRIES", 0)
    (tmp_path / "registry").mkdir()
    with registry(tmp_path / "registry") as host:
        more = f'registry = "127.0.0.1:1/acme"\nmirrors = ["{host}/acme"]\n'
        place.source("image", "pull", more=more)
        failed = place.ensure()
        assert (failed.code, ways(failed)) == (1, {"ann": None, "bob": None})
        place.source("build", more=more)
        assert place.ensure().code == 0
        for name in (place.ann, place.bob):
            tag, there = f"127.0.0.1:1/acme/{name}:latest", f"{host}/acme/{name}:0.1.0"
            place.engine.call("tag", tag, there)
            assert place.engine.call("push", there).code == 0
            place.engine.call("rmi", "--force", tag, there)
        place.source("image", "pull", more=more)
        ran = place.ensure()
        assert (ran.code, ways(ran)) == (0, {"ann": "pull", "bob": "pull"}), ran.out
        assert place.ensure().json["data"]["remembered"]
        edit_source(place)
        other = place.ensure()
        assert (other.code, ways(other)) == (1, {"ann": None, "bob": "image"})
        assert "another version" in tried(other, "ann")["pull"]
        for name in (place.ann, place.bob):
            place.engine.call("rmi", "--force", f"127.0.0.1:1/acme/{name}:latest")


def test_images_are_loaded_from_the_archive_unless_that_is_of_another_version(place: Place) -> None:
    assert place.ensure().code == 0
    saved = place.ws("docker", "save", "--root", str(place.root))
    assert saved.code == 0, saved.err
    place.forget_images()
    place.source("image", "load")
    ran = place.ensure()
    assert (ran.code, ways(ran)) == (0, {"ann": "load", "bob": "load"}), ran.out
    place.forget_images()
    edit_source(place)
    other = place.ensure()
    assert (other.code, ways(other)) == (1, {"ann": None, "bob": "load"})
    assert tried(other, "ann")["load"] == "dist/images.tar: it holds another version of it"
    place.forget_images()
    archive = place.root / "dist/images.tar"
    archive.write_bytes(archive.read_bytes()[:-3000])
    cut = place.ensure()
    assert (cut.code, ways(cut)) == (1, {"ann": None, "bob": None})
    archive.unlink()
    assert "there is no such archive" in tried(place.ensure(), "bob")["load"]


def test_what_cannot_be_built_stops_the_product_only_if_it_is_required(place: Place) -> None:
    place.source("image", "build")
    (place.root / place.bob / "Dockerfile").write_text("FROM scratch\nCOPY nowhere /\n")
    ran = place.ensure()
    assert (ran.code, ways(ran)) == (1, {"ann": "build", "bob": None}), ran.out
    assert "nowhere" in tried(ran, "bob")["build"]
    place.append(place.bob, OPTIONAL)
    ran = place.ensure()
    assert (ran.code, ran.json["ok"], ways(ran)) == (0, True, {"ann": "image", "bob": None})
    (finding,) = ran.json["findings"]
    assert (finding["rule"], finding["severity"]) == ("docker/optional", "warning")
    assert "the product goes on without it" in finding["message"]
    assert place.ensure(place.ann).code == 0


def test_without_docker_services_run_on_the_host_or_are_told_why_not(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in place_environ(place).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("WS_DOCKER", "0")
    ran = place.ensure(place.ann)
    assert (ran.code, ways(ran)) == (0, {"ann": "host"}), ran.out
    program = services(ran)["ann"]["program"]
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert said == "hello\n"
    assert place.ensure(place.ann).json["data"]["remembered"]
    shutil.rmtree(place.root / place.ann / ".venv")
    ran = place.ensure(place.ann)
    assert (ran.json["data"]["remembered"], ways(ran)) == (False, {"ann": "host"})
    monkeypatch.setenv("WS_POETRY", "/nowhere/poetry")
    failed = place.ensure(place.bob)
    assert (failed.code, ways(failed)) == (1, {"bob": None})
    assert "/nowhere/poetry" in tried(failed, "bob")["host"]


def place_environ(place: Place) -> dict[str, str]:
    environ = Small(place.root, place.engine).environ()
    return {"WS_POETRY": environ["WS_POETRY"], "POETRY_CACHE_DIR": str(place.root.parent / "cache")}


def test_an_engine_that_starts_is_waited_for(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place.source("image", "build")
    folder = tmp_path_factory.mktemp("s")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/s")
    with answers(folder / "starting", 503, '{"message": "Service Unavailable"}'):
        (folder / "s").symlink_to(folder / "starting")
        given_up = place.ensure("--wait-engine", "1")
        assert (given_up.code, given_up.json["data"]["engine"]["kind"]) == (1, "starting")
        assert "waiting up to 1 s for the engine" in given_up.err

        def comes() -> None:
            time.sleep(1.5)
            (folder / "s").unlink()
            (folder / "s").symlink_to(place.engine.environ["DOCKER_HOST"].removeprefix("unix://"))

        threading.Thread(target=comes).start()
        events = folder / "events"
        ran = place.ensure("--wait-engine", "30", "--events", str(events))
    assert (ran.code, ways(ran)) == (0, {"ann": "build", "bob": "build"}), ran.out
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    assert any("waiting for the engine" in line.get("text", "") for line in lines)
    (planned,) = [line for line in lines if line["event"] == "planned"]
    assert set(planned["estimate"]) == {"download", "disk", "free", "seconds"}
    ended = {line["member"][:3]: line["status"] for line in lines if line["event"] == "finished"}
    assert ended == {"ann": "done", "bob": "done"}


def test_two_at_once_build_once(place: Place) -> None:
    command = [sys.executable, "-m", "ws", "docker", "ensure", "--root", str(place.root)]
    command += ["--format", "json"]
    environ = dict(place.engine.environ)
    both = [
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [json.loads(each.communicate()[0])["data"]["services"] for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sorted({one["way"] for one in each} == {"build"} for each in said) == [False, True]
