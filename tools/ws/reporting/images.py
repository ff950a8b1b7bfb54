"""Images and their layers, as tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.reporting.human import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.reporting.human import Style

_COLOURS = {
    "done": "green", "skipped": None, "failed": "red", "aborted": "yellow",
    "up to date": "green", "stale": "yellow", "missing": "yellow", "running": "green",
    "cannot be built": "red",
}  # fmt: skip
_UNITS = ("B", "kB", "MB", "GB")
_FEW = 3


def built(data: Mapping[str, Any], style: Style) -> str:
    """A line for each image: what became of it, how long it took, and what it weighs."""
    rows = [
        (
            one["tag"],
            one["status"],
            f"{one['seconds']:.1f} s" if one["seconds"] else "-",
            size(one["size"]),
            f"{one['shared']} layers" if one["shared"] else "-",
            one["reason"],
        )
        for one in data["images"]
    ]
    head = ("IMAGE", "STATUS", "TIME", "SIZE", "SHARED", "WHAT RAN")
    return coloured(head, rows, 1, style) if rows else ""


def status(data: Mapping[str, Any], style: Style) -> str:
    """The engine, then a line for each image: whether it is what would be built now."""
    engine = data["engine"]
    word = style(engine["state"].replace("-", " "), _COLOURS.get(engine["state"], "yellow"))
    lines = f"engine: {word}: {engine['detail']}\n"
    lines += f"    → {engine['hint']}\n" if engine["hint"] else ""
    rows = [
        (one["tag"], one["status"], size(one["size"]), _short(one["revision"]), one["reason"])
        for one in data["images"]
    ]
    head = ("IMAGE", "STATUS", "SIZE", "REVISION", "WHY")
    return lines + (coloured(head, rows, 1, style) if rows else "")


def layers(data: Mapping[str, Any], style: Style) -> str:
    """The layers as a tree, what is in them and for whom; then what they save."""
    children: dict[str, list[Mapping[str, Any]]] = {}
    names = {one["name"] for one in data["layers"]}
    for one in data["layers"]:
        children.setdefault(one["on"] if one["on"] in names else "", []).append(one)
    lines = [line for one in children.get("", ()) for line in _tree(one, children, "", style)]
    own = [one for one in data["images"] if one["dockerfile"]]
    lines += [f"{one['tag']}  by {one['dockerfile']}" for one in own]
    if data["size"] is not None and data["layers"]:
        lines.append(f"{size(data['size'])} in all, {size(data['apart'])} if each had its own")
    elif data["layers"]:
        lines.append("sizes are known of what is installed: ws install")
    return "".join(f"{line}\n" for line in lines)


def smoke(data: Mapping[str, Any], style: Style) -> str:
    """A line for each image: what came of each check; then what was found where one failed."""
    names = ("user", "answers", "packages", "imports")
    rows = [
        (one["tag"], *(one["checks"].get(name, {"status": "-"})["status"] for name in names))
        for one in data["images"]
    ]
    return table(("IMAGE", *map(str.upper, names)), rows, style) if rows else ""


def tested(data: Mapping[str, Any], style: Style) -> str:
    """A line for each image: what came of its tests."""
    rows = [(one["tag"], one["status"], one["reason"] or "-") for one in data["images"]]
    return coloured(("IMAGE", "STATUS", "TESTS"), rows, 1, style) if rows else ""


def measured(data: Mapping[str, Any], style: Style) -> str:
    """A line for each image: what it weighs, how it starts and was built, each with its budget."""
    rows = [
        (
            one["tag"],
            *(_beside(one, quantity) for quantity in ("size", "start", "build")),
            one["ran"] or "-",
        )
        for one in data["images"]
    ]
    return table(("IMAGE", "SIZE", "START", "BUILD", "WHAT RAN"), rows, style) if rows else ""


def bundled(data: Mapping[str, Any], style: Style) -> str:
    """What a first build downloads, a line each; the sum, what can be had instead, and sizes."""
    if "downloads" not in data:
        return ""
    rows = [
        (
            one["kind"],
            one["name"],
            _who(one["members"]),
            size(one["size"]),
            size(one["download"]),
            _listed(one["packages"]),
        )
        for one in data["downloads"]
    ]
    head = ("KIND", "FIRST BUILD DOWNLOADS", "FOR", "ON DISK", "ABOUT", "WHAT")
    lacking = any(one["download"] is None for one in data["downloads"])
    lines = [f"about {size(data['download'])} in all{', and what has no size' if lacking else ''}"]
    for one in data["instead"]:
        about = f", about {size(one['download'])}" if one["download"] else ""
        lines.append(f"or {one['source']}: {one['name']}{about}")
    lines.append(f"the bundle: {len(data['files'])} files, {size(data['size'])}")
    if data["archive"]:
        lines.append(f"{data['archive']['path']}: {size(data['archive']['size'])}")
    return table(head, rows, style) + "".join(f"{line}\n" for line in lines)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more or "-"


def _who(members: Sequence[str]) -> str:
    return ", ".join(members) if len(members) < _FEW else f"{len(members)} images"


def _beside(one: Mapping[str, Any], quantity: str) -> str:
    """What was measured, and what may be: `363 MB of 400 MB`, with `!` where that is broken."""

    def told(value: float | None) -> str:
        if value is None:
            return "-"
        return size(int(value)) if quantity == "size" else f"{value:.2f} s"

    limit = one["budget"][quantity]
    mark = " !" if one["holds"][quantity] is False else ""
    return told(one[quantity]) + (f" of {told(limit)}{mark}" if limit is not None else "")


def _tree(
    layer: Mapping[str, Any],
    children: Mapping[str, list[Mapping[str, Any]]],
    indent: str,
    style: Style,
) -> list[str]:
    members = layer["members"]
    who = ", ".join(members) if len(members) <= _FEW else f"{len(members)} images"
    weight = f", {size(layer['size'])}" if layer["size"] is not None else ""
    count = len(layer["packages"])
    title = f"{indent}{style(layer['name'], bold=True)}  for {who}"
    listed = ", ".join(f"{one['name']} {one['version']}" for one in layer["packages"])
    lines = [f"{title}: {count} package{'s' * (count != 1)}{weight}", f"{indent}    {listed}"]
    for child in children.get(layer["name"], ()):
        lines += _tree(child, children, f"{indent}  ", style)
    return lines


def size(count: int | None) -> str:
    """A number of bytes as people read it, in units of 1000 as `docker image ls` has them."""
    if count is None:
        return "-"
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004
        value, unit = value / 1000, unit + 1
    return f"{value:.3g} {_UNITS[unit]}"


def _short(revision: str | None) -> str:
    if not revision:
        return "-"
    commit, _, dirty = revision.partition("-")
    return f"{commit[:9]}{'-dirty' if dirty else ''}"


def coloured(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], column: int, style: Style
) -> str:
    """A table in which one column has the colour of what it says."""
    first, *lines = table(head, rows, style).splitlines()
    told = [
        line.replace(f"  {row[column]}", f"  {style(row[column], _COLOURS.get(row[column]))}", 1)
        for line, row in zip(lines, rows, strict=True)
    ]
    return "".join(f"{line}\n" for line in (first, *told))
