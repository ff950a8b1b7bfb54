"""Images as registries have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from ws.model.image_archive import Chain


class RemoteLayer(NamedTuple):
    """A layer of an image in a registry."""

    digest: str
    """Of what is sent: the layer, compressed."""
    size: int


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """An image as a registry has it for one platform."""

    reference: str
    digest: str
    """Of what has this name: its manifest, or the index of those for several platforms."""
    manifest: str
    """The digest of the manifest for this platform."""
    id: str
    """The digest of its configuration, by which most engines know it."""
    platform: str
    layers: tuple[RemoteLayer, ...]
    """The lowest first."""
    chain: Chain = ()
    """The same layers as engines know them; empty where that could not be asked."""
    labels: Mapping[str, str] | None = None
    """`None` where they could not be asked."""

    @property
    def size(self) -> int:
        """What a pull fetches where nothing is there, in bytes."""
        return sum(layer.size for layer in set(self.layers))

    def lacking(self, has: AbstractSet[Chain]) -> int | None:
        """What a pull fetches where the engine has these piles of layers; `None`: nobody knows."""
        if len(self.chain) != len(self.layers):
            return None
        piles = zip(self.layers, range(1, len(self.chain) + 1), strict=True)
        return sum(
            layer.size for layer in {each for each, end in piles if self.chain[:end] not in has}
        )
