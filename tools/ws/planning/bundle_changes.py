"""What differs between a bundle that is there and the one that would be made now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ws.formats.bundle import NAME

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
    missing = [f"{path} is missing" for path in sorted(now.keys() - there.keys())]
    more = [f"{path} is needed no more" for path in sorted(there.keys() - now.keys())]
    both = sorted(now.keys() & there.keys())
    changed = [f"{path} changed" for path in both if _differ(there[path], now[path])]
    listed = [*changed, *missing, *more]
    beyond = [f"{len(listed) - _FEW} more"] if len(listed) > _FEW else []
    return ", ".join([*listed[:_FEW], *beyond])


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
