"""What was worked out from files before, for as long as they say the same.

It lies in `.ws/cache/`, is made and used by whoever can, and may be deleted: that costs time, and
changes nothing. A file is the one that was read before if it is the same on the disk (device,
inode, size, time of its last change); where that leaves a doubt, its content is compared. Nothing
is believed that another version of the code has left there, or that was copied from elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from ws.errors import WsError
from ws.files.origin import identity, origin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Plain: TypeAlias = Any
"""What JSON can hold: lists stand for tuples, and all keys are strings."""

_SECOND = 1_000_000_000
_TICK = 3 * _SECOND
"""Within one tick of the disk's clock a file may change twice and look the same.

A tick is 2 s on FAT; one more, for a file server's clock may be that much behind ours.
"""
_SPARE_RESULTS = 2000
"""How many results are kept that nobody has asked for lately."""

_KILLED = 60
"""After so many seconds nobody writes a temporary file any longer: its process was killed."""

_LOGIN = re.compile(rb"://(?<!ssh://)[^\s/\"'@]+@")
"""An address with credentials; with ssh there stands a user alone, who is no secret.

The literal stands first: that is found fast, and most of a lock has none.
"""


class _File(NamedTuple):
    """A file as it was when it was read."""

    identity: list[int]
    """Empty where it proves nothing."""
    digest: str
    facts: dict[str, Plain]
    """What was worked out from its content, by kind."""


class Cache:
    """What is remembered under one name. Paths are relative to the workspace root.

    Use it in a `with`: at the end it is written, if something is new, and where that is possible.
    Several processes do not disturb each other; what the last one knows stays.
    """

    def __init__(self, root: Path, name: str) -> None:
        self._root = root
        self._name = f"{name}.json"
        self._started = time.time_ns()
        self._files, self._results, self._on_time = _load(root, self._name)
        self._used: dict[str, Plain] = {}
        self._is_new = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._is_new and (kind is None or issubclass(kind, Exception)):
            self._save()

    def remembered(self, path: str, kind: str, compute: Callable[[bytes], Plain]) -> Plain:
        """What `compute` makes of a file's content, or made of the same content before.

        What JSON cannot hold is made each time, and so is what comes from a file with credentials
        in an address: no copy of these is left anywhere. Never change what comes out. Raises
        `OSError` for a file that cannot be read, and what `compute` raises.
        """
        known = self._unchanged(path)
        if known and kind in known.facts:
            return known.facts[kind]
        file, data = self._read(path)
        if kind not in file.facts:
            fact, is_plain = _plain(compute(data))
            if not is_plain or _LOGIN.search(data):
                return fact
            file.facts[kind] = fact
            self._is_new = True
        return file.facts[kind]

    def digest(self, path: str) -> str:
        """What stands for a file's content in the key of a result. Raises `OSError`."""
        return (self._unchanged(path) or self._read(path)[0]).digest

    def by_content(self, key: str, compute: Callable[[], Plain]) -> Plain:
        """What `compute` gives, or gave before under the same key.

        The key must hold all that the result depends on, but for the code itself.
        """
        if key not in self._used:
            if key in self._results:
                self._used[key] = self._results[key]
            else:
                result, is_plain = _plain(compute())
                if not is_plain:
                    return result
                self._used[key] = result
                self._is_new = True
        return self._used[key]

    def _unchanged(self, path: str) -> _File | None:
        """What is known of a file, if the disk vouches for it that it still is that file."""
        known = self._files.get(path)
        if known and known.identity and self._on_time:
            status = os.stat(os.path.join(self._root, path))
            return known if known.identity == identity(status) else None
        return None

    def _read(self, path: str) -> tuple[_File, bytes]:
        """A file, with what is known of the same content, and the content."""
        from hashlib import blake2b  # costs start-up; only what is new needs it

        with open(os.path.join(self._root, path), "rb") as stream:
            status = os.fstat(stream.fileno())  # first: a change meanwhile is seen next time
            data = stream.read()
        changed = max(status.st_mtime_ns, status.st_ctime_ns)
        is_sure = changed + _TICK < self._started
        digest = blake2b(data, digest_size=20).hexdigest()
        known = self._files.get(path)
        facts = known.facts if known and known.digest == digest else {}
        file = _File(identity(status) if is_sure else [], digest, facts)
        if file != known:
            self._files[path] = file
            self._is_new = True
        return file, data

    def _save(self) -> None:
        """Write what is known, except of files that are gone."""
        from ws.files.store import Store

        files = {
            path: file
            for path, file in self._files.items()
            if os.path.exists(os.path.join(self._root, path))
        }
        unused = {key: value for key, value in self._results.items() if key not in self._used}
        spare = islice(unused.items(), max(0, len(unused) - _SPARE_RESULTS), None)
        content = {"files": files, "results": {**dict(spare), **self._used}}
        with contextlib.suppress(OSError, WsError):  # a full or read-only disk: then without
            _write(Store(self._root).memory("cache", self._name), content)


def _load(root: Path, name: str) -> tuple[dict[str, _File], dict[str, Plain], bool]:
    """The files and results that a run before this has left.

    And whether the disk's clock went like ours, for else it proves nothing.
    """
    try:
        with open(os.path.join(root, ".ws", "cache", name), "rb") as file:
            status = os.fstat(file.fileno())
            head, _, body = file.read().partition(b"\n")
        *who, written = json.loads(head)
        if who != origin(status):
            return {}, {}, False
        content = json.loads(body)
        files = {path: _File(*values) for path, values in content["files"].items()}
        return files, content["results"], abs(status.st_mtime_ns - written) < _SECOND
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}, {}, False


def _write(path: Path, content: Plain) -> None:
    """Put a new file in the place of the old one; it need not outlive a power cut."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    body = json.dumps(content, separators=(",", ":"))
    try:
        # For its owner alone, as the files may be that it speaks of.
        with open(temporary, "x", encoding="utf-8", opener=_private) as file:
            head = [*origin(os.fstat(file.fileno())), time.time_ns()]
            file.write(f"{json.dumps(head)}\n{body}")
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    for left in path.parent.glob(f".{path.name}.*"):
        if left.stat().st_mtime < time.time() - _KILLED:
            left.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _plain(value: Plain) -> tuple[Plain, bool]:
    """A value as it will be when it was remembered, if it can be."""
    try:
        return json.loads(json.dumps(value)), True
    except (TypeError, ValueError, RecursionError):  # dates, for one
        return value, False
