"""Images from an engine into an archive, and from there into an engine.

What others build on: `open_archive` gives the list of what an archive holds, `Docker.piles` what an
engine has, `held.lacking` and `held.weight` what is lacking there and how many bytes that is;
`check` looks at what a load needs, and `load` loads one image.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.archive_check import LABELS, check, check_image
from ws.engines.docker_stream import Reader
from ws.errors import WorkError
from ws.files.image_archive import Archive, open_archive
from ws.files.new_image_archive import assemble, unfinished
from ws.formats import image_layout, tar_blocks
from ws.model.image_archive import ArchivedImage, ArchivedLayer, Blob, ImageList, piles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path
    from typing import IO

    from ws.engines.docker_stream import Saved
    from ws.engines.gzip_blocks import Packed
    from ws.engines.images import Docker
    from ws.model.image_archive import Chain

__all__ = ["Archive", "Loading", "Saving", "check", "load", "open_archive", "save"]


class Saving(NamedTuple):
    """Who is told how a `save` goes."""

    on_bytes: Callable[[int], None] = lambda _count: None
    """Of each piece of a layer that was read, how many bytes it has."""
    on_layer: Callable[[str], None] = lambda _diff_id: None
    """Of each layer that is in the archive now."""


class Loading(NamedTuple):
    """Who is told how a `load` goes."""

    on_checked: Callable[[int], None] = lambda _count: None
    """Of each piece that was looked at, how many bytes it has."""
    on_sent: Callable[[int], None] = lambda _count: None
    """Of each piece that the engine was sent."""


_ALONE = Saving()
_ALONE_TOO = Loading()


def save(
    docker: Docker, wanted: Mapping[str, str], path: Path, saving: Saving = _ALONE
) -> tuple[ImageList, str]:
    """Write images into an archive; give what it holds, and the digest of its list.

    `wanted` has the tags by member. The same images make the same bytes. Until it is whole, it
    lies beside `path`; whatever ends it before, leaves nothing there. Raises `WorkError` where
    Docker fails, and `OSError` where it cannot be written.
    """
    with docker.flow("save", *wanted.values()) as flow:

        def check() -> None:
            ended = flow.ended()
            if ended.code:
                raise _failed("save", ended.tail)

        return write_saved(flow.stream, wanted, path, saving, check)


def write_saved(
    stream: IO[bytes],
    wanted: Mapping[str, str],
    path: Path,
    saving: Saving = _ALONE,
    check: Callable[[], None] = lambda: None,
) -> tuple[ImageList, str]:
    """The same from what `docker save` writes; `check` raises if that did not end well."""
    from concurrent.futures import ThreadPoolExecutor
    from os import cpu_count

    def on_layer(packed: Packed) -> None:
        saving.on_layer(packed.diff_id)

    with unfinished(path) as folder, ThreadPoolExecutor(cpu_count() or 1) as pool:
        reader = Reader(folder, pool, saving.on_bytes, on_layer)
        try:
            saved = reader.read(stream)
        except WorkError:
            check()  # it knows why
            raise
        check()
        lacking = next((tag for tag in wanted.values() if tag not in saved), "")
        if lacking:
            raise _failed("save", [f"it left {lacking} out"])
        held, texts = _listed(folder, wanted, saved)
        return held, assemble(folder, path, held, texts)


def _listed(
    folder: Path, wanted: Mapping[str, str], saved: Mapping[str, Saved]
) -> tuple[ImageList, dict[str, bytes]]:
    """What the archive is to hold, and the files besides the blobs; the small blobs are written."""
    blobs: dict[str, Blob] = {}
    images = []

    def put(data: bytes) -> str:
        digest = image_layout.digest_of(data)
        (folder / digest).write_bytes(data)
        blobs[digest] = Blob(len(data))
        return digest

    for member, tag in wanted.items():
        one = saved[tag]
        config = image_layout.Config(one.config)
        for layer in one.layers:
            blobs[layer.digest] = Blob(layer.size, layer.unpacked)
        layers = tuple(ArchivedLayer(layer.digest, layer.diff_id) for layer in one.layers)
        images.append(
            ArchivedImage(
                member,
                (tag,),
                put(one.config),
                put(image_layout.manifest(one.config, layers, blobs)),
                config.platform,
                sum(layer.unpacked for layer in one.layers),
                layers,
                *(config.labels.get(name, "") for name in LABELS),
            )
        )
    texts = image_layout.texts(images, blobs)
    return ImageList(tuple(images), blobs, image_layout.parts(texts)), texts


def load(
    docker: Docker,
    archive: Archive,
    image: ArchivedImage,
    has: AbstractSet[Chain],
    loading: Loading = _ALONE_TOO,
) -> frozenset[Chain]:
    """Load one image of an archive, and give the piles of layers that the engine has by that.

    All that the engine is sent was checked before. It is sent only the layers that it lacks, `has`
    being the piles that it has; where it does not take that, all. Nothing of an image is there
    before all of it is. Raises `WorkError`.
    """

    def on_checked(count: int) -> None:
        if docker.processes.stopped:
            raise WorkError("interrupted", rule="tool/interrupted", hint="")
        loading.on_checked(count)

    check_image(archive, image)
    lacking = archive.held.lacking(image, has)
    if len(lacking) < len(image.layers) and not docker.takes_parts():
        lacking = image.layers
    check(archive, dict.fromkeys(layer.digest for layer in lacking), on_checked)
    trouble = _sent(docker, archive, image, lacking, loading.on_sent)
    if trouble and len(lacking) < len(image.layers) and not docker.processes.stopped:
        others = (layer.digest for layer in image.layers if layer not in lacking)
        check(archive, dict.fromkeys(others), on_checked)
        trouble = _sent(docker, archive, image, image.layers, loading.on_sent)
    if trouble:
        raise _failed("load", trouble)
    found = docker.images(image.tags)
    if any(tag not in found or found[tag].id not in image.ids for tag in image.tags):
        raise _failed("load", [f"the engine has another image as {image.tags[0]} now"])
    return piles(image.chain)


def _sent(
    docker: Docker,
    archive: Archive,
    image: ArchivedImage,
    layers: Sequence[ArchivedLayer],
    on_bytes: Callable[[int], None],
) -> Sequence[str]:
    """What Docker says of an image that it does not take; empty where it does."""
    with docker.flow("load", "--quiet", takes=True) as flow:
        try:
            for data in _stream(archive, image, layers):
                flow.stream.write(data)
                on_bytes(len(data))
        except BrokenPipeError:
            pass  # it says why
        ended = flow.ended()
    return ended.tail or ("docker load said nothing",) if ended.code else ()


def _stream(
    archive: Archive, image: ArchivedImage, layers: Sequence[ArchivedLayer]
) -> Iterator[bytes]:
    """A tar of one image for `docker load`.

    Each blob is looked at again on its way; the file without which nothing is loaded comes last.
    """
    for digest in dict.fromkeys((*image.ids, *(layer.digest for layer in layers))):
        name, size = image_layout.blob_name(digest), archive.held.blobs[digest].size
        yield tar_blocks.header(name, size)
        again = hashlib.sha256()
        for data in archive.blob(digest):
            again.update(data)
            yield data
        if f"sha256:{again.hexdigest()}" != digest:
            raise archive.altered(f"{name} was changed just now")
        yield bytes(tar_blocks.padding(size))
    texts = image_layout.texts([image], archive.held.blobs)
    if len(layers) < len(image.layers):  # no whole layout, which only newer engines read
        texts = {image_layout.MANIFEST: texts[image_layout.MANIFEST]}
    for name, text in texts.items():
        yield tar_blocks.header(name, len(text)) + text + bytes(tar_blocks.padding(len(text)))
    yield tar_blocks.END


def _failed(what: str, said: Sequence[str]) -> WorkError:
    last = next((line for line in reversed(said) if line.strip()), "it said nothing")
    return WorkError(
        f"docker {what} failed: {last}",
        rule=f"docker/{what}",
        hint="see whether the engine has room, and ws docker status",
    )
