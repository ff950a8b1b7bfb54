"""What a workspace and a member say of their images (`[docker]`, `[tool.ws.docker]`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["production", "dev", "classic", "shared"]
"""One of the shapes of Dockerfile that `ws docker new` writes."""

STYLES: tuple[Style, ...] = ("production", "dev", "classic", "shared")


@dataclass(frozen=True, slots=True)
class DockerSettings:
    """What `workspace.toml` says of images (`[docker]`)."""

    base: str = ""
    """The image that all begin from; empty for the slim one of the members' Python."""
    templates: str = ""
    """A folder whose files replace the built-in templates of their names, relative to the root."""
    context: str = ""
    """The folder that images are built from, relative to the root; empty where each tells."""


@dataclass(frozen=True, slots=True)
class MemberDocker:
    """What a member says of its image (`[tool.ws.docker]`)."""

    apt: tuple[str, ...] = ()
    """System packages that are there when it runs."""
    apt_build: tuple[str, ...] = ()
    """System packages that are only there while third-party packages are built."""
    script: str = ""
    """The console script that is started; empty for the only one, or the one of its name."""
    port: int = 0
    """Where it listens; 0 for nowhere."""
    health: str = ""
    """How to ask whether it is well: a path of its own HTTP server, or a command."""
    debugger: int = 0
    """The port of the debugger in the image for development; 0 for none."""
    style: Style = "production"
    """Which Dockerfile it has where nobody asks for another."""
    context: str = ""
    """The folder that its image is built from, relative to the workspace root; empty: as all."""
