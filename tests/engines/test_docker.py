"""Docker's client as it answers without an engine; with a real one: tests/docker/test_engine.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.engines import docker
from ws.engines.process import Processes
from ws.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path


def client(folder: Path, text: str) -> dict[str, str]:
    """The variables under which `docker` is a script."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/bin:/usr/bin"}


def test_the_state_is_what_the_client_tells(tmp_path: Path) -> None:
    running = docker.engine_state(client(tmp_path, "echo 20.10.24+dfsg1"))
    assert (running.kind, running.version) == ("running", "20.10.24+dfsg1")
    down = docker.engine_state(client(tmp_path, "echo 'Cannot connect to the daemon' >&2; exit 1"))
    assert (down.kind, down.detail) == ("error", "Cannot connect to the daemon")


def test_what_the_client_warns_of_is_neither_a_version_nor_a_trouble(tmp_path: Path) -> None:
    warning = "echo 'WARNING: Error loading config file: /home/a2.5/x: permission denied' >&2"
    running = docker.engine_state(client(tmp_path, f"{warning}; echo 20.10.24"))
    assert (running.kind, running.version) == ("running", "20.10.24")
    down = docker.engine_state(client(tmp_path, f"echo 'Cannot connect'; {warning}; exit 1"))
    assert down.detail == "Cannot connect"


def test_an_engine_that_hangs_is_not_waited_for_long(tmp_path: Path) -> None:
    hangs = docker.engine_state(client(tmp_path, "exec sleep 60"), limit=0.2)
    assert (hangs.kind, hangs.detail) == ("starting", "it did not answer in time")


def test_a_client_that_is_turned_off_is_not_asked(tmp_path: Path) -> None:
    environ = client(tmp_path, f"touch {tmp_path}/asked")
    assert docker.engine_state({**environ, "WS_DOCKER": "0"}).kind == "disabled"
    assert not (tmp_path / "asked").exists()


def test_without_docker_a_build_says_what_to_install(tmp_path: Path) -> None:
    assert docker.engine_state({"PATH": str(tmp_path)}).kind == "not-installed"
    with pytest.raises(ToolError) as caught:
        build(tmp_path, {"PATH": str(tmp_path)})
    assert (caught.value.rule, caught.value.hint) == ("tool/docker-missing", "install Docker")


def test_a_client_without_its_builder_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    words = "ERROR: BuildKit is enabled but the buildx component is missing or broken."
    with pytest.raises(ToolError) as caught:
        build(tmp_path, client(tmp_path, f"echo '{words}' >&2; exit 1"))
    assert caught.value.rule == "tool/docker-buildx"


def test_a_build_uses_buildkit_and_tells_line_by_line(tmp_path: Path) -> None:
    lines: list[str] = []
    environ = client(tmp_path, 'echo "BuildKit $DOCKER_BUILDKIT"; printf "%s\\n" "$@"; exit 3')
    ended = docker.build(
        tmp_path,
        tmp_path / "Dockerfile",
        tag="t",
        environ=environ,
        processes=Processes(),
        options=["--no-cache"],
        on_line=lines.append,
    )
    file = f"--file={tmp_path}/Dockerfile"
    argv = ["build", "--progress=plain", file, "--tag=t", "--no-cache", str(tmp_path)]
    assert (ended.code, lines) == (3, ["BuildKit 1", *argv])


def build(folder: Path, environ: dict[str, str]) -> None:
    docker.build(folder, folder / "Dockerfile", tag="t", environ=environ, processes=Processes())
