"""Manifests of images, as registries give them: Docker's and those of OCI are read alike.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.model.remote_image import RemoteLayer

if TYPE_CHECKING:
    from collections.abc import Mapping


class Manifest(NamedTuple):
    """What the manifest of one image says."""

    config: str
    layers: tuple[RemoteLayer, ...]


def read(text: bytes) -> Manifest | dict[str, str]:
    """A manifest; or the digests of several by platform, of an index of them.

    Raises `ValueError` for what is neither.
    """
    try:
        document = json.loads(text)
        if "manifests" in document:
            return dict(_platforms(document))
        layers = tuple(RemoteLayer(one["digest"], int(one["size"])) for one in document["layers"])
        return Manifest(document["config"]["digest"], layers)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no manifest of an image") from error


def _platforms(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (platform(one["platform"]), one["digest"])
        for one in document["manifests"]
        if (one.get("platform") or {}).get("os") not in (None, "unknown")  # attestations
    ]


def platform(table: Mapping[str, Any]) -> str:
    """A platform as people write it: `linux/arm64`, `linux/arm/v7`."""
    names = (table["os"], table["architecture"], table.get("variant") or "")
    return "/".join(filter(None, names))


def same_platform(one: str, other: str) -> bool:
    """Whether two platforms are of one kind of machine: `linux/arm64/v8` is `linux/arm64`."""
    return one.split("/")[:2] == other.split("/")[:2]


def read_verbose(text: bytes) -> dict[str, tuple[str, Manifest]]:
    """The digests and manifests by platform, of what `docker manifest inspect --verbose` says.

    Raises `ValueError`.
    """
    try:
        document = json.loads(text)
        entries = document if isinstance(document, list) else [document]
        return {
            platform(each["Descriptor"]["platform"]): (each["Descriptor"]["digest"], _inside(each))
            for each in entries
        }
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no manifests of images") from error


def _inside(entry: Mapping[str, Any]) -> Manifest:
    found = read(json.dumps(entry.get("SchemaV2Manifest") or entry["OCIManifest"]).encode())
    if isinstance(found, dict):
        raise TypeError("an index in an index")
    return found
