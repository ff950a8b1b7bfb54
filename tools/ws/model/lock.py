"""What a `poetry.lock` says of the packages in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class LockHeader(NamedTuple):
    """What a lock says of itself."""

    content_hash: str
    content_hash_line: int
    writer: tuple[int, int] | None
    """Major and minor version of the Poetry that wrote it; 1.1 did not sign its locks."""
    lock_version: str = "2.1"
    """The version of the format: 1.1 (Poetry up to 1.2), 2.0 (1.8), 2.1 (2)."""


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One `[[package]]` of a lock."""

    name: str
    """Normalised."""
    version: str
    table: Mapping[str, Any] = field(repr=False)
    """All that is said of it, as TOML says it. Never changed."""
    line: int | None = None
    """Where it begins in the lock."""
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Where in the lock its keys stand, and those of its tables (`dependencies.rich`), as far as
    that was looked up."""

    @property
    def source(self) -> Mapping[str, str]:
        """Where it comes from; empty for a package of the default index."""
        source: Mapping[str, str] = self.table.get("source", {})
        return source

    @property
    def folder(self) -> str | None:
        """Of a path dependency its folder, relative to the folder of the lock."""
        return self.source.get("url", "") if self.source.get("type") == "directory" else None

    @property
    def dependencies(self) -> Mapping[str, Any]:
        """Its requirements by name as written: a constraint, a table, or a list of these."""
        dependencies: Mapping[str, Any] = self.table.get("dependencies", {})
        return dependencies

    @property
    def extras(self) -> Mapping[str, list[str]]:
        """Its extras: the requirements of each in the form of PEP 508."""
        extras: Mapping[str, list[str]] = self.table.get("extras", {})
        return extras


@dataclass(frozen=True, slots=True)
class LockFacts:
    """The little of a lock that most checks need."""

    header: LockHeader | None
    """`None` if the lock cannot be read."""
    entries: tuple[LockedPackage, ...] = ()
    """Its path dependencies to folders."""
    unreadable: str = ""
    """Why it cannot be read."""
    unreadable_line: int | None = None
    merge: bool = False
    """Whether an unfinished git merge is why."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A whole lock."""

    header: LockHeader
    packages: tuple[LockedPackage, ...]
    """In the order of the file. A name stands there twice where markers part its versions."""
    document: Mapping[str, Any] = field(repr=False)
