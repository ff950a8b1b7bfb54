"""What must change in an environment so that it holds what was selected from a lock.

As Poetry's `Transaction.calculate_operations` decides it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ws.model.installed import Installed, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ws.model.lock import LockedPackage

KEPT = "pip"
"""What `poetry sync` leaves where it is, though it be locked nowhere."""


class Changes(NamedTuple):
    """What is to be done, each in the order of the lock."""

    install: tuple[LockedPackage, ...] = ()
    update: tuple[LockedPackage, ...] = ()
    """There in another version, or from elsewhere."""
    remove: tuple[Installed, ...] = ()

    @property
    def new(self) -> tuple[LockedPackage, ...]:
        """All that is laid down."""
        return (*self.install, *self.update)


def changes(
    installed: Mapping[str, Installed],
    selected: Iterable[LockedPackage],
    folder: Path,
    *,
    sync_for: str | None = None,
) -> Changes:
    """The changes of an environment for the lock in `folder`, which is absolute.

    With `sync_for`, the normalised name of the member, all is removed that was not selected, but
    for the member itself and pip.
    """
    selected = tuple(selected)
    there = [package for package in selected if package.name in installed]
    differ = [p for p in there if not _is_same(p, installed[p.name], folder)]
    gone: tuple[Installed, ...] = ()
    if sync_for is not None:
        kept = {package.name for package in selected} | {sync_for, KEPT}
        gone = tuple(one for name, one in sorted(installed.items()) if name not in kept)
    new = tuple(package for package in selected if package.name not in installed)
    return Changes(new, tuple(differ), gone)


def origin(package: LockedPackage, folder: Path) -> Origin:
    """Where a locked package comes from; `folder` is that of the lock, absolute."""
    source = package.source
    kind, url = source.get("type", ""), source.get("url", "")
    if kind in ("", "legacy"):
        return Origin()
    if kind in ("directory", "file"):
        url = os.path.normpath(folder / url).replace(os.sep, "/")
    commit, subdirectory = source.get("resolved_reference", ""), source.get("subdirectory", "")
    return Origin(kind, url, commit, subdirectory, bool(package.table.get("develop", False)))


def _is_same(package: LockedPackage, there: Installed, folder: Path) -> bool:
    """Of an index only the version counts: environments do not say which index it was."""
    return there.origin == origin(package, folder) and (
        package.version == there.version or _parsed(package.version) == _parsed(there.version)
    )


def _parsed(version: str) -> object:
    from poetry.core.constraints.version import Version

    return Version.parse(version)
