"""What services took at the last run on this machine, for the estimate of the next one."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import WsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.files.store import Store

PATH = ".ws/ensure/measured.json"


class Measured(NamedTuple):
    """One way to one service."""

    seconds: float = 0.0
    """Of all services together that were brought about with it."""
    size: int = 0
    """What its image adds to its base, in bytes; 0 where nobody knows."""


def recall(store: Store) -> dict[str, Measured]:
    """By `way service`; nothing where nothing legible is remembered."""
    try:
        document = json.loads(store.read(PATH) or b"{}")
        return {str(key): Measured(float(s), int(size)) for key, (s, size) in document.items()}
    except (WsError, ValueError, TypeError, AttributeError):
        return {}


def remember(store: Store, measured: Mapping[str, Measured]) -> None:
    """Note it beside what is there; a disk that is full costs no more than that."""
    if not measured:
        return
    with contextlib.suppress(WsError):
        store.memory(*PATH.split("/")[1:])
        text = json.dumps({**recall(store), **measured}, indent=1, sort_keys=True)
        store.replace(PATH, f"{text}\n".encode())
