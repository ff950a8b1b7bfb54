"""What a Dockerfile takes from its build context, as far as its text tells."""

from __future__ import annotations

import re
from posixpath import join, normpath
from typing import TYPE_CHECKING

from ws.planning.docker_context import taken

if TYPE_CHECKING:
    from ws.model.docker import Dockerfile

_OPEN = re.compile(r"[*?\[$\\]")


def sources(dockerfile: Dockerfile, context: str) -> tuple[str, ...]:
    """The files and folders that it copies or mounts, relative to the workspace root, sorted.

    Of a pattern, or a path with a variable, the folder above that; so it is more rather than less.
    """
    named = (path for one in dockerfile.instructions for path in taken(one) if "://" not in path)
    return tuple(sorted({normpath(join(context, _certain(path))) for path in named}))


def _certain(path: str) -> str:
    """The part of a path that is no pattern and holds no variable."""
    parts: list[str] = []
    for part in path.strip("/").split("/"):
        if _OPEN.search(part):
            break
        parts.append(part)
    return "/".join(parts) or "."
