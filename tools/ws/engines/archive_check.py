"""Whether what is in an archive of images is what its list says, before an engine sees it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ws.engines import gzip_blocks
from ws.formats import image_layout
from ws.planning.fingerprints import DIGEST, REVISION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ws.files.image_archive import Archive
    from ws.model.image_archive import ArchivedImage

LABELS = (DIGEST, REVISION)
"""Of images: what the list tells of them."""


def check(
    archive: Archive,
    digests: Iterable[str],
    on_bytes: Callable[[int], None] = lambda _count: None,
) -> None:
    """See that blobs are what they are called, and layers what they should become, and no more.

    Raises `WorkError` for the first that is not.
    """
    for digest in digests:
        if trouble := _trouble(archive, digest, on_bytes):
            raise archive.altered(f"{image_layout.blob_name(digest)}: {trouble}")


def _trouble(archive: Archive, digest: str, on_bytes: Callable[[int], None]) -> str:
    """What is wrong with a blob; empty for nothing."""
    packed, plain = hashlib.sha256(), hashlib.sha256()

    def read() -> Iterator[bytes]:
        for data in archive.blob(digest):
            packed.update(data)
            on_bytes(len(data))
            yield data

    unpacked = archive.held.blobs[digest].unpacked
    try:
        found = (
            gzip_blocks.unpack(read(), unpacked, plain.update)
            if unpacked
            else sum(map(len, read()))
        )
    except ValueError as error:
        return str(error)
    if f"sha256:{packed.hexdigest()}" != digest:
        return "its content is another one"
    if not unpacked:
        return ""
    said = {
        layer.diff_id
        for image in archive.held.images
        for layer in image.layers
        if layer.digest == digest
    }
    right = found == unpacked and said <= {f"sha256:{plain.hexdigest()}"}
    return "" if right else "it is another layer than the list says"


def check_image(archive: Archive, image: ArchivedImage) -> None:
    """See that an image is the one that the list says, but for its layers. Raises `WorkError`."""
    check(archive, image.ids)
    config = b"".join(archive.blob(image.id))
    trouble = image_layout.misfit(image, config, LABELS)
    if not trouble:
        made = image_layout.manifest(config, image.layers, archive.held.blobs)
        trouble = (
            "" if image_layout.digest_of(made) == image.manifest else "its manifest is another"
        )
    if trouble:
        raise archive.altered(f"its list does not fit {image.member}: {trouble}")


def check_whole(archive: Archive, on_bytes: Callable[[int], None] = lambda _count: None) -> None:
    """See that every byte of the archive that anybody reads is what the list says.

    Raises `WorkError`.
    """
    check(archive, archive.held.blobs, on_bytes)
    for image in archive.held.images:
        check_image(archive, image)
    for name, text in image_layout.texts(archive.held.images, archive.held.blobs).items():
        if b"".join(archive.file(name)) != text:
            raise archive.altered(f"{name} is not what its list says")
