"""What `ws install` did to which member, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.reporting.human import Style

_COUNTS = ("installed", "updated", "removed")


def render(data: Mapping[str, Any], style: Style) -> str:
    """A row for each member; nothing if nothing was done to any."""
    if not any(member["engine"] for member in data["members"]):
        return ""
    from ws.reporting.human import table

    head = ("MEMBER", "ENGINE", "DONE", "TIME")
    return table(head, [tuple(_row(member)) for member in data["members"]], style)


def _row(member: Mapping[str, Any]) -> Iterator[str]:
    yield member["member"]
    yield member["engine"] or "-"
    yield _done(member)
    yield f"{member['seconds']:.1f} s" if member["engine"] else "-"


def _done(member: Mapping[str, Any]) -> str:
    if member["status"] != "done":
        return "nothing" if member["status"] == "skipped" else str(member["status"])
    changes = [f"{member[name]} {name}" for name in _COUNTS if member.get(name)]
    return ", ".join(changes) or "the member itself"
