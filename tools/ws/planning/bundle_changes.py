"""What differs between a bundle that is there and the one that would be made now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ws.formats.bundle import IMAGES, NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.pruned import PrunedFile

_FEW = 3
_ESTIMATES = ("download", "size")
"""Keys of a bundle, of its services and downloads whose numbers depend on what a machine has."""


def changes(there: Mapping[str, PrunedFile], now: Mapping[str, PrunedFile]) -> str:
    """The first few differences in words; empty for none. Estimates of sizes count for nothing."""
    if not there:
        return "it is not there"
    missing = [(path, "is missing") for path in now.keys() - there.keys()]
    more = [(path, "is needed no more") for path in there.keys() - now.keys()]
    both = now.keys() & there.keys()
    changed = [(path, "changed") for path in both if _differ(there[path], now[path])]
    listed = [" ".join(each) for each in sorted([*changed, *missing, *more], key=_sources_first)]
    beyond = [f"{len(listed) - _FEW} more"] if len(listed) > _FEW else []
    return ", ".join([*listed[:_FEW], *beyond])


def _sources_first(change: tuple[str, str]) -> tuple[bool, str]:
    """What somebody wrote before what was made of it."""
    path, _ = change
    return "/" not in path or path.startswith(f"{IMAGES}/"), path


def _differ(one: PrunedFile, other: PrunedFile) -> bool:
    if one == other or one.path != NAME:
        return one != other
    return bool(_facts(one.data) != _facts(other.data))


def _facts(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """What `bundle.json` says, without estimates; what is none, as it is."""
    try:
        document = _without(json.loads(data))
        lists = {key: [*map(_without, document[key])] for key in ("services", "downloads")}
    except (ValueError, KeyError, TypeError, AttributeError):
        return data
    return document | lists


def _without(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in _ESTIMATES}
