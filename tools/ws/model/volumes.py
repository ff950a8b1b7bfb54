"""What a member's program finds in a folder that no image holds: models, caches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sharing = Literal["workspace", "member", "machine"]
"""With whom a volume is shared: the members of one workspace, nobody, all installations."""

Update = Literal["missing", "changed", "never"]
"""When a volume is filled: where it is empty, also where its source is another one, or by hand."""

SHARINGS: tuple[Sharing, ...] = ("workspace", "member", "machine")
UPDATES: tuple[Update, ...] = ("missing", "changed", "never")


@dataclass(frozen=True, slots=True)
class Volume:
    """A folder for models or caches (`[tool.ws.docker.volumes.NAME]`)."""

    name: str
    path: str
    """Where it lies in the member's container; absolute."""
    size: int = 0
    """About how many bytes will be in it; 0 where nobody says."""
    source: str = ""
    """What fills it: a file or folder, relative to the member's folder, or an https address.
    Empty for a cache, which the program fills itself."""
    sha256: str = ""
    """The digest of what an address gives."""
    shared: Sharing = "workspace"
    update: Update = "missing"
    environment: str = ""
    """A variable that tells the program where the folder is; where it runs without Docker, that
    is not `path`."""
