"""Locks in which git left a merge to a person: what a new solve starts from.

Nobody can merge two locks by their text, but both say which versions were wanted. Ours win, theirs
stand in for what ours lacks, and Poetry solves the manifest that is in the tree.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from ws.errors import Where
from ws.formats import conflicts, lock_blocks
from ws.formats.lock_blocks import Pieces
from ws.model.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.formats.lock_blocks import Block
    from ws.model.workspace import Member

_WITH_FILES = (2, 0)
"""The lock version from which on a package's block holds the hashes of its files."""


def start(text: bytes) -> bytes:
    """The text of a lock that can be read, with the packages of our side, then those of theirs.

    Blocks that are no TOML are left out, and so are those of locks before 2.0 where the hashes of
    their files cannot be read. Raises `conflicts.ConflictError` where the sides cannot be told.
    """
    ours, theirs = (lock_blocks.split(side) for side in conflicts.split(text))
    minimal = lock_blocks.minimal(max(ours.version, theirs.version, _WITH_FILES))
    rest = next((side.rest for side in (ours, theirs) if _can_be_read(side)), minimal.rest)
    mine = tuple(_readable(ours, rest))
    names = {block.name for block in mine}
    more = [block for block in _readable(theirs, b"") if block.name not in names]
    head = ours.head if _parsed(ours.head) is not None else b""
    if not (mine or more):
        head = b"package = []\n\n"
    return lock_blocks.joined(Pieces(head, mine, rest), more)


def findings(members: Sequence[Member], locks: Mapping[str, bytes | None]) -> tuple[Finding, ...]:
    """One error for each member whose lock has conflict markers, at the first of them."""
    return tuple(
        Finding(
            rule="lock/unreadable",
            severity="error",
            message="the lock cannot be read: it holds conflict markers of a git merge",
            where=Where(member.file("poetry.lock"), line),
            member=member.name,
            hint=f"ws lock --resolve-conflicts --filter {member.name}",
        )
        for member in members
        if (line := conflicts.first_marker(locks[member.name] or b"")) is not None
    )


def _can_be_read(pieces: Pieces) -> bool:
    """Whether Poetry would take what stands after the packages."""
    metadata = (_parsed(pieces.rest) or {}).get("metadata", {})
    return {"lock-version", "python-versions", "content-hash"} <= set(metadata)


def _readable(pieces: Pieces, rest: bytes) -> Iterator[Block]:
    """The blocks that Poetry would take, each version once, in a lock that ends with `rest`."""
    hashed = ((_parsed(rest) or {}).get("metadata", {})).get("files", {})
    seen = set()
    for block in pieces.blocks:
        (table, *_) = (_parsed(block.text) or {}).get("package", [{}])
        version = (block.name, table.get("version"))
        complete = {"name", "version", "optional", "python-versions"} <= set(table)
        if complete and version not in seen and ("files" in table or table["name"] in hashed):
            seen.add(version)
            yield block


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text.decode())
    except (ValueError, RecursionError):
        return None
