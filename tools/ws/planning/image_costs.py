"""What images share: how much of each lies in layers that others have, too."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.built import BuiltImage


def shares(images: Mapping[str, BuiltImage]) -> dict[str, int]:
    """How many of the layers of each image are in another one of these as well, by tag.

    The same layers on the same ones below: those lie once on the disk.
    """
    chains = {tag: _chain(image.layers) for tag, image in images.items()}
    users = Counter(link for chain in chains.values() for link in chain)
    return {tag: sum(users[link] > 1 for link in chain) for tag, chain in chains.items()}


def _chain(layers: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(layers[:end] for end in range(1, len(layers) + 1))
