"""A build of an image, as a Compose file, a Bake file, a task or a workflow asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.errors import Where


@dataclass(frozen=True, slots=True)
class Build:
    """What is built of which Dockerfile. Paths are relative to the workspace root."""

    dockerfile: str
    context: str
    """The folder; `.` for the root."""
    where: Where
    """Who says so."""
    args: Mapping[str, str] = field(default_factory=dict)
    """The build arguments whose values are known."""
    target: str = ""
    """The stage that is built; empty for the last one."""
    images: tuple[str, ...] = ()
    """What the image is called."""
