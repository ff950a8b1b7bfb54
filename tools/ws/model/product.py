"""A product: services that run on somebody's machine, and where each may come from.

A workspace is one, and so is a bundle, the tree that an installer ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.docker_settings import Source
    from ws.model.volumes import Volume


@dataclass(frozen=True, slots=True)
class Service:
    """A member that runs, in a container or on the machine itself."""

    name: str
    """Of the member, normalised; Compose and Bake call it so, too."""
    tag: str
    """What its image is called in the engine."""
    fingerprint: str
    """Of the image that is wanted: the digest that its label holds."""
    folder: str
    """The member's, relative to the root."""
    script: str = ""
    """The console script that is started where there is no Docker; empty for none."""
    references: tuple[str, ...] = ()
    """What its image is called in registries, in the order in which these are asked."""
    required: bool = True
    """Whether the product stops without it."""
    requirements: tuple[str, ...] = ()
    """Files of third-party packages with hashes, relative to the root, as pip takes them."""
    packages: tuple[str, ...] = ()
    """The folders of the local packages in it, relative to the root, its own last."""
    volumes: tuple[Volume, ...] = ()
    size: int = 0
    """About how many bytes its image adds to the base; 0 where nobody knows."""
    download: int = 0
    """About how many bytes a build fetches for it alone; 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Product:
    """All services, and how one gets them."""

    name: str
    services: tuple[Service, ...]
    """In member order."""
    source: tuple[Source, ...]
    """Where services come from, in the order in which that is tried."""
    archive: str
    """Of images, relative to the root; it need not be there."""
    base: str = ""
    """The image that most of them begin from."""
    bake: str = ""
    """The Bake file that builds them, relative to the root; empty where `ws docker build` does."""
    compose: str = ""
    """The Compose file that starts them, relative to the root; empty for none."""
    download: int = 0
    """About how many bytes a build fetches for all together: the base and what is shared."""
