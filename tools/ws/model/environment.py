"""A member's `.venv`, and what it was made from: what tells whether it is still as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Environment(NamedTuple):
    """What no change of an environment by hand leaves as it was (`facts`, in `ws.files`)."""

    config: str
    """The text of its `pyvenv.cfg`; empty if there is none, and so no environment."""
    python: tuple[str, int, int] | None
    """The real path of its interpreter, its size and time; `None` if it is gone."""
    scripts: frozenset[str]
    """The names in `bin/`."""
    packages: frozenset[str]
    """The names in `site-packages`."""
    infos: Mapping[str, int]
    """When something was last put into each dist-info folder, or taken out of it."""
    links: Mapping[str, str]
    """The content of each `.pth` file."""


class Inputs(NamedTuple):
    """What an environment is made from."""

    engine: str
    """Who makes it."""
    root: str
    """The workspace root, absolute: environments hold absolute paths."""
    folder: str
    """The member's folder, relative to the root."""
    asked: tuple[str, ...]
    """The options for groups, extras and so on, as the engine is given them."""
    files: Mapping[str, str]
    """A digest of each file that has a say in it, by its path relative to the root; empty for one
    that is not there."""
    parts: Mapping[str, Mapping[str, str]]
    """Of each manifest among these a digest of each part that has a say, by the part's name."""


class Stamp(NamedTuple):
    """What was installed from what: written when all was well, and gone with the environment."""

    inputs: Inputs
    environment: Environment


class Integrity(NamedTuple):
    """What is wrong with the distributions in an environment, by normalised name."""

    broken: tuple[str, ...] = ()
    """Their dist-info has no RECORD or no INSTALLER: an install was killed."""
    damaged: tuple[str, ...] = ()
    """Files are gone that their RECORD names."""
    installed: frozenset[str] = frozenset()
    """All that have a dist-info."""
