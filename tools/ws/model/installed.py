"""What lies installed in an environment."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """Where a package comes from that is from no index; all empty for one that is."""

    kind: str = ""
    """`directory`, `file`, `url` or `git`, as in a lock; empty for an index."""
    url: str = ""
    """An absolute path with forward slashes for a folder or a file, else the address."""
    commit: str = ""
    subdirectory: str = ""
    editable: bool = False


class Installed(NamedTuple):
    """One distribution in an environment."""

    name: str
    """Normalised."""
    version: str
    origin: Origin = Origin()
