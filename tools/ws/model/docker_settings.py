"""What a workspace and a member say of their images (`[docker]`, `[tool.ws.docker]`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ws.model.budgets import Budget

if TYPE_CHECKING:
    from ws.model.volumes import Volume

Style = Literal["production", "dev", "classic", "shared"]
"""One of the shapes of Dockerfile that `ws docker new` writes."""

Build = Literal["layers", "dockerfile", "none"]
"""How an image is made: on layers that all share, by a Dockerfile of its own, or not at all."""

BUILDS: tuple[Build, ...] = ("layers", "dockerfile", "none")
Source = Literal["image", "pull", "load", "build", "host"]
"""Where `ws docker ensure` gets a service from: the engine's images, a registry, an archive, its
sources, or the console script on this machine, without Docker."""

SOURCES: tuple[Source, ...] = ("image", "pull", "load", "build", "host")
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
    build: Build = "layers"
    """How images are made where a member does not say it."""
    registry: str = ""
    """What stands before the names of images, such as `ghcr.io/acme`; empty for nothing."""
    heavy: tuple[str, ...] = ()
    """Packages that are large, by name or glob: worth a layer for any two images."""
    platforms: tuple[str, ...] = ()
    """What images are built for, such as `linux/amd64`; empty for this machine."""
    budget: Budget = field(default_factory=Budget)
    """What each image may cost."""
    bake: str = "ops/images"
    """Where `ws generate bake` writes, relative to the root."""
    source: tuple[Source, ...] = SOURCES
    """Where `ws docker ensure` gets images from, in the order in which that is tried."""
    archive: str = "dist/images.tar"
    """What `ws docker save` writes and `ws docker load` reads, relative to the root."""
    mirrors: tuple[str, ...] = ()
    """Registries besides `registry`, in the same form: pushed to, and asked where that fails."""
    tags: tuple[str, ...] = ("{version}",)
    """What stands behind the colon in a registry: `{version}`, `{sha}`, `{branch}`, or text."""


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
    build: Build | None = None
    """How its image is made; `None`: as all."""
    dockerfile: str = ""
    """The Dockerfile of its own, relative to its folder; empty for `Dockerfile`."""
    base: str = ""
    """The image that its image begins from; empty: as all."""
    index: str = ""
    """The default package index of its image; empty: as all."""
    extras: tuple[str, ...] = ()
    """Its extras that are in its image, normalised."""
    platforms: tuple[str, ...] = ()
    """What its image is built for; empty: as all."""
    smoke: str | tuple[str, ...] = ""
    """How to see that its program answers: a line for its stdin, or a command; empty: `--help`."""
    budget: Budget = field(default_factory=Budget)
    """What its image may cost, where that is not what all may."""
    required: bool = True
    """Whether a product cannot go on without its service."""
    volumes: tuple[Volume, ...] = ()
    """Folders for models and caches, in the order of the manifest."""
