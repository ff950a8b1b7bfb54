"""The text of a `poetry.lock` in pieces: what stands before its packages, each of these, the rest.

Pieces of several locks of version 2.0 or later make a lock again: there a package holds all that
belongs to it, the hashes of its files too (before, these stood at the end of the lock).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PACKAGE = re.compile(rb"^\[\[package\]\][ \t]*\r?$", re.MULTILINE)
_REST = re.compile(rb"^\[(?:extras|metadata)\b", re.MULTILINE)
_NAME = re.compile(rb"""^name[ \t]*=[ \t]*["']([^"'\r\n]+)["']""", re.MULTILINE)
_SOURCE = re.compile(rb"^\[package\.source\][ \t]*\r?$", re.MULTILINE)
_TYPE = re.compile(rb"""^type[ \t]*=[ \t]*["']([^"'\r\n]+)["']""", re.MULTILINE)
_REFERENCE = re.compile(rb"""^reference[ \t]*=[ \t]*["']([^"'\r\n]+)["']""", re.MULTILINE)
_LOCK_VERSION = re.compile(rb'^lock-version[ \t]*=[ \t]*"(\d+)\.(\d+)"', re.MULTILINE)
_EMPTY = re.compile(rb"^package[ \t]*=[ \t]*\[\][ \t]*\r?\n", re.MULTILINE)


class Block(NamedTuple):
    """One `[[package]]` with its tables."""

    name: str
    """Normalised."""
    text: bytes
    """From its header up to the next one's."""
    source: str
    """Its source's type: `directory`, `git`, `legacy` and so on; empty for the default index."""
    reference: str
    """Of a source of type `legacy`, the name of the index."""


class Pieces(NamedTuple):
    """A lock in pieces; one after the other, they are its text."""

    head: bytes
    blocks: tuple[Block, ...]
    rest: bytes

    @property
    def version(self) -> tuple[int, int]:
        """The version of the lock's format."""
        found = _LOCK_VERSION.search(self.rest)
        return (int(found[1]), int(found[2])) if found else (0, 0)


def split(data: bytes) -> Pieces:
    """The pieces of a lock; what is no lock has no blocks, or no version."""
    starts = [match.start() for match in _PACKAGE.finditer(data)]
    rest = _REST.search(data, starts[-1] if starts else 0)
    end = rest.start() if rest else len(data)
    first = starts[0] if starts else end
    bounds = pairwise([*starts, end])
    blocks = tuple(_block(data[begin:stop]) for begin, stop in bounds)
    return Pieces(data[:first], blocks, data[end:])


def joined(pieces: Pieces, more: Iterable[Block]) -> bytes:
    """A lock with more packages after its own, in its own line endings."""
    added = [_fitted(block, pieces) for block in more]
    head = _EMPTY.sub(b"", pieces.head) if added else pieces.head
    return b"".join((head, *(block.text for block in pieces.blocks), *added, pieces.rest))


def replaced(pieces: Pieces, others: Mapping[str, Block]) -> bytes:
    """A lock with other blocks in the places of its own ones of these names."""
    blocks = (
        _fitted(others[block.name], pieces) if block.name in others else block.text
        for block in pieces.blocks
    )
    return b"".join((pieces.head, *blocks, pieces.rest))


def minimal(version: tuple[int, int]) -> Pieces:
    """A lock without packages that Poetry reads as one that is stale."""
    rest = (
        f'[metadata]\nlock-version = "{version[0]}.{version[1]}"\npython-versions = "*"\n'
        'content-hash = ""\n'
    )
    return Pieces(b"", (), rest.encode())


def _fitted(block: Block, pieces: Pieces) -> bytes:
    """The text of a block from another lock, with the line endings of this one."""
    newline = b"\r\n" if b"\r\n" in pieces.rest else b"\n"
    return re.sub(rb"\r?\n", newline, block.text.rstrip()) + newline * 2


def _block(text: bytes) -> Block:
    name = _NAME.search(text)
    source = _SOURCE.search(text)
    begin = source.end() if source else len(text)
    type_, reference = _TYPE.search(text, begin), _REFERENCE.search(text, begin)
    return Block(
        normalise(name[1].decode(errors="replace")) if name else "",
        text,
        type_[1].decode(errors="replace") if type_ else "",
        reference[1].decode(errors="replace") if reference else "",
    )
