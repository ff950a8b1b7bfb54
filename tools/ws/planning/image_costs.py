"""What layers weigh, and what images share: how much of each lies in layers that others have."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.model.built import BuiltImage
    from ws.model.images import Requirement


def shares(images: Mapping[str, BuiltImage]) -> dict[str, int]:
    """How many of the layers of each image are in another one of these as well, by tag.

    The same layers on the same ones below: those lie once on the disk.
    """
    chains = {tag: _chain(image.layers) for tag, image in images.items()}
    users = Counter(link for chain in chains.values() for link in chain)
    return {tag: sum(users[link] > 1 for link in chain) for tag, chain in chains.items()}


def weight(requirements: Iterable[Requirement], sizes: Mapping[tuple[str, str], int]) -> int | None:
    """The bytes of packages together, by `sizes` of name and version; `None` where one is missing.

    One that only some machines or Pythons get is nothing where it is missing: it is not installed
    where all is installed, and rarely in images.
    """
    found = [
        sizes.get((each.name, each.version), 0 if each.is_conditional else None)
        for each in requirements
    ]
    return total(found)


def total(sizes: Iterable[int | None]) -> int | None:
    """All of them together; `None` where one is not known."""
    listed = list(sizes)
    known = [size for size in listed if size is not None]
    return sum(known) if len(known) == len(listed) else None


def _chain(layers: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(layers[:end] for end in range(1, len(layers) + 1))
