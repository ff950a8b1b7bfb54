"""What stands behind the colon of an image's name in a registry: `{version}`, `v{version}-{sha}`.

https://docs.docker.com/reference/cli/docker/image/tag/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("version", "sha", "branch")
HINT = "such as {version}, {sha}, or {branch}-{sha}"

_FIELD = re.compile(r"\{([^{}]*)\}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_NOT_OF_TAGS = re.compile(r"[^A-Za-z0-9._-]+")


def trouble(template: str) -> str:
    """What is wrong with a template; empty for nothing."""
    for name in _FIELD.findall(template):
        if name not in FIELDS:
            return f'"{{{name}}}" is no part of a tag'
    if not _TAG.fullmatch(_FIELD.sub("1", template)):
        return f'"{template}" is no tag of an image'
    return ""


def fields(template: str) -> tuple[str, ...]:
    """The fields that a template names, each once."""
    return tuple(dict.fromkeys(_FIELD.findall(template)))


def tag(template: str, values: Mapping[str, str]) -> str:
    """The tag that a template makes of these values; what no tag can hold becomes `-`.

    So the branch `feature/x` becomes `feature-x`, and the version `1.0+local` becomes `1.0-local`.
    """
    text = _FIELD.sub(lambda found: values[found[1]], template)
    return _NOT_OF_TAGS.sub("-", text).lstrip(".-")[:128]
