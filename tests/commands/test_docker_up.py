"""`ws docker up`: which images are built before."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ws.commands import docker_build, docker_up
from ws.files.loader import load
from ws.model.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@pytest.mark.parametrize(
    ("asked", "built"),
    [
        (docker_up.Asked(), ("chat",)),
        (docker_up.Asked(build=True), ("chat",)),
        (docker_up.Asked(("voice",)), ("voice",)),
        (docker_up.Asked(infra=True), ()),
    ],
)
def test_an_image_whose_profile_is_off_is_built_only_for_who_names_it(
    make_workspace: Callable[[Mapping[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
    asked: docker_up.Asked,
    built: tuple[str, ...],
) -> None:
    def build(_context: object, todo: docker_build.Asked) -> Report:
        asked_for.extend(todo.names)
        return Report("docker build")

    def services(*, every: bool = True) -> tuple[str, ...]:
        return ("broker", "chat", "voice") if every else ("broker", "chat")

    asked_for: list[str] = []
    script = '\n[tool.poetry.scripts]\n{0} = "{0}:main"\n'
    files = {
        "workspace.toml": '[workspace]\nmembers = ["*"]\n',
        "chat": script.format("chat"),
        "voice": script.format("voice") + '[tool.ws.compose]\nprofiles = ["speech"]\n',
    }
    workspace = load(make_workspace(files))
    found = SimpleNamespace(services=services, docker=SimpleNamespace(images=lambda _tags: {}))
    monkeypatch.setattr(docker_build, "run", build)
    monkeypatch.setattr(docker_up, "project", lambda *_args, **_more: nullcontext(found))
    monkeypatch.setattr(docker_up, "_up", lambda *_args: Report("docker up"))
    context: Any = SimpleNamespace(workspace=lambda: workspace)
    docker_up.run(context, asked)
    assert tuple(asked_for) == built
