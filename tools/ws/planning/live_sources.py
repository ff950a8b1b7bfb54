"""Which folders of a member are mounted where its image for development runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.model.workspace import Member


def live_folders(member: Member, has: Callable[[str], bool]) -> tuple[str, ...]:
    """The folders of its sources, relative to the root: as few as hold all that it imports.

    `has` tells whether a file is there. Where its manifest does not tell them, that is the whole of
    its folder: then Compose sees no change of its manifest, as it does not watch what is mounted.
    """
    named = _named(member) or _found(member, has)
    if not named or any("*" in name or name.endswith(".py") or name == "." for name in named):
        return (member.path,)
    return tuple(dict.fromkeys(map(member.file, named)))


def _named(member: Member) -> list[str]:
    """The first parts of where its packages lie, as its manifest says."""
    poetry: Any = member.manifest.document.get("tool", {}).get("poetry", {})
    found = []
    for entry in poetry.get("packages", ()):
        path = entry if isinstance(entry, str) else entry.get("include", "")
        above = "" if isinstance(entry, str) else entry.get("from", "")
        found.append(f"{above}/{path}".strip("/").split("/")[0] or ".")
    return found


def _found(member: Member, has: Callable[[str], bool]) -> list[str]:
    """Where poetry-core finds the package of its name."""
    module = member.name.replace("-", "_")
    if has(member.file(f"src/{module}/__init__.py")):
        return ["src"]
    return [module] if has(member.file(f"{module}/__init__.py")) else []
