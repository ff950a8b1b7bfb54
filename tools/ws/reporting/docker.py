"""What became of Dockerfiles, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.reporting.human import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.reporting.human import Style

_COLOURS = {"ok": "green", "broken": "red", "cannot-tell": "yellow"}


def render(data: Mapping[str, Any], style: Style) -> str:
    """A line for each build of a Dockerfile: whose it is, from where, and whether it works."""
    rows = [
        (_name(one), ", ".join(one["members"]) or "-", one["context"], one["status"])
        for one in data["dockerfiles"]
    ]
    if not rows:
        return ""
    head, *lines = table(("DOCKERFILE", "MEMBER", "CONTEXT", "STATUS"), rows, style).splitlines()
    told = (
        line.removesuffix(row[-1]) + style(row[-1], _COLOURS[row[-1]])
        for line, row in zip(lines, rows, strict=True)
    )
    return "".join(f"{line}\n" for line in (head, *told))


def _name(one: Mapping[str, Any]) -> str:
    """Its path, and what tells this build from others of the same file."""
    target = f" --target {one['target']}" if one["target"] else ""
    given = "".join(f" {name}={value}" for name, value in sorted(one["arguments"].items()))
    return f"{one['path']}{target}{given}"
