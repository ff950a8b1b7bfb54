"""What `ws docker ensure` found at its last run, for as long as all is as it was.

It lies in `.ws/ensure/`, one file for each thing that can be asked, and may be deleted. Files and
folders are known by what the system says of them (device, inode, size, times), and those that had
changed just before by their content, too: within one tick of a disk's clock a file may change twice
and look the same. Nothing is believed that another version of the code has left there, or
that was copied from elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import WsError
from ws.files.origin import identity, origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ws.files.store import Store

_TICK = 3_000_000_000
_MUCH, _EACH = 4_000_000, 10_000
"""How many bytes are read each time, at most; each file costs as much as so many."""


class Remembered(NamedTuple):
    """What was found, and what it depends on."""

    identities: Mapping[str, list[int]]
    images: Mapping[str, str]
    """Ids by tag, empty for what was not there; nothing where there was no engine."""
    volumes: Mapping[str, str]
    """When each was made, by name."""
    data: dict[str, Any]
    """The answer itself."""


def see(root: Path, paths: Iterable[str]) -> dict[str, list[int]] | None:
    """How these files and folders are now, by path relative to the root.

    No change after this moment goes unseen: of those that changed just before, the content is noted
    as well. `None` where that would be too much, or the system does not tell what it takes.
    """
    if os.name == "nt":
        return None
    now = time.time_ns()
    found: dict[str, list[int]] = {}
    left = _MUCH
    for path in dict.fromkeys(paths):
        full = os.path.join(root, path)
        here, changed = _look(full)
        is_recent = any(when + _TICK > now for when in changed)
        contents = [read(full) for read in _READING[: len(changed)]] if is_recent else []
        left -= sum(len(content) + _EACH for content in contents)
        if left < 0:
            return None
        found[path] = [*here, *map(zlib.crc32, contents)]
    return found


def recall(root: Path, key: str) -> Remembered | None:
    """What is remembered of this question, if all files are as they were."""
    try:
        with open(os.path.join(root, ".ws", "ensure", _name(key)), "rb") as file:
            who, was_asked, *rest = json.loads(file.read())
            if was_asked != key or who != origin(os.fstat(file.fileno())):
                return None
        remembered = Remembered(*rest)
        for path, was in remembered.identities.items():
            if not _is_as_it_was(os.path.join(root, path), was):
                return None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return remembered


def remember(store: Store, key: str, found: Remembered) -> None:
    """Note it, where that is possible; a disk that is full or read-only only costs time."""
    with contextlib.suppress(OSError, WsError):
        path = store.memory("ensure", _name(key))
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with open(temporary, "w", encoding="utf-8") as file:
                who = origin(os.fstat(file.fileno()))
                json.dump([who, key, *found], file, separators=(",", ":"))
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def forget(store: Store, key: str) -> None:
    """Take it back: what was found is no longer so."""
    with contextlib.suppress(OSError, WsError):
        store.memory("ensure", _name(key)).unlink(missing_ok=True)


def _name(key: str) -> str:
    return f"{zlib.crc32(key.encode()):08x}.json"


def _is_as_it_was(path: str, was: list[int]) -> bool:
    """Whether a file has this identity, and this content where that was noted."""
    now, _ = _look(path)
    if now == was:
        return True
    noted = was[len(now) :]
    if not now or now != was[: len(now)] or not noted:
        return False
    return noted == [zlib.crc32(read(path)) for read in _READING[: len(noted)]]


def _look(path: str) -> tuple[list[int], list[int]]:
    """What tells a file from any other, and when it changed; of a link, also what is behind it."""
    try:
        status = os.lstat(path)
        here, changed = identity(status), [_changed(status)]
        if stat.S_ISLNK(status.st_mode):
            behind = os.stat(path)
            here += identity(behind)
            changed.append(_changed(behind))
    except OSError:
        return [], []
    return here, changed


def _content(path: str) -> bytes:
    """What is in a file, which names are in a folder, where a link leads; else nothing."""
    try:
        if os.path.islink(path):
            return os.readlink(path).encode(errors="surrogateescape")
    except OSError:
        return b""
    return _behind(path)


def _behind(path: str) -> bytes:
    """The same, links followed."""
    try:
        if os.path.isdir(path):
            return "\0".join(sorted(os.listdir(path))).encode(errors="surrogateescape")
        with open(path, "rb") as file:
            return file.read(_MUCH)
    except OSError:
        return b""


_READING = (_content, _behind)
"""What is read of a file that changed just now; and of what is behind a link."""


def _changed(status: os.stat_result) -> int:
    return max(status.st_mtime_ns, status.st_ctime_ns)
