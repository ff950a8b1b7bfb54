"""What is to be done with a volume, from the marker that lies in it."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.product import Service
    from ws.model.volumes import Volume

MARKER = ".ws-volume.json"
"""Beside the content: what was put there, and whether all of it."""

Do = Literal["nothing", "fill", "anew"]


class Marker(NamedTuple):
    """What a marker says."""

    digest: str
    """Of the source; empty for a cache, which the program fills itself."""
    whole: bool
    """Whether the filling came to its end."""


def write(marker: Marker) -> str:
    """The text of a marker."""
    return json.dumps({"digest": marker.digest, "whole": marker.whole}) + "\n"


def read(text: str | None) -> Marker | None:
    """What a marker says; `None` for none, and for one that nobody can read."""
    try:
        document = json.loads(text or "")
        return Marker(str(document["digest"]), document["whole"] is True)
    except (ValueError, TypeError, KeyError):
        return None


def decide(volume: Volume, marker: Marker | None, digest: str) -> Do:
    """What is to be done; `digest` is that of the source as it is now.

    What was filled by half is filled anew. What somebody else has put there stays, beside ours.
    """
    if marker is None:
        return "nothing" if volume.source and volume.update == "never" else "fill"
    if not marker.whole:
        return "anew"
    if volume.update == "changed" and volume.source and marker.digest != digest:
        return "anew"
    return "nothing"


def is_address(source: str) -> bool:
    """Whether a source comes through the network."""
    return "://" in source


def file_name(source: str) -> str:
    """What a file from this place is called in the volume."""
    path = re.split(r"[?#]", source, maxsplit=1)[0] if is_address(source) else source
    return posixpath.basename(path.partition("://")[2] or path.rstrip("/")) or "file"


def place(service: Service, volume: Volume) -> str:
    """A source that is a file or a folder, relative to the root."""
    return posixpath.normpath(posixpath.join(service.folder, volume.source))


def differing(volumes: Iterable[tuple[Service, Volume]]) -> bool:
    """Whether those who share a volume want different things in it."""
    wanted = {
        (each.source if is_address(each.source) else place(service, each), each.sha256)
        for service, each in volumes
        if each.source
    }
    return len(wanted) > 1
