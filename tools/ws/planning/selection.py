"""Which packages of a lock `poetry install` puts into an environment.

As Poetry decides it: `Locker.locked_packages`, then `Transaction.calculate_operations`. That needs
no solver: a lock of version 2.1 says of each package for which groups it is there, and where.
poetry-core reads the markers, and is imported in the functions.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ws.model.manifest import MAIN
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ws.model.lock import Lock, LockedPackage
    from ws.model.manifest import Manifest

OLDEST = (2, 1)
"""The first version of the lock's format that says of each package for which groups it is there."""


def is_selectable(lock: Lock) -> bool:
    """Whether a lock says enough; of an older one Poetry resolves anew what to install."""
    numbers = lock.header.lock_version.split(".")
    return tuple(int(number) for number in numbers if number.isdigit()) >= OLDEST


def active_groups(
    manifest: Manifest,
    only: Iterable[str] = (),
    with_: Iterable[str] = (),
    without: Iterable[str] = (),
) -> frozenset[str]:
    """The normalised names of the groups that Poetry installs with these options.

    As Poetry's `GroupCommand.activated_groups`: what is not optional, and `with_`, less `without`;
    `only` overrules all of that.
    """
    chosen = frozenset(map(normalise, only))
    if chosen:
        return chosen
    default = {MAIN, *manifest.groups} - _optional(manifest)
    return frozenset((default | set(map(normalise, with_))) - set(map(normalise, without)))


def selected(
    lock: Lock, groups: Collection[str], extras: Iterable[str], environment: Mapping[str, object]
) -> tuple[LockedPackage, ...]:
    """The packages of a lock that belong into an environment, in the order of the lock.

    `groups` are the active ones, normalised; `extras` those asked for of the member itself.
    `environment` is what PEP 508 knows of the Python there: a marker that asks for what is not in
    it holds. The lock must be one that `is_selectable`.
    """
    known = {**environment, "extra": frozenset(map(normalise, extras))}
    holds: dict[str, bool] = {}

    def is_needed(marker: str) -> bool:
        if marker not in holds:
            holds[marker] = bool(_parsed(marker).validate(known))
        return holds[marker]

    return tuple(
        package for package in lock.packages if any(map(is_needed, _markers(package, groups)))
    )


def _markers(package: LockedPackage, groups: Collection[str]) -> list[str]:
    """Where a package is needed for the sake of each active group it belongs to."""
    written = package.table.get("markers", "*")
    return [
        written if isinstance(written, str) else str(written.get(group, "*"))
        for group in package.table.get("groups", ())
        if normalise(group) in groups
    ]


def _optional(manifest: Manifest) -> set[str]:
    tables = manifest.document.get("tool", {}).get("poetry", {}).get("group", {})
    return {normalise(name) for name, table in tables.items() if table.get("optional")}


@cache
def _parsed(marker: str) -> Any:  # noqa: ANN401 - untyped here
    from poetry.core.version.markers import parse_marker

    return parse_marker(marker)
