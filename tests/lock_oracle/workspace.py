"""The small workspace whose locks are judged, as text, and the ways to change it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

HERE = Path(__file__).parent
BASE = HERE.parent / "workspaces" / "locks"
MANIFEST = "pyproject.toml"
LOCK = "poetry.lock"
Files = dict[str, str]
"""The text of each file, line endings kept, by its path relative to the workspace root."""


class Edit(Protocol):
    """A change of the workspace."""

    @property
    def path(self) -> str:
        """The file or folder that it changes."""

    def apply(self, files: Files) -> None:
        """Change `files`. Raises `AssertionError` where there is nothing to change."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Write `new` for the only `old` there is in a file."""

    path: str
    old: str
    new: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        text = files[self.path]
        assert text.count(self.old) == 1, f"{self.path}: {text.count(self.old)} x {self.old!r}"
        files[self.path] = text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Write:
    """Write a whole file."""

    path: str
    text: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        files[self.path] = self.text


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a file."""

    path: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        del files[self.path]


@dataclass(frozen=True, slots=True)
class Move:
    """Move a folder."""

    path: str
    to: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        for name in [name for name in files if name.startswith(f"{self.path}/")]:
            files[self.to + name.removeprefix(self.path)] = files.pop(name)


@dataclass(frozen=True, slots=True)
class InPackage:
    """Write `new` for the first `old` in the block of one package in a lock."""

    path: str
    package: str
    old: str
    new: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        start, end = block(files[self.path], self.package)
        text = files[self.path][start:end]
        assert self.old in text, f"{self.path}: no {self.old!r} in {self.package}"
        text = text.replace(self.old, self.new, 1)
        files[self.path] = files[self.path][:start] + text + files[self.path][end:]


@dataclass(frozen=True, slots=True)
class DropPackage:
    """Delete the block of one package in a lock."""

    path: str
    package: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        start, end = block(files[self.path], self.package)
        files[self.path] = files[self.path][:start] + files[self.path][end:]


@dataclass(frozen=True, slots=True)
class PackageFirst:
    """Put the block of one package before all others in a lock."""

    path: str
    package: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        text = files[self.path]
        start, end = block(text, self.package)
        first = text.index("[[package]]")
        assert first < start
        files[self.path] = text[:first] + text[start:end] + text[first:start] + text[end:]


@dataclass(frozen=True, slots=True)
class LineEndings:
    """Write a file with the line endings of Windows."""

    path: str

    def apply(self, files: Files) -> None:
        """Change `files`."""
        assert "\r" not in files[self.path]
        files[self.path] = files[self.path].replace("\n", "\r\n")


def block(lock: str, package: str) -> tuple[int, int]:
    """Where the block of a package begins and ends in the text of a lock."""
    start = lock.index(f'[[package]]\nname = "{package}"\n')
    end = re.compile(r"^\[(?:\[package\]\]|extras\]|metadata\])", re.MULTILINE).search(
        lock, start + 1
    )
    assert end is not None
    return start, end.start()


def read_base() -> Files:
    """The workspace as it is committed: every lock is what `poetry lock` leaves as it is."""
    return {
        path.relative_to(BASE).as_posix(): path.read_bytes().decode()
        for path in sorted(BASE.rglob("*"))
        if path.is_file() and not {"__pycache__", ".ws"} & {*path.parts}
    }


def changed(files: Mapping[str, str], edits: Iterable[Edit]) -> Files:
    """The workspace after some edits."""
    after = dict(files)
    for edit in edits:
        edit.apply(after)
    return after


def write(files: Mapping[str, str], root: Path) -> None:
    """Write the workspace below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


@dataclass(frozen=True, slots=True)
class Judged:
    """A member whose lock a change may reach."""

    key: str
    """The last part of its folder in the base: its name in the table."""
    folder: str
    """Where it is after the change."""
    name: str
    """Its normalised name after the change."""


def judged(base: Files, edits: Iterable[Edit]) -> tuple[Judged, ...]:
    """The members whose locks the edits may reach, through path dependencies of before."""
    edits = tuple(edits)
    after = changed(base, edits)
    moved = {edit.path: edit.to for edit in edits if isinstance(edit, Move)}
    found = []
    for folder in reached(base, edits):
        now = moved.get(folder, folder)
        if f"{now}/{MANIFEST}" in after:
            found.append(Judged(PurePosixPath(folder).name, now, _name(after, now)))
    return tuple(found)


def reached(base: Files, edits: Iterable[Edit]) -> tuple[str, ...]:
    """The folders of members that the edits touch, or that stand on one of those."""
    touched = {"/".join(edit.path.split("/")[:2]) for edit in edits}
    folders = [str(PurePosixPath(name).parent) for name in base if name.endswith(f"/{MANIFEST}")]
    stands_on = {folder: set(_paths(base, folder)) for folder in folders}
    while more := {folder for folder in folders if stands_on[folder] & touched} - touched:
        touched |= more
    return tuple(folder for folder in folders if folder in touched and f"{folder}/{LOCK}" in base)


def _name(files: Files, folder: str) -> str:
    document = tomllib.loads(files[f"{folder}/{MANIFEST}"])
    poetry = document.get("tool", {}).get("poetry", {})
    name = document.get("project", {}).get("name") or poetry.get("name")
    return re.sub(r"[-_.]+", "-", name or PurePosixPath(folder).name).lower()


def _paths(files: Mapping[str, str], folder: str) -> Iterator[str]:
    for value in _tables(tomllib.loads(files[f"{folder}/{MANIFEST}"])):
        if "path" in value:
            yield normpath(f"{folder}/{value['path']}")


def _tables(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _tables(inner)
