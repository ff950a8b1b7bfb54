"""What a machine has, for people: a line for each check, and its remedy below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.reporting.human import Style

_COLOURS = {"ok": "green", "warning": "yellow", "error": "red", "missing": None}


def render(data: Mapping[str, Any], style: Style) -> str:
    """State, title and detail of each check in columns."""
    checks = data["checks"]
    width = max(len(check["title"]) for check in checks)
    state = max(map(len, _COLOURS))
    lines = []
    for check in checks:
        status = check["status"]
        word = style(status.ljust(state), _COLOURS[status], bold=status in ("error", "warning"))
        lines.append(f"{word}  {check['title']:{width}}  {check['detail']}\n")
        if check["fix"]:
            lines.append(f"{'':{state + width + 4}}→ {check['fix']}\n")
    return "".join(lines)
