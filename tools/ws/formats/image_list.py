"""`ws-images.json`: what an archive of images holds."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from ws.formats.image_layout import INDEX, LAYOUT, MANIFEST
from ws.model.image_archive import ArchivedImage, ArchivedLayer, Blob, ImageList, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "ws-images.json"
SCHEMA = "ws-images/1"
LARGEST = 16 * 2**20
"""No list, and nothing else that is read as a whole, has more bytes."""

_LARGEST_BLOB = 2**40
_MADE = "Made by `ws docker save`; `ws docker load` reads it"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MEMBER = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
_TAG = re.compile(r"[a-z0-9][\w./:-]{0,254}:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", re.ASCII)
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?")


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
    if not held.images:
        return "it names no images"
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
