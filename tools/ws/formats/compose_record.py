"""`x-ws` of a Compose file: which of its leaves ws wrote, so that all others are people's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ws.formats.compose_nodes import plain
from ws.formats.compose_text import flow, scalar
from ws.formats.compose_values import digest, dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.formats.compose_nodes import Entry, Source
    from ws.formats.compose_values import Path

KEY = "x-ws"
COMMENT = (
    "# What `ws generate compose` wrote above, by path. All else is yours, and stays as it is.\n"
)
_HINT = "take the whole of x-ws away: ws makes it anew"


@dataclass(frozen=True, slots=True)
class Record:
    """What ws wrote the last time."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The dotted paths of leaves, by group: `services.chat-worker`, and `image` in it."""
    sums: Mapping[str, str] = field(default_factory=dict)
    """A digest of what they said, by group."""

    def has(self, path: Path) -> bool:
        """Whether ws wrote this leaf."""
        group, key = grouped(path)
        return key in self.keys.get(group, ())

    def has_below(self, path: Path) -> bool:
        """Whether ws wrote this leaf, or one below it."""
        group, key = grouped(path)
        if len(path) == 1:
            return any(each == group or each.startswith(f"{group}.") for each in self.keys)
        keys = self.keys.get(group, ())
        if len(path) == 2:  # noqa: PLR2004 - the group itself
            return bool(keys)
        return any(each == key or each.startswith(f"{key}.") for each in keys)

    def knows(self, path: Path) -> bool:
        """Whether ws wrote this service, be it that nothing of that is left."""
        return dotted(path) in self.keys

    def is_as_written(self, path: Path, found: Mapping[Path, object]) -> bool:
        """Whether nobody has edited what ws wrote in the group of this leaf."""
        group, _ = grouped(path)
        there = {grouped(each)[1]: value for each, value in found.items() if _in(each, group)}
        return digest(there, self.keys.get(group, ())) == self.sums.get(group)


def grouped(path: Path) -> tuple[str, str]:
    """The group of a leaf, and its dotted path in that."""
    return dotted(path[:2]), dotted(path[2:]) or "."


def made(wrote: Iterable[tuple[Path, Any]], left: Iterable[Path] = ()) -> Record:
    """The record of these leaves and what they say.

    `left` is what of services that ws wrote is there still, though nothing of it is ws's.
    """
    groups: dict[str, dict[str, Any]] = {}
    for path, value in wrote:
        group, key = grouped(path)
        groups.setdefault(group, {})[key] = value
    for path in left:
        groups.setdefault(dotted(path), {})
    keys = {group: tuple(said) for group, said in groups.items()}
    return Record(keys, {group: digest(said, said) for group, said in groups.items()})


def render(record: Record) -> str:
    """The lines of `x-ws`."""
    lines = [f"{KEY}:\n"]
    for group, keys in record.keys.items():
        listed = {"sum": record.sums[group], "keys": list(keys)}
        lines.append(f"  {scalar(group)}: {flow(listed)}\n")
    return "".join(lines)


def read(source: Source, entry: Entry) -> Record:
    """What `x-ws` says. Raises `WorkError` where ws did not write it so."""
    said = plain(entry.value)
    keys: dict[str, tuple[str, ...]] = {}
    sums: dict[str, str] = {}
    for group, each in (said if isinstance(said, dict) else {"": None}).items():
        if not isinstance(each, dict) or not isinstance(each.get("keys"), list):
            raise source.refuse(entry.line, "x-ws is not as ws wrote it", _HINT)
        keys[group] = tuple(map(str, each["keys"]))
        sums[group] = str(each.get("sum", ""))
    return Record(keys, sums)


def _in(path: Path, group: str) -> bool:
    return grouped(path)[0] == group
