"""What `ws install` did to which member, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.reporting.human import Style

_COUNTS = ("installed", "updated", "removed")
_OTHERWISE = {"skipped": "nothing", "failed": "failed", "aborted": "interrupted"}


def render(data: Mapping[str, Any], style: Style) -> str:
    """A row for each member; nothing if nothing was done to any."""
    if not any(member["engine"] for member in data["members"]):
        return ""
    from ws.reporting.human import table

    times = ["TIME", *map(_time, data["members"])]
    width = max(map(len, times))  # numbers stand below each other
    head, *rows = (
        (*row, time.rjust(width))
        for row, time in zip(
            [("MEMBER", "ENGINE", "DONE"), *map(_row, data["members"])], times, strict=True
        )
    )
    return table(head, rows, style)


def _row(member: Mapping[str, Any]) -> tuple[str, str, str]:
    return member["member"], member["engine"] or "-", _done(member)


def _time(member: Mapping[str, Any]) -> str:
    return f"{member['seconds']:.1f} s" if member["engine"] else "-"


def _done(member: Mapping[str, Any]) -> str:
    if member["status"] != "done":
        return _OTHERWISE[member["status"]]
    changes = [f"{member[name]} {name}" for name in _COUNTS if member.get(name)]
    return ", ".join(changes) or "no package changed"
