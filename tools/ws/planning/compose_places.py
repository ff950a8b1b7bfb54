"""Where people say what ws writes into a Compose file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.workspace import Workspace

_OWN = ("command", "devices", "environment", "ports", "profiles", "restart", "volumes")
_COMMON = ("depends_on", "environment")
_NOWHERE = "in a Compose file of your own, laid over this one"


def place_of(workspace: Workspace, path: tuple[str, ...]) -> str:
    """The table, and the key, for a path of the file; a service as a whole has two parts."""
    if path[0] != "services":
        known = {"name": "by name under [workspace] of workspace.toml"}
        return known.get(path[0], "in [tool.ws.docker] of who uses it")
    if len(path) == 1:
        return "in workspace.toml"
    name = path[1]
    if name in workspace.settings.compose.services:
        return f"in [compose.services.{name}] of workspace.toml"
    if len(path) == 2:  # noqa: PLR2004 - the service itself
        return f"with service = false in [tool.ws.compose] of {name}"
    return _of_member(name, path[2])


def _of_member(name: str, key: str) -> str:
    if key in (*_OWN, *_COMMON):
        common = ", or in [compose] of workspace.toml" if key in _COMMON else ""
        return f"in [tool.ws.compose] of {name}{common}"
    return {
        "image": "by registry under [docker] of workspace.toml",
        "build": "by build under [compose] of workspace.toml",
        "healthcheck": f"by health or port in [tool.ws.docker] of {name}",
    }.get(key, _NOWHERE)
