"""A bundle, unpacked where there is no repository, builds and runs by Docker alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.conftest import long

from ws.formats import bundle
from ws.planning.fingerprints import DIGEST

from .conftest import REPOSITORY
from .small import Small, make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ws.model.product import Product

    from .conftest import Engine, Result

OWN = '[tool.ws.docker]\nbuild = "dockerfile"\n'
DOCKERFILE = """\
FROM python:3.11-slim
COPY own/own.py ./
CMD ["python", "-c", "import own; own.main()"]
"""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A bundle on a machine without the repository."""

    folder: Path
    engine: Engine

    @property
    def product(self) -> Product:
        return bundle.read((self.folder / bundle.NAME).read_text())

    def docker(self, *args: str) -> Result:
        """Call `docker` in its folder."""
        ended = subprocess.run(
            ["docker", *args],
            cwd=self.folder,
            env={**self.engine.environ, "DOCKER_BUILDKIT": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout
        return type(self.engine.call("version"))(0, ended.stdout)

    def host(self) -> str:
        """A file to lay over others: what runs in builds has the network of the host."""
        names = [service.name for service in self.product.services]
        services = {name: {"build": {"network": "host"}} for name in names}
        (self.folder / "network.yaml").write_text(json.dumps({"services": services}))
        return "network.yaml"

    def labelled(self) -> bool:
        """Whether each image says that it is what the bundle wants."""
        read = f'--format={{{{index .Config.Labels "{DIGEST}"}}}}'
        return all(
            self.docker("inspect", read, each.tag).output.strip() == each.fingerprint
            for each in self.product.services
        )

    def remove(self) -> None:
        """Remove the images."""
        self.engine.call("rmi", "--force", *(each.tag for each in self.product.services))


def unpack(root: Path, folder: Path, engine: Engine, *names: str) -> Unpacked:
    """Bundle members of a workspace, or all, unpack that elsewhere, and take the workspace away."""
    archive = folder.with_suffix(".tar.xz")
    command = ["docker", "bundle", *names, "--archive", str(archive), "--root", str(root)]
    subprocess.run([sys.executable, "-m", "ws", *command], check=True, capture_output=True)
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    root.rename(root.with_name("gone"))
    return Unpacked(folder, engine)


@pytest.fixture
def small(docker_engine: Engine, tmp_path: Path) -> Iterator[Unpacked]:
    """The bundle of two services: one on shared layers, one with a Dockerfile of its own."""
    place = Small(tmp_path / "small", docker_engine)
    make(place.root, {"layered": "", "own": OWN})
    (place.root / "own/Dockerfile").write_text(DOCKERFILE)
    registry = f"ws-test/bundle-{uuid.uuid4().hex}"
    (place.root / "workspace.toml").write_text(
        f'[workspace]\nname = "small"\nmembers = ["*"]\n[docker]\nregistry = "{registry}"\n'
        'source = ["image", "build"]\n'
    )
    place.lock()
    unpacked = unpack(place.root, tmp_path / "unpacked", docker_engine)
    yield unpacked
    unpacked.remove()


def test_it_builds_and_runs_by_bake_by_compose_and_by_docker_alone(
    small: Unpacked, tmp_path: Path
) -> None:
    bake = ("buildx", "bake", f"--file={small.product.bake}", f"--file={small.host()}")
    compose = ("compose", "--file=compose.yaml", f"--file={small.host()}")
    layered = next(each for each in small.product.services if each.name == "layered")
    small.docker(*bake)
    assert small.labelled()
    for service in small.product.services:
        assert small.engine.run(service.tag) == (0, "hello\n")
    root = (tmp_path / "gone").rename(tmp_path / "small")  # the images are those of the workspace
    ran = subprocess.run(
        [sys.executable, "-m", "ws", "docker", "status", "--strict", "--root", str(root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout

    small.remove()
    small.docker("compose", "--file=compose.yaml", "config", "--quiet")
    small.docker(*compose, "build")
    assert small.labelled()
    assert small.docker(*compose, "run", "--rm", "--no-deps", "own").output.endswith("hello\n")
    small.docker(*compose, "down")

    small.remove()
    where = ("--file=ops/images/Dockerfile", "--target=image-layered", "--network=host")
    small.docker("build", *where, f"--tag={layered.tag}", ".")
    assert small.engine.run(layered.tag) == (0, "hello\n")


def test_ensure_builds_what_a_bundle_holds_and_then_finds_it(
    small: Unpacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_DOCKER_NETWORK", "host")
    for way in ("build", "image"):
        shutil.rmtree(small.folder / ".ws", ignore_errors=True)
        ran = subprocess.run(
            [sys.executable, "-m", "ws", "docker", "ensure", "--format", "json"],
            cwd=small.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        services = json.loads(ran.stdout)["data"]["services"]
        assert {each["name"]: each["way"] for each in services} == {"layered": way, "own": way}
    assert small.labelled()


@pytest.mark.parametrize(
    ("names", "count"), [(["chat-worker"], 1), pytest.param([], 16, marks=long)]
)
def test_that_of_the_reference_workspace_builds_and_answers(
    docker_engine: Engine, tmp_path: Path, names: list[str], count: int
) -> None:
    root = tmp_path / "repository"
    without = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache")
    for folder in ("packages", "workers"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=without)
    shutil.copy(REPOSITORY / ".dockerignore", root)
    text = (REPOSITORY / "workspace.toml").read_text()
    registry = f"ws-test/bundle-{uuid.uuid4().hex}"
    (root / "workspace.toml").write_text(f'{text}\n[docker]\nregistry = "{registry}"\n')
    whole = unpack(root, tmp_path / "unpacked", docker_engine, *names)
    try:
        whole.docker("buildx", "bake", f"--file={whole.product.bake}", f"--file={whole.host()}")
        assert whole.labelled()
        assert len(whole.product.services) == count
        whole.docker("compose", "--file=compose.yaml", "config", "--quiet")
        passage = {"id": "p", "text": "Cats sleep."}
        payload = {"question": "Who sleeps?", "passages": [passage]}
        line = json.dumps({"id": "1", "payload": payload})
        chat = next(each for each in whole.product.services if each.name == "chat-worker")
        said = docker_engine.run(chat.tag, "sh", "-c", f"echo '{line}' | chat-worker")
        assert json.loads(said.output.splitlines()[-1])["worker"] == "chat"
    finally:
        whole.remove()
