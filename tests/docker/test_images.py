"""`ws docker build` on the reference workspace: all images at once, started, and asked something.

CI takes a few members; WS_TEST_LONG=1 takes all of them, and one lock is made anew by Poetry.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import LONG

from ws.files.loader import load
from ws.formats.lock import read_lock
from ws.planning.image_requirements import requirements

from .conftest import REPOSITORY
from .test_generated import LIST
from .test_reference_images import ASKED, SERVER, WORKSPACE, answered, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Engine

SHARED = "packages/shared/python"
CHUNKER = "chunker-worker"
SAMPLE = (CHUNKER, "router-worker", "tts-worker", "processor-worker")
MEMBERS = (SERVER, *ASKED) if LONG else SAMPLE
TAG = f"all-{uuid.uuid4().hex[:8]}"
NEW = uuid.uuid4().int % 10**9
"""What no builder has in its cache from another run."""
LOCAL = {member.name for member in WORKSPACE.members}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, docker_engine: Engine) -> Iterator[Path]:
    """A copy of the reference workspace that may be edited, with all images built once."""
    root = tmp_path_factory.mktemp("images")
    without = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache")
    for folder in ("packages", "workers"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=without)
    for name in (".dockerignore", "workspace.toml"):
        shutil.copy(REPOSITORY / name, root)
    done = build(root, docker_engine)
    assert {each["status"] for each in done["outcomes"]} == {"done"}, done
    yield root
    docker_engine.call("rmi", "--force", *(f"{name}:{TAG}" for name in MEMBERS))


def build(root: Path, engine: Engine, *members: str) -> dict[str, Any]:
    """What `ws docker build` says, in JSON."""
    command = ["docker", "build", *(members or MEMBERS), "--tag", TAG, "--format", "json"]
    ended = subprocess.run(
        [sys.executable, "-m", "ws", *command, "--root", str(root)],
        env={**os.environ, **engine.environ, "WS_DOCKER_NETWORK": "host"},
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def ran(root: Path) -> set[str]:
    """The stages in which the last build ran something, by its log."""
    stages: dict[str, str] = {}
    found: set[str] = set()
    for line in (root / ".ws/logs/docker build/all.log").read_text().splitlines():
        if begun := re.match(r"#(\d+) \[(?:\S+ )?(\S+) \d+/\d+\] (?!FROM )", line):
            stages[begun[1]] = begun[2]
        elif (ended := re.match(r"#(\d+) DONE", line)) and ended[1] in stages:
            found.add(stages[ended[1]])
    return found


def statuses(done: dict[str, Any]) -> dict[str, str]:
    return {each["member"]: each["status"] for each in done["outcomes"]}


def edit(root: Path, folder: str) -> None:
    path = next((root / folder / "src").glob("*/__init__.py"))
    path.write_text(f"{path.read_text()}\nEDITED = {NEW}\n")


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", MEMBERS)
def test_an_image_answers_a_message_as_its_own_user(name: str, docker_engine: Engine) -> None:
    image = f"{name}:{TAG}"
    user = docker_engine.call("image", "inspect", "--format={{.Config.User}}", image).output
    assert user.strip() == "10001"
    if name == SERVER:
        assert served(docker_engine, image) == {"heard": "tea"}
    else:
        payload, key, value = ASKED[name]
        assert answered(docker_engine, image, payload)[key] == value


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", MEMBERS)
def test_the_third_party_packages_in_an_image_are_those_of_the_lock(
    name: str, docker_engine: Engine
) -> None:
    listed = docker_engine.run(f"{name}:{TAG}", "python", "-c", LIST)
    installed = {key.lower().replace("_", "-"): it for key, it in json.loads(listed.output).items()}
    member = WORKSPACE.by_name[name]
    lock = read_lock((REPOSITORY / member.file("poetry.lock")).read_bytes())
    wanted = {each.name: each.version for each in requirements(lock, {"main"}, "3.11")}
    assert {key: it for key, it in installed.items() if key not in LOCAL} == wanted
    assert name in installed


def test_nothing_is_built_twice(repository: Path, docker_engine: Engine) -> None:
    assert set(statuses(build(repository, docker_engine)).values()) == {"skipped"}


@pytest.mark.usefixtures("repository")
def test_images_lie_on_the_same_layers(docker_engine: Engine) -> None:
    def layers(name: str) -> list[str]:
        form = "--format={{json .RootFS.Layers}}"
        found: list[str] = json.loads(
            docker_engine.call("image", "inspect", form, f"{name}:{TAG}").output
        )
        return found

    base = json.loads(
        docker_engine.call(
            "image", "inspect", "--format={{json .RootFS.Layers}}", "python:3.11-slim"
        ).output
    )
    common = len(base) + 2  # the ground, and the packages that all have
    chunker, tts = layers(CHUNKER), layers("tts-worker")
    assert chunker[:common] == tts[:common]
    assert chunker[common:] != tts[common:]


def test_an_edit_of_the_shared_package_installs_no_third_party_package(
    repository: Path, docker_engine: Engine
) -> None:
    edit(repository, SHARED)
    done = build(repository, docker_engine)
    assert set(statuses(done).values()) == ({"done", "skipped"} if LONG else {"done"})
    images = {f"image-{name}" for name, it in statuses(done).items() if it == "done"}
    assert ran(repository) == {"package-shared-python", *images}
    read = ("python", "-c", "import shared; print(shared.EDITED)")
    assert docker_engine.run(f"{CHUNKER}:{TAG}", *read) == (0, f"{NEW}\n")


def test_nor_does_a_bump_of_its_version(repository: Path, docker_engine: Engine) -> None:
    manifest = repository / SHARED / "pyproject.toml"
    version = f"0.9.{NEW}"
    bumped = rf'\g<1>"{version}"'
    manifest.write_text(re.sub(r'(?m)^(version = )".*"', bumped, manifest.read_text()))
    for member in load(repository).members:
        lock = repository / member.file("poetry.lock")
        text = lock.read_text()
        lock.write_text(re.sub(r'(name = "shared-python"\nversion = )".*"', bumped, text))
    done = build(repository, docker_engine)
    images = {f"image-{name}" for name, it in statuses(done).items() if it == "done"}
    assert ran(repository) == {"package-shared-python", *images}
    listed = docker_engine.run(f"{CHUNKER}:{TAG}", "python", "-c", LIST)
    assert json.loads(listed.output)["shared-python"] == version


def test_an_edit_of_one_worker_touches_its_own_image_alone(
    repository: Path, docker_engine: Engine
) -> None:
    edit(repository, WORKSPACE.by_name[CHUNKER].path)
    done = statuses(build(repository, docker_engine))
    assert [name for name, it in done.items() if it == "done"] == [CHUNKER]
    assert ran(repository) == {f"package-{CHUNKER}", f"image-{CHUNKER}"}


@pytest.mark.skipif(not LONG, reason="makes a lock anew, of the real index: WS_TEST_LONG=1")
def test_a_new_lock_of_one_worker_touches_its_own_image_alone(
    repository: Path, docker_engine: Engine
) -> None:
    folder = WORKSPACE.by_name[CHUNKER].path
    manifest = repository / folder / "pyproject.toml"
    text = manifest.read_text()
    assert 'python = "^3.11"\n' in text
    manifest.write_text(text.replace('python = "^3.11"\n', 'python = "^3.11"\ntoolz = ">=1"\n', 1))
    command = ["lock", "--filter", CHUNKER, "--root", str(repository)]
    subprocess.run([sys.executable, "-m", "ws", *command], check=True, capture_output=True)
    done = statuses(build(repository, docker_engine))
    assert [name for name, it in done.items() if it == "done"] == [CHUNKER]
    own = {f"package-{CHUNKER}", f"image-{CHUNKER}"}
    # The layer of its packages is the same each time, and may be in the cache of a builder.
    assert own <= ran(repository) <= {*own, f"only-{CHUNKER}"}
