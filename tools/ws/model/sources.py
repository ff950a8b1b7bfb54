"""A member's Python files, and what others import from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Layout:
    """How the code of one member lies in its folder. All paths are relative to that."""

    files: Mapping[str, bool]
    """Its Python files, with forward slashes; whether each runs where the member is installed."""
    modules: tuple[str, ...] = ()
    """The dotted names under which others import it: packages, modules, and what of its own lies
    in a namespace package that it shares with others; sorted."""
    bases: tuple[str, ...] = ()
    """The folders from which its modules are imported: `src`, or empty for its own folder."""


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    path: str
    """Relative to the member's folder, with forward slashes."""
    runs: bool
    """Whether it runs where the member is installed; tests and scripts beside it do not."""
    content: bytes | None
    """`None` where it could not be read."""
