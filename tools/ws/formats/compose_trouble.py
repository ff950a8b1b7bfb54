"""What Compose says of a start: what it is at, and if that failed why, and whose fault it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_IMAGE = re.compile(r"\s*([\w.-]+) Error (\S.*)")
"""Of a service whose image is pulled (seen with 2.26)."""
_ENDPOINT = re.compile(r"external connectivity on endpoint (\S+) ")
_TAKEN = re.compile(r"address already in use|port is already allocated")
_PORT = re.compile(r"(?:listen \w+|Bind for|host port(?: for)?|exposing port \w+) \S*?:(\d+)\b")
"""As engines from 20.10 to 28 put it."""


_CONTAINER = re.compile(r"\s*Container (\S+)\s+(\w[^:]*)")
_PULL = re.compile(r"\s*([\w.-]+) (Pulling|Pulled)\s*")
_UNSET = re.compile(r'The \\?"(\w+)\\?" variable is not set')


def step(line: str, project: str) -> tuple[str, str] | None:
    """The service that a line is of, and what is done with it; `None` for any other line."""
    if found := _PULL.fullmatch(line):
        return found[1], found[2].lower()
    if found := _CONTAINER.fullmatch(line):
        return _inside(found[1], project), found[2].strip().lower()
    return None


def unset(lines: Iterable[str]) -> tuple[str, ...]:
    """The variables that Compose took for empty, since nobody has set them."""
    found = (_UNSET.search(line) for line in lines)
    return tuple(sorted({each[1] for each in found if each}))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept services from being started."""

    reason: str = ""
    """Of the whole; empty where there is none."""
    by_service: Mapping[str, str] = field(default_factory=dict)
    """What is the matter with one alone."""

    def __bool__(self) -> bool:
        return bool(self.reason)


def trouble(lines: Sequence[str], project: str) -> Trouble:
    """What the last lines of a Compose that failed say."""
    said = [line.strip() for line in lines if line.strip()]
    told = [line for line in said if "rror" in line or "failed" in line]
    found: dict[str, str] = {}
    for line in told:
        if image := _IMAGE.fullmatch(line):
            found[image[1]] = f"its image cannot be pulled: {image[2]}"
        elif (service := _service(line, project)) and _TAKEN.search(line):
            found[service] = _taken(line)
    return Trouble((told or said or ["Compose gave no reason"])[-1], found)


def _service(line: str, project: str) -> str:
    """Whose container an engine names: `PROJECT-SERVICE-1`."""
    endpoint = _ENDPOINT.search(line)
    return _inside(endpoint[1], project) if endpoint else ""


def _inside(name: str, project: str) -> str:
    """The service of a container; its name, where that was given by hand."""
    inside = re.fullmatch(rf"{re.escape(project)}[-_](.+)[-_]\d+", name)
    return inside[1] if inside else name


def _taken(line: str) -> str:
    port = _PORT.search(line)
    which = f"port {port[1]}" if port else "a port"
    return f"{which} of this machine is taken: end what has it, or say another one in ports"
