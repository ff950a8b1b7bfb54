"""Why a package is in a lock, as a tree and as plain data."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.model.lock import LockedPackage
    from ws.model.workspace import Member
    from ws.planning.lock_graph import Edge
    from ws.planning.why import Link, Why

Branches = dict[str, "Branches"]


def tree(member: Member, why: Why) -> str:
    """The chains, drawn from the member's groups down to the package; and who else asks for it."""
    groups: dict[str, Branches] = {}
    for chain in why.chains:
        below = groups.setdefault(chain[0].edge.group, {})
        for link in chain:
            below = below.setdefault(_line(member, link), {})
    lines = [line for group in groups for line in _drawn(f"{member.name} ({group})", groups[group])]
    if why.more:
        lines.append(f"… and {why.more} more: --all shows them")
    if why.others:
        lines.append(f"also asked for by {', '.join(_asking(edge) for edge in why.others)}")
    return "".join(f"{line}\n" for line in lines)


def data(member: Member, why: Why) -> dict[str, Any]:
    """The same as plain data; paths are relative to the workspace root."""
    return {
        "member": member.name,
        "versions": [package.version for package in why.packages],
        "chains": [[_link_data(member, link) for link in chain] for chain in why.chains],
        "more": why.more,
        "others": [_edge_data(edge) for edge in why.others],
    }


def in_one_line(chain: Sequence[Link]) -> str:
    """A chain as names: `main: shared → pydantic`."""
    return f"{chain[0].edge.group}: {' → '.join(_name(link.edge) for link in chain)}"


def _drawn(root: str, branches: Branches) -> Iterator[str]:
    yield root
    yield from _below(branches, "")


def _below(branches: Branches, indent: str) -> Iterator[str]:
    for number, (line, deeper) in enumerate(branches.items(), 1):
        last = number == len(branches)
        yield f"{indent}{'└── ' if last else '├── '}{line}"
        yield from _below(deeper, indent + ("    " if last else "│   "))


def _line(member: Member, link: Link) -> str:
    edge = link.edge
    folder = _folder(member, link.package)
    asked = _constraint(edge) if folder is None else f"path {folder}"
    extra = f"with extra {', '.join(edge.in_extras)}" if edge.in_extras else ""
    notes = "; ".join(note for note in (asked, _marker(edge), extra) if note)
    return f"{_name(edge)} {link.package.version} ({notes})"


def _asking(edge: Edge) -> str:
    who = f"{edge.source.name} {edge.source.version}" if edge.source else f"group {edge.group}"
    notes = "; ".join(note for note in (_constraint(edge), _marker(edge)) if note)
    return f"{who} ({notes})"


def _name(edge: Edge) -> str:
    return f"{edge.target}[{','.join(edge.extras)}]" if edge.extras else edge.target


def _constraint(edge: Edge) -> str:
    return "any version" if edge.constraint == "*" else edge.constraint


def _marker(edge: Edge) -> str:
    """Where it is needed; that an extra brings it is said in other words."""
    return "" if edge.in_extras and edge.marker.startswith("extra == ") else edge.marker


def _folder(member: Member, package: LockedPackage) -> str | None:
    """The folder of a path dependency, relative to the workspace root."""
    folder = package.folder
    return None if folder is None else posixpath.normpath(posixpath.join(member.path, folder))


def _link_data(member: Member, link: Link) -> dict[str, Any]:
    version = {"name": link.edge.target, "version": link.package.version}
    return version | _requirement(link.edge) | {"path": _folder(member, link.package)}


def _edge_data(edge: Edge) -> dict[str, Any]:
    source = edge.source
    who = {"name": source.name, "version": source.version} if source else {"group": edge.group}
    return {"by": who} | _requirement(edge)


def _requirement(edge: Edge) -> dict[str, Any]:
    return {
        "constraint": edge.constraint,
        "marker": edge.marker,
        "extras": list(edge.extras),
        "in_extras": list(edge.in_extras),
        "group": edge.group or None,
    }
