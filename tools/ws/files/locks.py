"""What the locks on the disk say, read only where they have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.errors import WsError, raise_all
from ws.model.lock import LockedPackage, LockFacts, LockHeader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ws.files.cache import Cache
    from ws.model.workspace import Member


def lock_facts(root: Path, members: Iterable[Member], cache: Cache) -> dict[str, LockFacts | None]:
    """What is known of each member's `poetry.lock`, by member name; `None` where there is none.

    Raises `WorkError` (or `Faults`) for all that cannot be read.
    """
    facts: dict[str, LockFacts | None] = {}
    faults: list[WsError] = []
    for member in members:
        try:
            facts[member.name] = _facts(root, member.file("poetry.lock"), cache)
        except WsError as fault:
            fault.member = member.name
            faults.append(fault)
    raise_all(faults)
    return facts


def _facts(root: Path, path: str, cache: Cache) -> LockFacts | None:
    try:
        return _from_plain(cache.remembered(path, "facts", _plain))
    except OSError:
        from ws.files.store import Store

        Store(root).read(path)  # raises what there is to say, if there is a file
        return None


def _plain(lock: bytes) -> list[Any]:
    from ws.formats.lock import read_facts  # costs start-up; only what is new needs it

    facts = read_facts(lock)
    entries = [
        [entry.name, entry.version, entry.table, entry.line, entry.lines] for entry in facts.entries
    ]
    return [facts.header, entries, facts.unreadable, facts.unreadable_line, facts.merge]


def _from_plain(plain: list[Any]) -> LockFacts:
    header, entries, *reason = plain
    packages = tuple(LockedPackage(*entry) for entry in entries)
    return LockFacts(header and _header(*header), packages, *reason)


def _header(
    content_hash: str, line: int, writer: list[int] | None, lock_version: str
) -> LockHeader:
    return LockHeader(content_hash, line, (writer[0], writer[1]) if writer else None, lock_version)
