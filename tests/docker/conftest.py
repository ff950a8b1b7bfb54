"""A real Docker Engine, shared by all sessions of a run: tools/run-tests.sh starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ws.engines import docker
from ws.engines.process import Processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REPOSITORY = Path(__file__).parents[2]
POETRY = "ws-test/poetry"
"""Poetry on `python:3.11-slim`, with a package index inside: see images/poetry."""


_ONLY_BUILD = ("test_truth.py", "test_generated.py", "test_reference_images.py")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is marked, and stays with one worker of pytest-xdist, or with another one.

    They share images, and look at what is left in the engine; those that only build Dockerfiles
    and run them do not. One that fails is run once more: an engine (20.10) does not always find
    what it has while images come and go, and lets a build join a step of one that was ended.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.docker)
            alone = item.path.name in _ONLY_BUILD
            item.add_marker(pytest.mark.xdist_group("dockerfiles" if alone else "docker"))
            item.add_marker(pytest.mark.flaky(reruns=1))


class Result(NamedTuple):
    """How a build, or a command in a container, ended."""

    code: int
    output: str
    """All that it said, both streams together."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine, as the tests use it: what one of them makes is gone after the session."""

    environ: Mapping[str, str]
    version: str
    _label: str = field(default_factory=lambda: f"ws-test.session={uuid.uuid4().hex}")

    def build(self, context: Path, dockerfile: Path, tag: str, *args: str) -> Result:
        """Build an image as `ws` does; `args` are further options of `docker build`."""
        lines: list[str] = []
        ended = docker.build(
            context,
            dockerfile,
            tag=tag,
            environ=self.environ,
            processes=Processes(),
            options=["--network=host", f"--label={self._label}", *args],
            on_line=lines.append,
        )
        return Result(ended.code, "\n".join(lines))

    def run(
        self, image: str, *command: str, options: tuple[str, ...] = (), said: str | None = None
    ) -> Result:
        """Run a command in a new container; `options` are those of `docker run`, and `said` goes to
        its stdin.
        """
        mine = ("--rm", "--network=host", f"--label={self._label}")
        return self.call("run", *mine, *options, image, *command, said=said)

    def lock(self, folder: Path, member: str) -> None:
        """Write the `poetry.lock` of a member of the workspace in `folder`, by Poetry itself."""
        user = ("--user", f"{os.getuid()}:{os.getgid()}", "--env=HOME=/tmp")
        options = (*user, f"--volume={folder}:/ws", f"--workdir=/ws/{member}")
        locked = self.run(POETRY, "poetry", "lock", options=options)
        assert locked.code == 0, locked.output

    def call(self, *args: str, said: str | None = None) -> Result:
        """Call `docker` to its end; `said` is all that it reads from its stdin."""
        ended = subprocess.run(
            ["docker", *args],
            env=dict(self.environ),
            input=said,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Result(ended.returncode, ended.stdout)

    def remove_all(self) -> None:
        """Remove every container and image that was made here."""
        mine = f"--filter=label={self._label}"
        for listed, remove in ((("ps", "--all"), "rm"), (("images",), "rmi")):
            found = self.call(*listed, "--quiet", "--no-trunc", mine).output.split()
            if found:
                self.call(remove, "--force", *dict.fromkeys(found))


def started_environment() -> dict[str, str]:
    """The variables of the engine that tools/docker_engine.py started, if it runs."""
    tool = [sys.executable, str(REPOSITORY / "tools/docker_engine.py"), "environment"]
    said = subprocess.run(tool, capture_output=True, text=True, check=True).stdout
    lines = [line.removeprefix("export ").partition("=") for line in said.splitlines()]
    return {name: value.strip("'") for name, _, value in lines}


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[Engine]:
    """The engine that answers, with the images that tests build on; without it CI fails, and
    others skip and are told what to do.
    """
    # The home folder of now, which no test has: contexts and plugins of the client lie there.
    config = {"DOCKER_CONFIG": os.path.expanduser("~/.docker")}
    environ = {**config, **os.environ, **started_environment()}
    state = docker.engine_state(environ)
    engine = Engine(environ, state.version)
    if state.kind != "running":
        lacking(f"no Docker Engine: {state.detail}")
    if engine.call("image", "inspect", POETRY).code:
        lacking(f"the image {POETRY} is missing")
    yield engine
    engine.remove_all()


@pytest.fixture(autouse=True)
def _reach_engine(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `ws` reach the engine, too: the home folder of a test has no contexts and plugins."""
    for name in ("DOCKER_HOST", "DOCKER_CONFIG"):
        if name in docker_engine.environ:
            monkeypatch.setenv(name, docker_engine.environ[name])


def lacking(what: str) -> None:
    """Fail in CI; skip elsewhere, and tell what to do."""
    message = f"{what}: run tools/run-tests.sh, or tools/docker_engine.py start and base"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
