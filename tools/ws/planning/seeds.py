"""Versions from the locks of others for what a member's own lock lacks.

Poetry keeps to the versions that it finds locked, and takes the newest for the rest. So a package
that is new to several members comes out the same in all of them, if each finds it locked already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.formats import conflicts, lock_blocks
from ws.model.plan import Seeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.formats.lock_blocks import Block
    from ws.model.workspace import Member, Workspace

    Groups = Mapping[str, tuple[Block, ...]]

_OLDEST = (2, 0)
"""The lock version from which on a package's block holds the hashes of its files."""
_ELSEWHERE = ("directory", "file")
"""Sources whose address is relative to the folder of the lock that names them."""


def seeds(workspace: Workspace, member: Member) -> Seeds:
    """Whose locks seed a member: its path dependencies, nearest first, then the other members."""
    known = workspace.by_name
    near = _nearest_first(workspace, member.name)
    others = (name for name in known if name != member.name and name not in near)
    locks = tuple(known[name].file("poetry.lock") for name in (*near, *others))
    return Seeds(locks, _indexes(member))


def groups(lock: bytes) -> Groups:
    """The packages of a lock by name; of one from before 2.0, or with conflict markers, none."""
    if conflicts.first_marker(lock) is not None:
        return {}
    pieces = lock_blocks.split(lock)
    found: dict[str, tuple[Block, ...]] = {}
    for block in pieces.blocks if pieces.version >= _OLDEST else ():
        found[block.name] = (*found.get(block.name, ()), block)
    return found


def missing(own: bytes | None, others: Iterable[Groups], indexes: frozenset[str]) -> Groups:
    """What others have locked, for each name that a member's own lock lacks.

    The others come in order, and all of a name from one of them. Path dependencies are left out,
    since their paths are those of another folder, and so is what comes from an index that is not
    among `indexes`.
    """
    taken = {block.name for block in lock_blocks.split(own).blocks} if own is not None else set()
    found: dict[str, tuple[Block, ...]] = {}
    for other in others:
        for name, blocks in other.items():
            if name not in taken and all(_fits(block, indexes) for block in blocks):
                taken.add(name)
                found[name] = blocks
    return found


def merged(own: bytes | None, found: Groups) -> bytes | None:
    """A member's lock with what was missing added; where it has none, one of these alone."""
    if not found:
        return own
    pieces = lock_blocks.split(own) if own is not None else lock_blocks.minimal((2, 1))
    return lock_blocks.joined(pieces, [block for blocks in found.values() for block in blocks])


def _nearest_first(workspace: Workspace, name: str) -> list[str]:
    """The members that one depends on, and, as Poetry follows these, the main ones of theirs."""
    graph = workspace.graph
    found = [*graph.dependencies(name)]
    for other in found:
        main = (edge.target for edge in graph.edges[other] if edge.main)
        found += [target for target in main if target not in found and target != name]
    return found


def _indexes(member: Member) -> frozenset[str]:
    """The names of the indexes that Poetry asks for a member; empty for the default one.

    As `Factory.create_pool` has it: the default one unless another is primary.
    """
    declared = member.manifest.document.get("tool", {}).get("poetry", {}).get("source", [])
    names = {str(source.get("name", "")).lower() for source in declared}
    primary = any(str(source.get("priority", "primary")) == "primary" for source in declared)
    default = {""} if "pypi" in names or not primary else set()
    return frozenset(names | default)


def _fits(block: Block, indexes: frozenset[str]) -> bool:
    if block.source in _ELSEWHERE:
        return False
    return block.source in ("git", "url") or block.reference.lower() in indexes
