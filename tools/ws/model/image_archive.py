"""Images in one file, in which layers that they share stand once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

Chain = tuple[str, ...]
"""Layers on top of each other, by `diff_id`, the lowest first: an engine keeps each such pile."""


class ArchivedLayer(NamedTuple):
    """A layer of an image in an archive."""

    digest: str
    """Of the blob: the layer, compressed."""
    diff_id: str
    """Of the layer as engines have it."""


class Blob(NamedTuple):
    """What stands in an archive under its own digest."""

    size: int
    unpacked: int = 0
    """Of a layer that is not compressed any more; 0 for what is no layer."""


class Part(NamedTuple):
    """A file in an archive that is no blob."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class ArchivedImage:
    """An image in an archive."""

    member: str
    """Normalised."""
    tags: tuple[str, ...]
    """What it is called in an engine once it is loaded."""
    id: str
    """The digest of its configuration, by which most engines know it."""
    manifest: str
    """The digest of its manifest, by which engines with containerd's image store know it."""
    platform: str
    """Such as `linux/amd64`."""
    size: int
    """All of its layers together, not compressed."""
    layers: tuple[ArchivedLayer, ...]
    """The lowest first."""
    fingerprint: str = ""
    """What went into it, as its label says; empty where `ws` did not build it."""
    revision: str = ""
    """The commit that it was built from, as its label says."""

    @property
    def ids(self) -> tuple[str, str]:
        """Its names in an engine: of the older kind of image store, and of containerd's."""
        return self.id, self.manifest

    @property
    def chain(self) -> Chain:
        """Its layers as engines know them."""
        return tuple(layer.diff_id for layer in self.layers)


@dataclass(frozen=True, slots=True)
class ImageList:
    """What an archive says that it holds."""

    images: tuple[ArchivedImage, ...]
    """In member order."""
    blobs: Mapping[str, Blob]
    """By digest, in the order in which they stand there."""
    parts: Mapping[str, Part]
    """By name: what other programs read."""

    def lacking(self, image: ArchivedImage, has: AbstractSet[Chain]) -> tuple[ArchivedLayer, ...]:
        """The layers of an image that an engine lacks, which has these piles of layers."""
        chain = image.chain
        return tuple(
            layer for end, layer in enumerate(image.layers, start=1) if chain[:end] not in has
        )

    def weight(self, layers: Iterable[ArchivedLayer]) -> int:
        """How many bytes of the archive these layers take, each counted once."""
        return sum(self.blobs[digest].size for digest in {layer.digest for layer in layers})


def piles(layers: Chain) -> frozenset[Chain]:
    """All piles that are in one: an engine that has it has those, too."""
    return frozenset(layers[:end] for end in range(1, len(layers) + 1))
