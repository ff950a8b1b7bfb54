"""What a Dockerfile takes from its build context, as far as its text tells."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.docker import Dockerfile

_OPEN = re.compile(r"[*?\[$\\]")
_MOUNTED = re.compile(r"(?:source|src)=([^,]+)")


def sources(dockerfile: Dockerfile, context: str) -> tuple[str, ...]:
    """The files and folders that it copies or mounts, relative to the workspace root, sorted.

    Of a pattern, or a path with a variable, the folder above that; so it is more rather than less.
    """
    found = {posixpath.normpath(posixpath.join(context, each)) for each in _named(dockerfile)}
    return tuple(sorted(found))


def _named(dockerfile: Dockerfile) -> Iterator[str]:
    for instruction in dockerfile.instructions:
        if instruction.kind in ("COPY", "ADD") and instruction.flag("from") is None:
            for word in instruction.words[:-1]:
                if "://" not in word.text:
                    yield _certain(word.text.strip("\"'"))
        for flag in instruction.flags:
            if flag.name == "mount" and "type=bind" in flag.value and "from=" not in flag.value:
                mounted = _MOUNTED.search(flag.value)
                yield _certain(mounted[1] if mounted else "")


def _certain(path: str) -> str:
    """The part of a path that is no pattern and holds no variable."""
    parts: list[str] = []
    for part in path.strip("/").split("/"):
        if _OPEN.search(part):
            break
        parts.append(part)
    return "/".join(parts) or "."
