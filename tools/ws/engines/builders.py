"""The builders of Buildx: the engine's own, and those apart from it.

An engine's own builder (the driver `docker`) makes images of that engine. All others keep what they
build to themselves, until it is loaded or pushed: https://docs.docker.com/build/builders/drivers/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.errors import ToolError

if TYPE_CHECKING:
    from ws.engines.images import Docker

_FIELD = re.compile(r"^(?P<name>Driver|Endpoint):\s*(?P<value>\S+)", re.MULTILINE)
_NONE = re.compile(r'no builder "?[^"\s]*"? found')
_HINT = "see docker buildx ls"


def is_apart(docker: Docker, name: str) -> bool:
    """Whether the builder of this name, or the current one, is not the engine's own.

    Raises `ToolError` where there is no such builder, where it does not answer, and where it is
    that of another engine: its images would be there, and looked for here.
    """
    asked = docker.ask("buildx", "inspect", *([name] if name else []))
    said = "\n".join(asked.tail)
    if _NONE.search(said):
        raise _error(f"there is no builder {name}" if name else "there is no builder", _HINT)
    found: dict[str, str] = {}
    for field in _FIELD.finditer(said):
        found.setdefault(field["name"], field["value"])
    if asked.code or "Driver" not in found:
        last = next((line for line in reversed(asked.tail) if line.strip()), "it said nothing")
        raise _error(f"the builder {name} does not tell what it is: {last}", _HINT)
    if found["Driver"] != "docker":
        return True
    endpoint = found.get("Endpoint", "")
    here = "\n".join(docker.ask("context", "inspect", "--format", "{{.Name}}").tail).split()
    if name and endpoint and here and endpoint not in here:
        reason = f"the builder {name} is that of another engine, and its images would be there"
        raise _error(reason, f"leave --builder away: DOCKER_CONTEXT={endpoint} ws docker build")
    return False


def _error(reason: str, hint: str) -> ToolError:
    return ToolError(reason, rule="tool/docker-builder", hint=hint)
