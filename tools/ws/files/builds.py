"""What is remembered of the builds of images on this machine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import WsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.files.store import Store

PATH = ("images", "builds.json")


class Build(NamedTuple):
    """The last build of an image."""

    seconds: float
    """From the beginning of the build, of all images that were built together, to its own end."""
    ran: str
    """What of it was done, and not in the builder's cache: `4 of 14 steps`."""


def recall(store: Store) -> dict[str, Build]:
    """The last build of each image, by tag; nothing where nothing legible is remembered."""
    try:
        document = json.loads(store.read("/".join((".ws", *PATH))) or b"{}")
        return {str(tag): Build(float(s), str(ran)) for tag, (s, ran) in document.items()}
    except (WsError, ValueError, TypeError, AttributeError):
        return {}


def remember(store: Store, builds: Mapping[str, Build]) -> None:
    """Note builds by tag, beside those of other images; atomically. Raises `WorkError`."""
    if not builds:
        return
    path = store.memory(*PATH)
    text = json.dumps({**recall(store), **builds}, indent=1, sort_keys=True)
    store.replace(str(path), f"{text}\n".encode())
