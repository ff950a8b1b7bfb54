"""Manifests and locks without the versions of local packages: a bump leaves them as they are."""

from __future__ import annotations

import contextlib
import re

from ws.formats import lock_blocks
from ws.formats.toml_edits import replace_value

VERSION = "0.0.0"
"""What stands in the place of a local version."""

_VERSION = re.compile(rb"""^version[ \t]*=[ \t]*["'][^"'\r\n]*["']""", re.MULTILINE)


def masked_manifest(text: str) -> str:
    """A valid `pyproject.toml` with another version of the package itself, all else kept."""
    for keys in (("project", "version"), ("tool", "poetry", "version")):
        with contextlib.suppress(KeyError):
            text = replace_value(text, keys, f'"{VERSION}"')
    return text


def masked_lock(data: bytes) -> bytes:
    """A `poetry.lock` with another version of each package that is a folder, all else kept.

    The content-hash stays right: Poetry makes it without versions (`Locker._get_content_hash`).
    """
    pieces = lock_blocks.split(data)
    masked = f'version = "{VERSION}"'.encode()
    blocks = (
        _VERSION.sub(masked, each.text, count=1) if each.source == "directory" else each.text
        for each in pieces.blocks
    )
    return b"".join((pieces.head, *blocks, pieces.rest))
