"""A member whose image cannot be planned stops nobody: the others are built, shown, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.cli.test_docker_prune import lock
from tests.conftest import member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    from .conftest import Engine

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

LOCK = """\
[metadata]
lock-version = "2.1"
python-versions = "^3.11"
content-hash = "0"
"""
FROM_A_FILE = f"""\
[[package]]
name = "sweet"
version = "1.0"
groups = ["main"]
files = []
[package.source]
type = "file"
url = "sweet-1.0.tar.gz"

{LOCK}"""
SCRIPT = '\n[tool.poetry.scripts]\n{0} = "{0}:main"\n'
SETUPTOOLS = (
    '\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
)
OWN = '\n[tool.ws.docker]\nbuild = "dockerfile"\ncontext = "{0}"\n'
INSTEAD = (
    'say build = "dockerfile" (with one of its own: ws docker new {0} --style classic)'
    ' or build = "none" under [tool.ws.docker]'
)
GOOD = member("good") + OWN.format("good")
FILES = {
    "backend": member("backend") + SCRIPT.format("backend") + SETUPTOOLS,
    "backend/poetry.lock": LOCK,
    "bare": member("bare") + OWN.format("bare"),
    "good": GOOD,
    "good/poetry.lock": lock(GOOD),
    "good/Dockerfile": "FROM scratch\nCOPY pyproject.toml /\n",
    "packed": member("packed") + SCRIPT.format("packed"),
    "packed/poetry.lock": FROM_A_FILE,
    "sound": member("sound") + SCRIPT.format("sound"),
    "sound/poetry.lock": LOCK,
    "unlocked": member("unlocked") + SCRIPT.format("unlocked"),
}
WRONG = {
    "backend": (
        "docker/backend",
        "backend/pyproject.toml",
        "it is built by setuptools.build_meta, not by poetry-core",
        INSTEAD.format("backend"),
    ),
    "bare": (
        "docker/no-dockerfile",
        "bare/Dockerfile",
        "bare/Dockerfile is not there",
        'ws docker new bare, or build = "layers" under [tool.ws.docker]',
    ),
    "packed": (
        "docker/source",
        "packed/pyproject.toml",
        "sweet comes from file, for which this style has no place",
        f"use an index or an address for it, or {INSTEAD.format('packed')}",
    ),
    "unlocked": (
        "docker/lock",
        "unlocked/poetry.lock",
        "it has no poetry.lock",
        "ws lock --filter unlocked",
    ),
}
"""Of each member that has something in the way: rule, place, reason, and hint."""


def told(report: dict[str, Any], severity: str) -> dict[str, tuple[str, str, str, str]]:
    """The findings of one severity that are about images which cannot be planned."""
    before = "no image can be built: "
    return {
        one["member"]: (
            one["rule"], one["path"], one["message"].removeprefix(before), one["hint"]
        )
        for one in report["findings"]
        if one["severity"] == severity and one["message"].startswith(before)
    }  # fmt: skip


@pytest.fixture
def root(make_workspace: Make) -> Path:
    return make_workspace(FILES)


@pytest.mark.usefixtures("root")
def test_layers_are_shown_of_the_others(ws: Ws) -> None:
    ran = ws("docker", "layers", "--format", "json")
    assert [one["member"] for one in ran.json["data"]["images"]] == ["good", "sound"]
    assert (ran.code, told(ran.json, "error")) == (1, WRONG)


@pytest.mark.usefixtures("root")
def test_one_that_is_named_alone_is_told_as_with_others(ws: Ws) -> None:
    ran = ws("docker", "layers", "unlocked", "--format", "json")
    assert (ran.code, told(ran.json, "error")) == (1, {"unlocked": WRONG["unlocked"]})
    assert ran.json["data"]["images"] == []


@pytest.mark.usefixtures("root")
def test_without_an_engine_status_tells_both(ws: Ws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WS_DOCKER", "0")
    ran = ws("docker", "status", "--format", "json")
    assert (ran.code, ran.json["data"]["engine"]["state"]) == (0, "disabled")
    found = {one["member"]: one["reason"] for one in ran.json["data"]["images"]}
    assert found == {name: f"{why}: {hint}" for name, (_, _, why, hint) in WRONG.items()}
    assert told(ran.json, "warning") == WRONG


def test_a_path_dependency_that_is_in_the_way_is_named(make_workspace: Make, ws: Ws) -> None:
    needs = 'shared = { path = "../shared", develop = true }\n'
    text = FROM_A_FILE.replace('"file"', '"directory"').replace("sweet-1.0.tar.gz", "../shared")
    files = {
        "shared": member("shared") + SETUPTOOLS,
        "chat": member("chat", needs) + SCRIPT.format("chat"),
        "chat/poetry.lock": text.replace('"sweet"', '"shared"'),
    }
    make_workspace(files)
    ran = ws("docker", "layers", "--format", "json")
    reason = "its path dependency shared: it is built by setuptools.build_meta, not by poetry-core"
    hint = INSTEAD.format("chat")
    assert told(ran.json, "error") == {
        "chat": ("docker/backend", "shared/pyproject.toml", reason, hint)
    }


@pytest.mark.usefixtures("root")
def test_files_that_would_lack_an_image_are_refused(ws: Ws) -> None:
    ran = ws("generate", "bake", "--format", "json")
    rules = [one["rule"] for one in ran.json["findings"]]
    assert (ran.code, rules) == (2, ["docker/backend", "docker/source", "docker/lock"])


class Built(NamedTuple):
    """The workspace, and how `ws docker` is called there with a real engine."""

    root: Path
    engine: Engine
    tag: str

    def ws(self, *args: str) -> tuple[int, dict[str, Any]]:
        """Its exit code and what it says."""
        options = ("--root", str(self.root), "--tag", self.tag, "--format", "json")
        ended = subprocess.run(
            [sys.executable, "-m", "ws", "docker", *args, *options],
            env={**os.environ, **self.engine.environ, "WS_DOCKER_NETWORK": "host"},
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, json.loads(ended.stdout)


@pytest.fixture
def built(make_workspace: Make, docker_engine: Engine) -> Iterator[Built]:
    """The image of `good` is gone afterwards; `sound`, which would need an index, is not there."""
    files = {key: text for key, text in FILES.items() if not key.startswith("sound")}
    place = Built(make_workspace(files), docker_engine, f"unplanned-{uuid.uuid4().hex[:8]}")
    yield place
    docker_engine.call("rmi", "--force", f"good:{place.tag}")


def test_the_others_are_built_looked_at_and_listed(built: Built) -> None:
    code, said = built.ws("build")
    statuses = {one["member"]: one["status"] for one in said["outcomes"]}
    assert statuses == dict.fromkeys(WRONG, "failed") | {"good": "done"}
    assert {one["member"]: one["status"] for one in said["data"]["images"]} == statuses
    reasons = {one["member"]: one["reason"] for one in said["outcomes"] if one["member"] != "good"}
    assert reasons == {name: f"{why}: {hint}" for name, (_, _, why, hint) in WRONG.items()}
    assert (code, told(said, "error")) == (1, WRONG)

    code, said = built.ws("status")
    found = {one["member"]: one["status"] for one in said["data"]["images"]}
    assert found == dict.fromkeys(WRONG, "cannot be built") | {"good": "up to date"}
    assert list(found) == sorted(found)
    assert said["data"]["engine"]["state"] == "running"
    assert (code, told(said, "warning")) == (0, WRONG)

    for command in ("smoke", "measure", "test"):
        code, said = built.ws(command, "good", "unlocked")
        assert [one["member"] for one in said["data"]["images"]] == ["good"]
        assert {one["member"] for one in said["outcomes"]} == {"good", "unlocked"}
        assert (code, told(said, "error")) == (1, {"unlocked": WRONG["unlocked"]})

    code, said = built.ws("build", "unlocked")
    assert [one["status"] for one in said["outcomes"]] == ["failed"]
    assert (code, told(said, "error")) == (1, {"unlocked": WRONG["unlocked"]})
