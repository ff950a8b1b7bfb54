"""Which state Docker's engine is in, from what `docker version` said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from ws.model.docker_engine import EngineState

if TYPE_CHECKING:
    from ws.model.machine import Program

DISABLED = EngineState("disabled", "WS_DOCKER=0 turns it off", "unset WS_DOCKER")

_START = "start it (sudo systemctl start docker, or Docker Desktop); see `docker context ls`"
_KNOWN: tuple[tuple[str, Literal["starting", "error"], str], ...] = (
    # An engine that systemd starts on the first call keeps that one waiting; Docker Desktop
    # answers 500 and 503 until its machine is up.
    (
        r"did not answer in time|daemon: .*starting|\b50[03] (?:Internal|Service)"
        r"|Service Unavailable|returned Internal Server Error",
        "starting",
        "wait a little and try again; restart it if that does not help",
    ),
    (
        "permission denied",
        "error",
        "let yourself use it: sudo usermod -aG docker $USER, and log in again",
    ),
    (
        "unable to resolve docker endpoint",
        "error",
        "choose an engine that there is: DOCKER_HOST, DOCKER_CONTEXT, or docker context use",
    ),
    (
        r"client version \S+ is too (?:new|old)",
        "error",
        "bring the older one up to date, docker or its engine; until then set"
        " DOCKER_API_VERSION to the version it names",
    ),
)


_CONTEXT = re.compile(r"(context \S+: context not found): .*")
"""After that comes in which file of the client's it was looked for."""


def state(engine: Program) -> EngineState:
    """The state, where `engine` has the path of `docker` and the engine's version as that told it.

    An empty path is no program.
    """
    if not engine.path:
        return EngineState("not-installed", "docker was not found on PATH", "install Docker")
    if not engine.trouble:
        return EngineState("running", f"{engine.version} answers", version=engine.version)
    for pattern, kind, hint in _KNOWN:
        if re.search(pattern, engine.trouble, re.IGNORECASE):
            return EngineState(kind, _CONTEXT.sub(r"\1", engine.trouble), hint)
    return EngineState("error", engine.trouble, _START)


def may_come(engine: EngineState) -> bool:
    """Whether waiting may help: it starts, or nobody answers yet where it would."""
    return engine.kind == "starting" or (engine.kind == "error" and engine.hint == _START)
