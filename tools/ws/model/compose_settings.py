"""What a workspace and a member say of services (`[compose]`, `[tool.ws.compose]`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

DockerfileOf = Literal["layers", "shared", "member"]
"""Which Dockerfile Compose builds from: that of `ws generate bake`, the one for all members
(`docker/app.Dockerfile`), or the member's own."""

Condition = Literal["started", "healthy", "completed"]
"""What is awaited of a service before another is started, without Compose's `service_`."""

DOCKERFILES: tuple[DockerfileOf, ...] = ("layers", "shared", "member")
CONDITIONS: tuple[Condition, ...] = ("started", "healthy", "completed")


@dataclass(frozen=True, slots=True)
class ComposeSettings:
    """What `workspace.toml` says of Compose files (`[compose]`)."""

    folder: str = "ops"
    """Where `ws generate compose` writes, relative to the root."""
    build: DockerfileOf = "layers"
    """Which Dockerfile services are built from, where their image is not by one of its own."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of all members' services."""
    host_environment: Mapping[str, str] = field(default_factory=dict)
    """Those that say something else where services run without Docker."""
    depends_on: tuple[str, ...] = ()
    """Services for which those of all members wait, such as a broker."""
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Services that are no members, such as a broker: by name, each as Compose has it."""


@dataclass(frozen=True, slots=True)
class MemberCompose:
    """What a member says of its service (`[tool.ws.compose]`)."""

    service: bool = True
    """Whether it has one."""
    command: tuple[str, ...] = ()
    """Instead of what its image starts."""
    environment: Mapping[str, str] = field(default_factory=dict)
    host_environment: Mapping[str, str] = field(default_factory=dict)
    """What says something else where it runs without Docker."""
    ports: tuple[str, ...] = ()
    """As Compose has them: `8000:8000`."""
    devices: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    """As Compose has them, besides those of `[tool.ws.docker.volumes]`."""
    profiles: tuple[str, ...] = ()
    depends_on: Mapping[str, Condition | None] = field(default_factory=dict)
    """Services, by name, and what is awaited of each; `None`: that it is well where it has a health
    check, else that it is started."""
    restart: str = ""
    """Compose's own word for when it is started again; empty for `unless-stopped`."""
