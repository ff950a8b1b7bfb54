"""What `docker save` writes, read once from its beginning to its end.

Of the layout that Docker had until 24 (`ID/layer.tar`, links for layers that are equal), and of the
OCI layout that it has since.
"""

from __future__ import annotations

import json
import posixpath
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ws.engines import gzip_blocks
from ws.errors import WorkError
from ws.formats import image_layout, image_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path
    from tarfile import TarFile, TarInfo
    from typing import IO

    from ws.engines.gzip_blocks import Packed

_BLOBS = "blobs/sha256/"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Saved(NamedTuple):
    """An image as Docker saved it."""

    config: bytes
    layers: tuple[Packed, ...]


@dataclass(slots=True)
class Reader:
    """Reads the stream; layers become compressed files in `folder`, named by their digests."""

    folder: Path
    pool: Executor
    on_bytes: Callable[[int], None]
    """Told of each piece of a layer, how many bytes it has."""
    on_layer: Callable[[Packed], None]
    _layers: dict[str, Packed] = field(default_factory=dict)
    _links: dict[str, str] = field(default_factory=dict)
    _texts: dict[str, bytes] = field(default_factory=dict)

    def read(self, stream: IO[bytes]) -> dict[str, Saved]:
        """The images by each of their names. Raises `WorkError` for what is no such stream."""
        import tarfile

        try:
            with tarfile.open(fileobj=stream, mode="r|", bufsize=gzip_blocks.BLOCK) as tar:
                for entry in tar:
                    self._entry(tar, entry)
            while stream.read(gzip_blocks.BLOCK):
                pass  # zeros; who writes them should not find nobody reading
            return self._images()
        except (tarfile.TarError, ValueError, KeyError, TypeError, zlib.error) as error:
            raise WorkError(
                f"docker save wrote something that cannot be read: {error}",
                rule="docker/save",
                hint="see whether `docker save` works, and docker version",
            ) from error

    def _entry(self, tar: TarFile, entry: TarInfo) -> None:
        name = posixpath.normpath(entry.name)
        if entry.issym() or entry.islnk():
            above = posixpath.dirname(name) if entry.issym() else ""
            self._links[name] = posixpath.normpath(posixpath.join(above, entry.linkname))
        if not entry.isfile():
            return
        file = tar.extractfile(entry)
        assert file is not None
        start = file.read(gzip_blocks.BLOCK)
        is_text = start.startswith((b"{", b"[")) and start[257:262] != b"ustar"
        if name.endswith("/layer.tar") or (name.startswith(_BLOBS) and not is_text):
            self._layer(name, start, file)
        elif is_text and ("/" not in name or name.startswith(_BLOBS)):
            if entry.size > image_list.LARGEST:
                raise ValueError(f"{name} has {entry.size} bytes")
            self._texts[name] = start + file.read()

    def _layer(self, name: str, start: bytes, file: IO[bytes]) -> None:
        if start.startswith(_ZSTD):
            raise ValueError("a layer is compressed with zstd, which older engines do not read")
        temporary = self.folder / "layer"
        chunks = _chunks(start, file)
        plain = _plain(chunks) if start.startswith(_GZIP) else chunks
        with temporary.open("wb") as target:
            packed = gzip_blocks.compress(self._counted(plain), target, self.pool)
        temporary.replace(self.folder / packed.digest)
        self._layers[name] = packed
        self.on_layer(packed)

    def _counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.on_bytes(len(chunk))
            yield chunk

    def _images(self) -> dict[str, Saved]:
        found = {}
        for entry in json.loads(self._texts["manifest.json"]):
            config = self._texts[posixpath.normpath(entry["Config"])]
            layers = tuple(self._linked(posixpath.normpath(name)) for name in entry["Layers"] or ())
            said = image_layout.Config(config).diff_ids
            if tuple(layer.diff_id for layer in layers) != said:
                raise ValueError("the layers of an image are not those of its configuration")
            for tag in entry["RepoTags"] or ():
                found[tag] = Saved(config, layers)
        return found

    def _linked(self, name: str) -> Packed:
        for _ in range(len(self._links) + 1):
            if name in self._layers:
                break
            name = self._links[name]
        return self._layers[name]


def _chunks(start: bytes, file: IO[bytes]) -> Iterator[bytes]:
    data = start
    while data:
        yield data
        data = file.read(gzip_blocks.BLOCK)


def _plain(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """What is in a gzip stream."""
    machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for chunk in chunks:
        data = chunk
        while data:
            if machine.eof:
                machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield machine.decompress(data, gzip_blocks.BLOCK)
            data = machine.unused_data if machine.eof else machine.unconsumed_tail
