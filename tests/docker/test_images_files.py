"""What `ws generate bake` and `ws docker prune` write, built by Docker alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from .conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Engine

CHAT = "workers/general/conversation/chat"
SHARED = "packages/shared/python"
BAKE = "ops/images/docker-bake.json"
TARGETS = ("chat-worker", "chunker-worker")
HOST = json.dumps({"services": {each: {"build": {"network": "host"}} for each in TARGETS}})
"""Laid over a Bake file: what runs in the builds has the network of the host."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the reference workspace that may be edited."""
    root = tmp_path / "repository"
    without = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache")
    for folder in ("packages", "workers"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=without)
    shutil.copy(REPOSITORY / ".dockerignore", root)
    shutil.copy(REPOSITORY / "workspace.toml", root)
    return root


@pytest.fixture
def tag(docker_engine: Engine) -> Iterator[str]:
    """A tag that nobody else has; the images that have it are gone afterwards."""
    tag = f"files-{uuid.uuid4().hex}"
    yield tag
    listed = ("images", f"--filter=reference=*:{tag}", "--format={{.Repository}}:{{.Tag}}")
    found = docker_engine.call(*listed).output.split()
    if found:
        docker_engine.call("rmi", "--force", *found)


def ws(root: Path, *args: str) -> None:
    command = [sys.executable, "-m", "ws", *args, "--root", str(root)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def bump(root: Path) -> str:
    """Give the shared package a version that it never had, and its lock that, too."""
    version = f"0.9.{uuid.uuid4().int % 10**9}"
    edits = (
        (SHARED, "pyproject.toml", r'^(version = )".*"'),
        (CHAT, "poetry.lock", r'(name = "shared-python"\nversion = )".*"'),
    )
    for folder, name, pattern in edits:
        path = root / folder / name
        text, count = re.subn(
            pattern, rf'\1"{version}"', path.read_text(), count=1, flags=re.MULTILINE
        )
        assert count == 1
        path.write_text(text)
    return version


def installed(log: str) -> set[str]:
    """What a build installed, as uv tells it."""
    return set(re.findall(r"^#\d+ [\d.]+ +\+ ([^=\s]+)", log, re.MULTILINE))


def answers(engine: Engine, image: str) -> str:
    """What the chat worker makes of a message on its stdin."""
    passage = {"id": "p", "text": "Cats sleep."}
    line = json.dumps({"id": "1", "payload": {"question": "Who sleeps?", "passages": [passage]}})
    said = engine.run(image, "sh", "-c", f"echo '{line}' | chat-worker")
    assert said.code == 0, said.output
    return str(json.loads(said.output.splitlines()[-1])["worker"])


def test_bake_accepts_the_whole_file(
    docker_engine: Engine, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws(repository, "generate", "bake")
    monkeypatch.chdir(repository)
    printed = docker_engine.call("buildx", "bake", f"--file={BAKE}", "--print")
    assert printed.code == 0, printed.output
    target = json.loads(printed.output[printed.output.index("{") :])["target"]["chat-worker"]
    assert target == {
        "context": ".",
        "dockerfile": "ops/images/Dockerfile",
        "target": "image-chat-worker",
        "tags": ["chat-worker:latest"],
        "labels": {
            "org.opencontainers.image.title": "chat-worker",
            "org.opencontainers.image.version": "0.1.0",
        },
    }
    (repository / "pip.conf").touch()
    (repository / "uv.toml").touch()
    told = {"CACHE": "r.example/c", "TAG": "7", "PIP_CONF": "pip.conf", "UV_TOML": "uv.toml"}
    asking = replace(docker_engine, environ={**docker_engine.environ, **told})
    printed = asking.call("buildx", "bake", f"--file={BAKE}", "--print", "chat-worker")
    target = json.loads(printed.output[printed.output.index("{") :])["target"]["chat-worker"]
    assert target["tags"] == ["chat-worker:7"]
    assert target["secret"] == ["id=pip.conf,src=pip.conf", "id=uv.toml,src=uv.toml"]
    assert target["cache-from"] == ["type=registry,ref=r.example/c/chat-worker"]
    assert target["cache-to"] == ["type=registry,ref=r.example/c/chat-worker,mode=max"]


def test_bake_builds_two_of_them_on_one_layer(
    docker_engine: Engine, repository: Path, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws(repository, "generate", "bake")
    (repository / "network.yaml").write_text(HOST)
    monkeypatch.chdir(repository)
    tagging = replace(docker_engine, environ={**docker_engine.environ, "TAG": tag})
    files = (f"--file={BAKE}", "--file=network.yaml")
    asked = ("buildx", "bake", *files, "--load", "--progress=plain", *TARGETS)
    ended = tagging.call(*asked)
    assert ended.code == 0, ended.output
    assert answers(docker_engine, f"chat-worker:{tag}") == "chat"
    layers = "{{json .RootFS.Layers}}"
    listed = [
        json.loads(docker_engine.call("inspect", f"--format={layers}", f"{each}:{tag}").output)
        for each in TARGETS
    ]
    assert len(set(listed[0]) & set(listed[1])) > 2  # the base, the ground, and the packages

    bump(repository)
    ws(repository, "generate", "bake", "--check")
    ended = tagging.call(*asked)
    assert ended.code == 0, ended.output
    assert installed(ended.output) == {"shared-python"}


def test_a_pruned_context_builds_and_runs_outside_the_repository(
    docker_engine: Engine, repository: Path, tmp_path: Path, tag: str
) -> None:
    out = tmp_path / "elsewhere"
    image = f"chat-worker:{tag}"
    ws(repository, "docker", "prune", "chat-worker", "--out", str(out))
    repository.rename(tmp_path / "gone")
    ended = docker_engine.build(out, out / "Dockerfile", image)
    assert ended.code == 0, ended.output
    assert answers(docker_engine, image) == "chat"
    assert docker_engine.run(image, "id", "-u") == (0, "10001\n")

    (tmp_path / "gone").rename(repository)
    bumped = bump(repository)
    ws(repository, "docker", "prune", "chat-worker", "--out", str(out))
    ended = docker_engine.build(out, out / "Dockerfile", image)
    assert ended.code == 0, ended.output
    assert installed(ended.output) == {"shared-python"}
    read = "from importlib.metadata import version; print(version('shared-python'))"
    assert docker_engine.run(image, "python", "-c", read) == (0, f"{bumped}\n")
