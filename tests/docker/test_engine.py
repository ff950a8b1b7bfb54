from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .conftest import Engine

TOOL = Path(__file__).parents[2] / "tools/docker_engine.py"
PACKAGE = """\
[tool.poetry]
name = "{name}"
version = "0.1.0"
description = ""
authors = []
packages = [{{ include = "{module}" }}]

[tool.poetry.dependencies]
python = "^3.11"
{dependencies}

[build-system]
requires = ["poetry-core>=2"]
build-backend = "poetry.core.masonry.api"
"""
DOCKERFILE = """\
FROM ws-test/poetry
ENV POETRY_VIRTUALENVS_IN_PROJECT=true
WORKDIR /app
COPY packages/shared {destination}
COPY workers/chat/pyproject.toml workers/chat/poetry.lock ./
RUN poetry install --no-root
CMD [".venv/bin/python", "-c", "import shared, alpha; print(shared.GREETING, alpha.VERSION)"]
"""


@pytest.fixture
def workspace(write_files: Callable[[Mapping[str, str]], Path], docker_engine: Engine) -> Path:
    """A worker that needs the shared package by its path, locked."""
    shared = {"name": "shared", "module": "shared", "dependencies": 'alpha = "^1"'}
    by_path = 'shared = { path = "../../packages/shared", develop = true }'
    chat = {"name": "chat", "module": "chat", "dependencies": by_path}
    root = write_files(
        {
            "packages/shared/pyproject.toml": PACKAGE.format(**shared),
            "packages/shared/shared/__init__.py": "GREETING = 'hello'\n",
            "workers/chat/pyproject.toml": PACKAGE.format(**chat),
            "workers/chat/chat/__init__.py": "",
        }
    )
    docker_engine.lock(root, "workers/chat")
    return root


def test_a_member_is_installed_with_its_path_dependency_and_runs(
    docker_engine: Engine, workspace: Path
) -> None:
    dockerfile = workspace / "Dockerfile"
    dockerfile.write_text(DOCKERFILE.format(destination="../../packages/shared"))
    built = docker_engine.build(workspace, dockerfile, "ws-test/chat:good")
    assert built.code == 0, built.output
    assert docker_engine.run("ws-test/chat:good") == (0, "hello 1.1.0\n")


def test_a_build_that_fails_tells_what_poetry_said(docker_engine: Engine, workspace: Path) -> None:
    dockerfile = workspace / "Dockerfile"
    dockerfile.write_text(DOCKERFILE.format(destination="/app/packages/shared"))
    built = docker_engine.build(workspace, dockerfile, "ws-test/chat:bad")
    assert built.code != 0
    assert "Path /packages/shared for shared does not exist" in built.output


def test_a_package_that_is_not_editable_is_built_without_a_network(
    docker_engine: Engine, workspace: Path
) -> None:
    manifest = workspace / "workers/chat/pyproject.toml"
    manifest.write_text(manifest.read_text().replace("develop = true", "develop = false"))
    docker_engine.lock(workspace, "workers/chat")
    dockerfile = workspace / "Dockerfile"
    dockerfile.write_text(DOCKERFILE.format(destination="/packages/shared"))
    built = docker_engine.build(workspace, dockerfile, "ws-test/chat:wheel", "--network=none")
    assert built.code == 0, built.output
    assert docker_engine.run("ws-test/chat:wheel") == (0, "hello 1.1.0\n")


def test_the_engine_says_which_one_it_is(docker_engine: Engine) -> None:
    told = subprocess.run(
        [sys.executable, TOOL, "status"],
        env=dict(docker_engine.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stderr.startswith(f"Docker Engine {docker_engine.version} (")


def test_what_a_session_makes_is_removed(docker_engine: Engine, tmp_path: Path) -> None:
    session = type(docker_engine)(docker_engine.environ, docker_engine.version)
    (tmp_path / "Dockerfile").write_text("FROM ws-test/poetry\n")
    session.build(tmp_path, tmp_path / "Dockerfile", "ws-test/gone")
    container = session.run("ws-test/gone", "sleep", "60", options=("--detach",)).output.strip()
    assert docker_engine.call("container", "inspect", container).code == 0
    session.remove_all()
    assert docker_engine.call("container", "inspect", container).code == 1
    assert docker_engine.call("image", "inspect", "ws-test/gone").code == 1
    assert docker_engine.call("image", "inspect", "ws-test/poetry").code == 0


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one worker")
def test_all_that_use_the_engine_stay_with_one_worker(request: pytest.FixtureRequest) -> None:
    """Or they would find the containers of each other: `--dist loadgroup` is what is needed."""
    assert request.node.nodeid.endswith("@docker")
