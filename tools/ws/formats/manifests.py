"""Manifests of images, as registries give them: Docker's and those of OCI are read alike.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
"""

from __future__ import annotations

import base64
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


def raw_of_verbose(text: str) -> bytes:
    """The bytes of a manifest, out of what `docker manifest inspect --verbose` says of it.

    Raises `ValueError`; of an index it tells no bytes.
    """
    try:
        return base64.b64decode(json.loads(text)["Raw"])
    except (KeyError, TypeError) as error:
        raise ValueError("no manifest of one image") from error
