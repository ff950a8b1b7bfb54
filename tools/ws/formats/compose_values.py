"""What a Compose file says, as plain data: values, the paths of its leaves, and their digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SETS = frozenset(
    {"cap_add", "cap_drop", "configs", "depends_on", "device_cgroup_rules", "devices", "dns",
     "dns_search", "environment", "expose", "external_links", "extra_hosts", "group_add", "labels",
     "links", "networks", "ports", "profiles", "secrets", "security_opt", "tags", "tmpfs",
     "volumes", "volumes_from", "watch"}
)  # fmt: skip
"""Keys whose list is a set: ws adds and takes items, and those of others stay. Any other list, such
as a command, is one value as a whole."""

Path = tuple[str, ...]


class Tag(NamedTuple):
    """A value with a tag of Compose's own, such as `!reset null`."""

    tag: str
    value: Any = None


class Item(str):
    """The last part of a path: an item of a set, by what it says."""

    __slots__ = ()


RESET = Tag("!reset")
"""What an overlay says of a key that is to be gone."""


def is_set(path: Path, value: object) -> bool:
    """Whether this value is a list whose items are leaves of their own."""
    return isinstance(value, list) and bool(value) and bool(path) and path[-1] in SETS


def item_of(value: object) -> Item:
    """How a path names an item: by its text, or as JSON."""
    return Item(value if isinstance(value, str) else canonical(value))


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """All that a value says: each leaf with its path. An empty table, or list, is a leaf."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list) and is_set(path, value):
        for each in value:
            yield (*path, item_of(each)), each
    else:
        yield path, value


def dotted(path: Path) -> str:
    """A path as the file's own list has it; a dot in a key has a backslash before it."""
    return ".".join(part if isinstance(part, Item) else _escaped(part) for part in path)


def canonical(value: object) -> str:
    """A value in one form, whatever order its keys have."""
    return json.dumps(_untagged(value), sort_keys=True, ensure_ascii=False, default=str)


def digest(found: Mapping[str, object], keys: Iterable[str]) -> str:
    """A short digest of those of these leaves that are there, by dotted path."""
    said = [[key, canonical(found[key])] for key in sorted(keys) if key in found]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace(".", "\\.")


def _untagged(value: object) -> object:
    if isinstance(value, Tag):
        return {"!": value.tag, "": _untagged(value.value)}
    if isinstance(value, dict):
        return {str(key): _untagged(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_untagged(each) for each in value]
    return value
