"""What other programs read in an archive of images: an OCI layout, and what `docker load` wants.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from ws.model.image_archive import ArchivedImage, ArchivedLayer, Blob, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LAYOUT, INDEX, MANIFEST = "oci-layout", "index.json", "manifest.json"
"""The first two are those of an OCI image layout, the last one is what `docker load` reads."""
_OCI = "application/vnd.oci.image"
_HUB = "docker.io"


def digest_of(data: bytes) -> str:
    """The digest of some bytes, as blobs are called by theirs."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def blob_name(digest: str) -> str:
    """The name of a blob in an archive."""
    return f"blobs/{digest.replace(':', '/')}"


def manifest(config: bytes, layers: Iterable[ArchivedLayer], blobs: Mapping[str, Blob]) -> bytes:
    """The manifest of an image, as the OCI image specification has it."""
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": f"{_OCI}.manifest.v1+json",
            "config": {
                "mediaType": f"{_OCI}.config.v1+json",
                "digest": digest_of(config),
                "size": len(config),
            },
            "layers": [
                {
                    "mediaType": f"{_OCI}.layer.v1.tar+gzip",
                    "digest": layer.digest,
                    "size": blobs[layer.digest].size,
                }
                for layer in layers
            ],
        }
    )


def texts(images: Iterable[ArchivedImage], blobs: Mapping[str, Blob]) -> dict[str, bytes]:
    """The files besides the blobs, by name: for `docker load`, and for readers of OCI layouts."""
    chosen = tuple(images)
    return {
        LAYOUT: _json({"imageLayoutVersion": "1.0.0"}),
        INDEX: _json(
            {
                "schemaVersion": 2,
                "mediaType": f"{_OCI}.index.v1+json",
                "manifests": [
                    _descriptor(image, tag, blobs) for image in chosen for tag in image.tags
                ],
            }
        ),
        MANIFEST: _json(
            [
                {
                    "Config": blob_name(image.id),
                    "RepoTags": list(image.tags),
                    "Layers": [blob_name(layer.digest) for layer in image.layers],
                }
                for image in chosen
            ]
        ),
    }


def parts(found: Mapping[str, bytes]) -> dict[str, Part]:
    """What a list says of these files."""
    return {name: Part(digest_of(data), len(data)) for name, data in found.items()}


def _descriptor(image: ArchivedImage, tag: str, blobs: Mapping[str, Blob]) -> dict[str, object]:
    system, machine, *variant = image.platform.split("/")
    platform = {"architecture": machine, "os": system}
    return {
        "mediaType": f"{_OCI}.manifest.v1+json",
        "digest": image.manifest,
        "size": blobs[image.manifest].size,
        "platform": {**platform, "variant": variant[0]} if variant else platform,
        "annotations": {
            # What containerd calls it, and what programs such as skopeo take to choose one.
            "io.containerd.image.name": full_name(tag),
            "org.opencontainers.image.ref.name": tag,
        },
    }


def full_name(tag: str) -> str:
    """The name of an image with the registry in it, which most leave away for Docker Hub."""
    first, slash, rest = tag.partition("/")
    if slash and first in (_HUB, f"index.{_HUB}"):
        tag = rest
    elif slash and ("." in first or ":" in first or first == "localhost"):
        return tag
    return f"{_HUB}/{tag}" if "/" in tag else f"{_HUB}/library/{tag}"


def misfit(image: ArchivedImage, config: bytes, labels: tuple[str, str]) -> str:
    """What the list says of an image that its configuration does not; empty for nothing.

    `labels` are the names of those that hold its fingerprint and its revision.
    """
    try:
        said = Config(config)
    except ValueError as error:
        return str(error)
    if said.diff_ids != image.chain:
        return "its layers are others"
    if said.platform != image.platform:
        return f"its platform is {said.platform}"
    if tuple(said.labels.get(name, "") for name in labels) != (image.fingerprint, image.revision):
        return "its labels are others"
    return ""


class Config:
    """What the configuration of an image says. Raises `ValueError` for what is none."""

    def __init__(self, data: bytes) -> None:
        try:
            document = json.loads(data)
            self.diff_ids: tuple[str, ...] = tuple(document["rootfs"].get("diff_ids") or ())
            names = (document["os"], document["architecture"], document.get("variant") or "")
            self.platform = "/".join(filter(None, names))
            labels = (document.get("config") or {}).get("Labels") or {}
            self.labels: dict[str, str] = dict(labels)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("its configuration cannot be read") from error
        if not self.platform.isprintable():
            raise ValueError("its configuration cannot be read: its platform is none")


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
