"""Images as an engine has them, and whether they are what the workspace would build now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All that goes into an image, each part as a short digest."""

    parts: Mapping[str, str]
    """By what it is: `base`, `third-party packages`, `packages/shared`."""
    digest: str
    """Of all parts together."""


class BuiltLayer(NamedTuple):
    """A layer of an image that an engine has."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """An image that an engine has."""

    id: str
    created: str
    size: int
    """All of its layers together, in bytes."""
    labels: Mapping[str, str]
    layers: tuple[str, ...]
    """The digests of its layers, the lowest first."""
    user: str = ""
    command: tuple[str, ...] = ()
    platform: str = ""
    """Such as `linux/amd64`."""


@dataclass(frozen=True, slots=True)
class ImageState:
    """Whether a member's image is what would be built now."""

    member: str
    tag: str
    kind: Literal["up to date", "stale", "missing"]
    reason: str = ""
    image: BuiltImage | None = None
