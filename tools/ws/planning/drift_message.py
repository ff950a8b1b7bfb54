"""What a lock says otherwise than a manifest, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.planning.path_drift import Difference

_FIELDS = {
    "name": "the name",
    "version": "the version",
    "description": "the description",
    "python": "the Python",
}


def drift_message(name: str, manifest: str, several: Sequence[Difference]) -> str:
    """How the entry of a path dependency differs in one field from its manifest.

    `manifest` is the path of that, relative to the workspace root. Of `extras` and `dependencies`
    there may be several differences.
    """
    first = several[0]
    if first.field in ("develop", "url"):
        wanted, held = _say(first.declared), _say(first.locked)
        held = "missing" if first.locked is None else held
        return f"{first.field} of {name} is to be {wanted}, but is {held} in the lock"
    if first.field == "source":
        return (
            f"{name} takes {first.name} from the index {_say(first.declared)},"
            " and this member has no [[tool.poetry.source]] of that name"
        )
    if first.field in _FIELDS:
        what, declared, locked = _FIELDS[first.field], _say(first.declared), _say(first.locked)
        return f"{what} of {name} is {declared} in {manifest}, but {locked} in the lock"
    listed = "; ".join(map(_change, several))
    return f"the {first.field} of {name} are not those of {manifest}: {listed}"


def _change(difference: Difference) -> str:
    locked, declared = difference.locked, difference.declared
    if locked is None:
        return f"{difference.name} {_say(declared)} is not in the lock"
    if declared is None:
        return f"{difference.name} is gone, but {_say(locked)} in the lock"
    return f"{difference.name} is {_say(declared)}, but {_say(locked)} in the lock"


def _say(value: Any) -> str:  # noqa: ANN401 - a TOML value
    """A value as TOML has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_say(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_say, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
