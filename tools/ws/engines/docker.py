"""Docker through its command line: the SDK does not speak BuildKit, and its import is slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.engines.probes import find, limited, program
from ws.errors import ToolError
from ws.planning import docker_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ws.engines.process import Processes
    from ws.engines.program import Completed
    from ws.model.docker_engine import EngineState

LIMIT = 10.0
"""Seconds that the engine has to say its version."""
ASK_VERSION = ("version", "--format", "{{.Server.Version}}")


def engine_state(environ: Mapping[str, str], *, limit: float = LIMIT) -> EngineState:
    """Whether there is an engine to build with, asked anew; nothing that is missing raises."""
    if environ.get("WS_DOCKER") == "0":
        return docker_engine.DISABLED
    with limited(limit) as processes:
        return docker_engine.state(
            program(find("docker", environ), ASK_VERSION, environ, processes)
        )


def build(
    context: Path,
    dockerfile: Path,
    *,
    tag: str,
    environ: Mapping[str, str],
    processes: Processes,
    options: Sequence[str] = (),
    log: Path | None = None,
    on_line: Callable[[str], None] = lambda _line: None,
) -> Completed:
    """Build an image with BuildKit; its plain progress goes line by line to `log` and `on_line`.

    `context` and `dockerfile` are absolute; `options` are further ones of `docker build`. What the
    Dockerfile does wrong shows in the code and the lines. Raises `ToolError` where there is no
    `docker`, or where it lacks its builder: https://docs.docker.com/go/buildx/.
    """
    path = find("docker", environ)
    if not path:
        missing = docker_engine.state(program("", (), environ, processes))
        raise ToolError(missing.detail, rule="tool/docker-missing", hint=missing.hint)
    argv = [path, "build", "--progress=plain", f"--file={dockerfile}", f"--tag={tag}"]
    completed = processes.run(
        [*argv, *options, str(context)],
        folder=context,
        environ={**environ, "DOCKER_BUILDKIT": "1"},
        log=log,
        on_line=on_line,
    )
    if completed.code and any("buildx component is missing" in line for line in completed.tail):
        raise ToolError(
            f"{path} cannot build: its plugin Buildx is missing or broken",
            rule="tool/docker-buildx",
            hint="install it: the package docker-buildx, or docker-buildx-plugin from Docker",
        )
    return completed
