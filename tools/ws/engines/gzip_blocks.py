"""Compression with gzip in blocks, several at a time: the same bytes however many threads do it."""

from __future__ import annotations

import hashlib
import zlib
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future
    from typing import IO

BLOCK = 2**20
LEVEL = 6
_WINDOW = 2**15
_RAW, _GZIP = -15, 31
"""How zlib is told to write no head and tail of its own, and to read those of gzip."""
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""https://www.rfc-editor.org/rfc/rfc1952: no name, no time, an unknown system."""
_EMPTY_LAST_BLOCK = b"\x03\x00"
_AHEAD = 6
"""How many blocks may wait: what is in memory at a time."""


class Packed(NamedTuple):
    """What came of some bytes."""

    diff_id: str
    """The digest of what went in."""
    unpacked: int
    digest: str
    """The digest of what came out."""
    size: int


def compress(chunks: Iterable[bytes], target: IO[bytes], pool: Executor) -> Packed:
    """Compress a stream into a file; never more than a few blocks of it are in memory.

    A block begins with the last bytes of the one before as its dictionary, so it costs little that
    each is compressed by itself.
    """
    plain, packed = hashlib.sha256(), hashlib.sha256()
    check = size = unpacked = 0
    waiting: deque[Future[bytes]] = deque()

    def put(data: bytes) -> None:
        nonlocal size
        packed.update(data)
        size += target.write(data)

    put(_HEAD)
    before = b""
    for block in _blocks(chunks):
        waiting.append(pool.submit(_deflate, block, before))
        plain.update(block)
        check = zlib.crc32(block, check)
        unpacked += len(block)
        before = block[-_WINDOW:]
        if len(waiting) >= _AHEAD:
            put(waiting.popleft().result())
    while waiting:
        put(waiting.popleft().result())
    put(_EMPTY_LAST_BLOCK + check.to_bytes(4, "little") + (unpacked % 2**32).to_bytes(4, "little"))
    return Packed(f"sha256:{plain.hexdigest()}", unpacked, f"sha256:{packed.hexdigest()}", size)


def unpack(chunks: Iterable[bytes], limit: int, read: Callable[[bytes], object]) -> int:
    """Hand what is in a gzip stream to `read`, a piece at a time; give how many bytes it was.

    Raises `ValueError` for what is none, and as soon as there are more than `limit` bytes.
    """
    total, machine = 0, zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if machine.eof:  # one stream may follow another
                    machine = zlib.decompressobj(_GZIP)
                piece = machine.decompress(data, BLOCK)
                total += len(piece)
                if total > limit:
                    raise ValueError("it holds more than it should")
                read(piece)
                data = machine.unused_data if machine.eof else machine.unconsumed_tail
    except zlib.error as error:
        raise ValueError("it cannot be decompressed") from error
    if not machine.eof:
        raise ValueError("it ends in the middle")
    return total


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of one size, but for the last."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= BLOCK:
            yield bytes(held[:BLOCK])
            del held[:BLOCK]
    if held:
        yield bytes(held)


def _deflate(block: bytes, before: bytes) -> bytes:
    machine = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW, zdict=before)
    return machine.compress(block) + machine.flush(zlib.Z_SYNC_FLUSH)
