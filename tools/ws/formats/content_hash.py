"""The content-hash by which Poetry tells whether a lock belongs to a manifest."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROJECT_KEYS = ("requires-python", "dependencies", "optional-dependencies")
_LEGACY_KEYS = ("dependencies", "source", "extras", "dev-dependencies")


def content_hash(document: Mapping[str, Any], *, dependency_groups: bool = True) -> str:
    """The content-hash of a parsed `pyproject.toml`, as Poetry's `Locker._get_content_hash`.

    `dependency_groups=False` gives what Poetry before 2.3 wrote.
    """
    content = _content(document, dependency_groups=dependency_groups)
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _content(document: Mapping[str, Any], *, dependency_groups: bool) -> dict[str, Any]:
    project = document.get("project", {})
    modern: dict[str, Any] = {}
    if in_project := {key: project[key] for key in _PROJECT_KEYS if key in project}:
        modern["project"] = in_project
    if dependency_groups and document.get("dependency-groups"):
        modern["dependency-groups"] = document["dependency-groups"]

    poetry = document.get("tool", {}).get("poetry", {})
    present = {key: poetry[key] for key in (*_LEGACY_KEYS, "group") if key in poetry}
    if modern:
        return {**modern, "tool": {"poetry": present}}
    # The older form stands at top level, with a null for each key that is missing.
    return dict.fromkeys(_LEGACY_KEYS) | present
