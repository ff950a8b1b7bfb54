"""Images that went into archives and registries, or came from there, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.reporting.images import coloured, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.reporting.human import Style


def saved(data: Mapping[str, Any], style: Style) -> str:
    """A line for each image: what it weighs, and what of it no other has; then the file."""
    rows = [
        (one["tag"], one["status"], *(size(one[key]) for key in ("size", "compressed", "own")))
        for one in data["images"]
    ]
    head = ("IMAGE", "STATUS", "SIZE", "COMPRESSED", "ITS OWN")
    lines = coloured(head, rows, 1, style) if rows else ""
    apart = f", {size(data['apart'])} if each had its own" if len(rows) > 1 else ""
    return f"{lines}{data['archive']}: {size(data['size'])}{apart}\n{_vouched(data)}"


def loaded(data: Mapping[str, Any], style: Style) -> str:
    """A line for each image: what became of it, and what of it the engine was sent."""
    rows = [
        (one["tag"], one["status"], size(one["size"]), size(one["sent"]), one["reason"])
        for one in data["images"]
    ]
    head = ("IMAGE", "STATUS", "SIZE", "SENT", "WHY")
    return (coloured(head, rows, 1, style) if rows else "") + _vouched(data)


def pushed(data: Mapping[str, Any], style: Style) -> str:
    """A line for each name in a registry: what became of it."""
    rows = [
        (one["reference"], one["status"], _tries(one), one["reason"])
        for image in data["images"]
        for one in image["references"]
    ]
    return coloured(("IMAGE", "STATUS", "TRIES", "WHY"), rows, 1, style) if rows else ""


def pulled(data: Mapping[str, Any], style: Style) -> str:
    """A line for each image: what became of it, and where it is from."""
    rows = [
        (one["tag"], one["status"], size(one["fetched"]), _tries(one), one["reason"])
        for one in data["images"]
    ]
    return coloured(("IMAGE", "STATUS", "FETCHED", "TRIES", "WHY"), rows, 1, style) if rows else ""


def _tries(one: Mapping[str, Any]) -> str:
    return str(one["tries"]) if one["tries"] else "-"


def _vouched(data: Mapping[str, Any]) -> str:
    """The digest by which a person knows the archive again."""
    return f"its list is {data['digest']}\n"
