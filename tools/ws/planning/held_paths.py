"""The path dependencies that a member's lock must hold, and why Poetry leaves one out all the same.

A lock without one installs, builds and ships without the shared package, and `poetry check --lock`
finds nothing wrong with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.formats import requirement as pep508
from ws.model.manifest import PROJECT_MAIN
from ws.model.names import normalise
from ws.planning import sync_paths
from ws.planning.change import value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.model.manifest import Dependency
    from ws.model.workspace import Member, Workspace

_RULES = ("sync/lost", "sync/range-excludes-member")


def held(member: Member) -> tuple[str, ...]:
    """The names of the path dependencies that any lock of a member must hold, in their order.

    One that its Python or its markers never allow is none of them: Poetry rightly drops it.
    """
    found = (
        dependency.name
        for dependency in member.manifest.dependencies
        if dependency.path is not None and dependency.name != member.name
        if all(_may_hold(*condition) for condition in _conditions(member, dependency))
    )
    return tuple(dict.fromkeys(found))


def why_left_out(workspace: Workspace, member: Member, names: Sequence[str]) -> str:
    """Why a new lock of a member that lacks these path dependencies is refused, in one line."""
    listed = ", ".join(names)
    reasons = [
        change.message
        for change in sync_paths.changes(workspace, member)
        if change.rule in _RULES and _named(member, change.keys, names)
    ]
    because = "; ".join(reasons) or "Poetry left it out without a word"
    return (
        f"the new lock would lack {listed}, which {member.file('pyproject.toml')} takes from a"
        f" path, so nothing was written: {because}; run `ws sync`, then `ws lock`"
    )


def _conditions(member: Member, dependency: Dependency) -> Iterator[tuple[str, str, str]]:
    """What a dependency is made to depend on: the member's Python, and a Python, and a marker."""
    python = member.manifest.python
    value = value_at(member, dependency.keys)
    if isinstance(value, dict) and ("python" in value or "markers" in value):
        yield python, str(value.get("python", "*")), str(value.get("markers", ""))
    for written in value_at(member, PROJECT_MAIN) or ():
        parsed = pep508.parse(str(written))
        if parsed and parsed.marker and normalise(parsed.name) == dependency.name:
            yield python, "*", parsed.marker.strip().removeprefix(";").strip()


def _may_hold(whole: str, python: str, marker: str) -> bool:
    """Whether there is a Python that `whole` allows on which the condition holds; no if unsure."""
    from poetry.core.constraints.version import parse_constraint
    from poetry.core.packages.utils.utils import get_python_constraint_from_marker
    from poetry.core.version.markers import parse_marker

    try:
        allowed = parse_constraint(whole or "*").intersect(parse_constraint(python))
        parsed = parse_marker(marker)
        by_marker = get_python_constraint_from_marker(parsed)
    except ValueError:
        return False
    return not parsed.is_empty() and bool(allowed.allows_any(by_marker))


def _named(member: Member, keys: tuple[str | int, ...], names: Sequence[str]) -> bool:
    """Whether the dependency that stands at these keys has one of the names."""
    if isinstance(keys[-1], str):
        return normalise(keys[-1]) in names
    parsed = pep508.parse(str(value_at(member, keys)))
    return parsed is not None and normalise(parsed.name) in names
