"""A build context for one member, apart from its workspace."""

from __future__ import annotations

from typing import NamedTuple


class PrunedFile(NamedTuple):
    """A file of the context, or a link in it."""

    path: str
    """Relative to the context, with forward slashes."""
    data: bytes
    """What it holds; of a link, where that leads."""
    executable: bool = False
    link: bool = False
