"""`ws docker up`, with a `docker` that only notes what it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.engines.images import Docker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

DOCKER = """#!/bin/sh
case "$*" in
*"--profile=* config --services") echo broker; echo chat; echo debugger ;;
*"config --services") echo ACTIVE ;;
*" up "*) echo "$*" >> "ASKED" ;;
esac
"""


@pytest.fixture
def up(
    make_workspace: Callable[[Mapping[str, str]], Path],
    ws: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[Ran, str]]:
    """Run `ws docker up --infra` where these services are on: what it said, and asked for."""

    def run(active: str) -> tuple[Ran, str]:
        script = '\n[tool.poetry.scripts]\nchat = "chat:main"\n'
        root = make_workspace({"workers/chat": script, "ops/compose.yaml": "services: {}\n"})
        asked, program = root / "asked", root / "docker"
        text = DOCKER.replace("ACTIVE", active).replace("ASKED", str(asked))
        program.write_text(text)
        program.chmod(0o755)
        monkeypatch.setattr(
            "ws.commands.compose_project.docker",
            lambda environ, processes: Docker(str(program), environ, processes),
        )
        ran = ws("docker", "up", "--infra", "--no-wait", "--format", "json")
        return ran, asked.read_text() if asked.exists() else ""

    return run


def test_infrastructure_is_started_without_services_whose_profile_is_off(
    up: Callable[..., tuple[Ran, str]],
) -> None:
    _, asked = up(active="broker; echo chat")
    assert asked.split(" up ")[1] == "--detach broker\n"


def test_where_no_service_is_infrastructure_nothing_is_started(
    up: Callable[..., tuple[Ran, str]],
) -> None:
    ran, asked = up(active="chat")
    assert (ran.code, asked) == (0, "")
    assert [(each["status"], each["reason"]) for each in ran.json["outcomes"]] == [
        ("skipped", "no service is infrastructure, or its profile is off")
    ]


def test_nor_is_it_without_docker(
    make_workspace: Callable[[Mapping[str, str]], Path], ws: Callable[..., Ran]
) -> None:
    make_workspace({"workers/chat": '\n[tool.poetry.scripts]\nchat = "chat:main"\n'})
    ran = ws("docker", "up", "--infra", "--host", "--format", "json")
    assert [each["status"] for each in ran.json["outcomes"]] == ["skipped"]
