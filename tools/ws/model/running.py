"""What runs in the background on this machine, without Docker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Running:
    """A program that `ws docker up --host` started."""

    name: str
    """Of its service."""
    pid: int
    birth: str
    """When that process was started, in the system's own words; another one has another."""
    log: str
    """Relative to the root."""


@dataclass(frozen=True, slots=True)
class HostService:
    """How a service is started on this machine."""

    name: str
    folder: str
    """Where it runs, relative to the root."""
    command: tuple[str, ...]
    """Its program first: one on PATH, or one of its environment."""
    environment: Mapping[str, str]
    """Its variables, as `workspace.toml` and manifests have them: `${NAME}` is not filled yet."""
    venv: str = ""
    """The environment of a member, relative to the root."""
    port: int = 0
    """Where it listens once it is ready; 0 for nowhere."""
