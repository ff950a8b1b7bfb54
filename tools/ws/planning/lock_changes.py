"""What differs between two locks of one member: packages added, removed, other versions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ws.formats.lock import locked_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One name whose locked versions are not what they were."""

    name: str
    """As the lock has it."""
    before: tuple[str, ...]
    """Several where markers part them; none for what is new."""
    after: tuple[str, ...]

    @property
    def kind(self) -> Literal["added", "removed", "updated"]:
        """What became of it."""
        if not self.before:
            return "added"
        return "updated" if self.after else "removed"

    def __str__(self) -> str:
        mark = {"added": "+", "removed": "-", "updated": "~"}[self.kind]
        versions = (", ".join(versions) for versions in (self.before, self.after) if versions)
        return f"{mark} {self.name} {' → '.join(versions)}"


def changes(before: bytes | None, after: bytes) -> tuple[VersionChange, ...]:
    """What differs in names and versions, by name."""
    old, new = _versions(before or b""), _versions(after)
    return tuple(
        VersionChange(name, old.get(name, ()), new.get(name, ()))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def summed(found: Sequence[VersionChange]) -> str:
    """The changes in a few words."""
    counts = Counter(change.kind for change in found)
    words = [f"{counts[kind]} {kind}" for kind in ("added", "updated", "removed") if counts[kind]]
    return ", ".join(words) or "no version changed"


def told(found: Mapping[str, Sequence[VersionChange]]) -> str:
    """The changes of several members for people; members with the same ones together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for member, several in found.items():
        if several:
            alike.setdefault(tuple(map(str, several)), []).append(member)
    lines = []
    for changed, members in alike.items():
        lines += [", ".join(members), *(f"  {change}" for change in changed)]
    return "".join(f"{line}\n" for line in lines)


def data(found: Sequence[VersionChange]) -> list[dict[str, Any]]:
    """The changes of one member as plain data."""
    return [
        {
            "name": change.name,
            "change": change.kind,
            "from": list(change.before),
            "to": list(change.after),
        }
        for change in found
    ]


def _versions(lock: bytes) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, version in sorted(locked_versions(lock)):
        found.setdefault(name, []).append(version)
    return {name: tuple(versions) for name, versions in found.items()}
