"""`ws-images.json`: what an archive of images holds; and what other programs read in one."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from ws.model.image_archive import ArchivedImage, ArchivedLayer, Blob, ImageList, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "ws-images.json"
SCHEMA = "ws-images/1"
LAYOUT, INDEX, MANIFEST = "oci-layout", "index.json", "manifest.json"
"""The first two are those of an OCI image layout, the last one is what `docker load` reads."""
LARGEST = 16 * 2**20
"""No list, and nothing else that is read as a whole, has more bytes."""

_LARGEST_BLOB = 2**40
_MADE = "Made by `ws docker save`; `ws docker load` reads it"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MEMBER = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
_TAG = re.compile(r"[a-z0-9][\w./:-]{0,254}:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", re.ASCII)
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?")
_OCI = "application/vnd.oci.image"
_HUB = "docker.io"


def digest_of(data: bytes) -> str:
    """The digest of some bytes, as blobs are called by theirs."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def blob_name(digest: str) -> str:
    """The name of a blob in an archive."""
    return f"blobs/{digest.replace(':', '/')}"


def write(held: ImageList) -> bytes:
    """The text of the list, the same for the same images."""
    document = {
        "//": _MADE,
        "schema": SCHEMA,
        "images": [
            {
                "member": image.member,
                "tags": list(image.tags),
                "id": image.id,
                "manifest": image.manifest,
                "platform": image.platform,
                "size": image.size,
                "compressed": held.weight(image.layers),
                "fingerprint": image.fingerprint,
                "revision": image.revision,
                "layers": [layer._asdict() for layer in image.layers],
            }
            for image in held.images
        ],
        "blobs": {digest: blob._asdict() for digest, blob in held.blobs.items()},
        "files": {name: part._asdict() for name, part in held.parts.items()},
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def schema_of(data: bytes) -> str:
    """The schema that a list names; empty for what is no list at all."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    said = document.get("schema") if isinstance(document, dict) else None
    return said if isinstance(said, str) else ""


def read(data: bytes) -> ImageList:
    """What a list says, if all of it holds together. Raises `ValueError` with what does not."""
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise ValueError(f"its schema is {document['schema']!r}")
        held = ImageList(
            tuple(_image(table) for table in document["images"]),
            {_digest(key): _blob(table) for key, table in document["blobs"].items()},
            {str(key): _part(table) for key, table in document["files"].items()},
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is not as ws wrote it ({type(error).__name__}: {error})") from error
    if trouble := _trouble(held):
        raise ValueError(trouble)
    return held


def _image(table: Mapping[str, Any]) -> ArchivedImage:
    return ArchivedImage(
        member=_text(table["member"], _MEMBER),
        tags=tuple(_text(tag, _TAG) for tag in table["tags"]),
        id=_digest(table["id"]),
        manifest=_digest(table["manifest"]),
        platform=_text(table["platform"], _PLATFORM),
        size=_count(table["size"]),
        layers=tuple(
            ArchivedLayer(_digest(layer["digest"]), _digest(layer["diff_id"]))
            for layer in table["layers"]
        ),
        fingerprint=_text(table["fingerprint"], re.compile(r"[0-9a-f]*")),
        revision=_text(table["revision"], re.compile(r"[\w.+-]*")),
    )


def _blob(table: Mapping[str, Any]) -> Blob:
    return Blob(_count(table["size"]), _count(table["unpacked"]))


def _part(table: Mapping[str, Any]) -> Part:
    return Part(_digest(table["digest"]), _count(table["size"]))


def _digest(value: object) -> str:
    return _text(value, _DIGEST)


def _text(value: object, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError(f"{str(value)[:80]!r} cannot stand there")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_BLOB:
        raise ValueError(f"{str(value)[:80]!r} is no size")
    return value


def _trouble(held: ImageList) -> str:
    """What of a list does not fit the rest of it; empty for nothing."""
    tags = [tag for image in held.images for tag in image.tags]
    for names in ([image.member for image in held.images], tags):
        twice = next((name for name, count in Counter(names).items() if count > 1), "")
        if twice:
            return f"it has {twice} twice"
    troubles = (_misfit(held, image) for image in held.images)
    if trouble := next(filter(None, troubles), ""):
        return trouble
    if set(held.parts) != {LAYOUT, INDEX, MANIFEST}:
        return f"it names other files than {LAYOUT}, {INDEX} and {MANIFEST}"
    if any(part.size > LARGEST for part in held.parts.values()):
        return "a file besides the images is too large"
    return ""


def _misfit(held: ImageList, image: ArchivedImage) -> str:
    """What of an image does not fit the rest of a list; empty for nothing."""
    layers = [layer.digest for layer in image.layers]
    lacking = next((digest for digest in (*image.ids, *layers) if digest not in held.blobs), "")
    if lacking:
        return f"{image.member} needs {lacking}, which is not in it"
    if not image.tags:
        return f"{image.member} has no name in it"
    sizes = [held.blobs[digest].unpacked for digest in layers]
    if not all(sizes) or image.size != sum(sizes):
        return f"the size of {image.member} is not that of its layers"
    small = [held.blobs[digest] for digest in image.ids]
    if any(blob.unpacked or blob.size > LARGEST for blob in small):
        return f"the configuration of {image.member} cannot be what it says"
    return ""


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
    first, slash, _ = tag.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return tag
    return f"{_HUB}/{tag}" if slash else f"{_HUB}/library/{tag}"


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


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
