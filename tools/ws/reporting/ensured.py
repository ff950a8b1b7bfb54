"""What `ws docker ensure` answers, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.reporting.human import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.reporting.human import Style

_WAYS = {
    "image": "its image is there",
    "pull": "pulled",
    "load": "loaded",
    "build": "built",
    "host": "runs without Docker",
}


def render(data: Mapping[str, Any], style: Style) -> str:
    """The engine, if it does not run; a line for each service, and for each volume.

    Why something is unavailable, findings tell.
    """
    engine = data["engine"]
    lines = "" if engine["kind"] == "running" else f"engine: {engine['detail']}\n"
    rows = [(one["name"], one["state"], _how(one)) for one in data["services"]]
    rows += [(one["name"], one["state"], "volume") for one in data["volumes"]]
    if not rows:
        return f"{lines}there are no services\n"
    colours = {"ready": "green", "unavailable": "red"}
    first, *told = table(("SERVICE", "STATE", "HOW"), rows, style).splitlines()
    for (_, state, _), line in zip(rows, told, strict=True):
        first += "\n" + line.replace(f"  {state}", f"  {style(state, colours[state])}", 1)
    return f"{lines}{first}\n"


def _how(service: Mapping[str, Any]) -> str:
    if service["state"] != "ready":
        return "required" if service["required"] else "optional: the product goes on without"
    return _WAYS[service["way"]]
