"""Services on this machine, without Docker: which program, and what it is told."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from ws.errors import ManifestError, Where
from ws.formats.compose_variables import escaped
from ws.formats.toml_places import line_of
from ws.model.running import HostService
from ws.planning import product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.workspace import Member, Workspace

KEY = "x-ws-host"
HINT = 'such as x-ws-host = "redis-server --port 6379", or {command = "…", port = 6379}'
"""What helps a service that has no form for the host."""


def of_infrastructure(workspace: Workspace, name: str) -> HostService | None:
    """How a service of `[compose.services]` is started; `None` where nobody said it.

    Raises `ManifestError` for what is no command.
    """
    said: Any = workspace.settings.compose.services[name].get(KEY)
    if said is None:
        return None
    table = said if isinstance(said, dict) else {"command": said}
    command, port = table.get("command"), table.get("port", 0)
    words = _words(command)
    if not words or not isinstance(port, int) or set(table) - {"command", "port"}:
        keys = ("compose", "services", name)
        text = workspace.settings.text
        raise ManifestError(
            f"{KEY} of {name} is no command",
            rule="manifest/value",
            where=Where("workspace.toml", line_of(text, *keys, KEY) or line_of(text, *keys)),
            hint=HINT,
        )
    return HostService(name, ".", words, {}, port=port)


def of_member(workspace: Workspace, member: Member, volumes: Mapping[str, str]) -> HostService:
    """How a member is started: its console script, or the command that Compose has.

    `volumes` tells where its volumes are on this machine.
    """
    said, common = member.manifest.settings.compose, workspace.settings.compose
    told = {
        **common.environment,
        **said.environment,
        **common.host_environment,
        **said.host_environment,
    }
    script = product.script(member)
    return HostService(
        member.name,
        member.path,
        said.command or ((script,) if script else ()),
        {**volumes, **{name: escaped(value) for name, value in told.items()}},
        workspace.venv(member),
        member.manifest.settings.docker.port,
    )


def _words(command: object) -> tuple[str, ...]:
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        return tuple(command)
    try:
        return tuple(shlex.split(command)) if isinstance(command, str) else ()
    except ValueError:
        return ()
