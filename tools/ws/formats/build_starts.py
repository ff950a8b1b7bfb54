"""How a service of a Compose file is started: what is mounted, and what it runs.

As of the Compose specification, `services.volumes` (short and long syntax), `command` and
`entrypoint`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from ws.formats.build_commands import inside
from ws.formats.build_variables import interpolated
from ws.model.docker_build import Mount, Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PARTS = 2


def start(service: Mapping[str, Any], folder: str, values: Mapping[str, str]) -> Start:
    """The mounts and commands of a service.

    `folder` is that of the Compose file, relative to the workspace root, and `values` are those of
    its variables. Volumes that have only a name hold what the image has, and are left out.
    """
    volumes = service.get("volumes")
    listed = volumes if isinstance(volumes, list) else []
    mounts = (mount for one in listed for mount in _mounts(one, folder, values))
    told = (_command(service.get(key)) for key in ("entrypoint", "command"))
    return Start(tuple(mounts), tuple(one for one in told if one))


def _mounts(volume: object, folder: str, values: Mapping[str, str]) -> Iterator[Mount]:
    if isinstance(volume, dict):
        if volume.get("type") != "bind":
            return
        source, target = str(volume.get("source", "")), str(volume.get("target", ""))
    else:
        whole = str(volume)
        parts = (interpolated(whole, values) or _plain(whole)).split(":")
        if len(parts) < _PARTS or not parts[0].startswith((".", "/", "~", "$")):
            return
        source, target = parts[:_PARTS]
    given = interpolated(source, values)
    known = given is not None and not given.startswith(("/", "~", "$"))
    yield Mount(inside(posixpath.join(folder, given or ".")) if known else None, target)


def _plain(text: str) -> str:
    """A volume with its variables taken out, so that the colons in them part nothing."""
    import re  # asked for only where a variable has no value

    return re.sub(r"\$\{.*?\}", "$_", text)


def _command(given: object) -> str | tuple[str, ...]:
    if isinstance(given, list):
        return tuple(map(str, given))
    return given if isinstance(given, str) else ""
