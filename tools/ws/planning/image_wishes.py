"""Whether what is asked of images on the command line can be, before anything is done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.errors import UsageError
from ws.planning.images import Wish

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
"""https://docs.docker.com/reference/cli/docker/image/tag/"""
_PLATFORM = re.compile(r"(?P<os>[a-z0-9]+)/(?P<machine>[a-z0-9_]+)(?:/v\d+)?")
_SYSTEMS = ("linux", "windows")
_MACHINES = (
    "386", "aarch64", "amd64", "arm", "arm64", "loong64", "mips64", "mips64le", "ppc64le",
    "riscv64", "s390x", "x86_64",
)  # fmt: skip
"""Of https://github.com/containerd/platforms/blob/main/database.go those that base images are
made for, and the names that it takes for them."""


def wished(*, dev: bool = False, tag: str = "") -> Wish:
    """What is asked for besides the members. Raises `UsageError` for what can be no tag."""
    if tag and not _TAG.fullmatch(tag):
        raise UsageError(
            f"{tag} is no tag of an image",
            rule="usage/tag",
            hint="letters, digits, _, . and -, at most 128 of them, and no . or - at the beginning",
        )
    return Wish(dev, tag)


def checked_platforms(names: Iterable[str]) -> tuple[str, ...]:
    """The same platforms. Raises `UsageError` for one that there is not."""
    platforms = tuple(names)
    for name in platforms:
        found = _PLATFORM.fullmatch(name)
        if not found or found["os"] not in _SYSTEMS or found["machine"] not in _MACHINES:
            raise UsageError(
                f"{name} is no platform of images",
                rule="usage/platform",
                hint="such as linux/amd64 or linux/arm64; for several, repeat --platform",
            )
    return platforms
