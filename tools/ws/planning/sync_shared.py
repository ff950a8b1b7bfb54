"""`[[shared]]`: who must depend on a shared package, and need not repeat what it brings."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from ws.formats import requirement as pep508
from ws.formats.pyproject_editor import AddPath, AddRequirement, Edit, Remove
from ws.model.manifest import MAIN
from ws.planning import ranges
from ws.planning.change import POETRY_MAIN, PROJECT_MAIN, Change, table_of, value_at
from ws.planning.placing import is_consumer
from ws.planning.sync_paths import has_main, is_listed_by_project, path_to, requirement_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.manifest import Dependency
    from ws.model.workspace import Member, Shared, Workspace


class Declared(NamedTuple):
    """A dependency on a published package, in the terms of both forms."""

    dependency: Dependency
    constraint: str
    extras: frozenset[str]
    markers: str = ""
    """A PEP 508 marker; empty for everywhere."""
    python: str = ""
    """A constraint on Python, besides."""

    @property
    def marker(self) -> str:
        """Both as one PEP 508 marker."""
        python = ranges.python_marker(self.python) if self.python else ""
        return " and ".join(f"({marker})" for marker in (self.markers, python) if marker)


def changes(workspace: Workspace, member: Member) -> Iterator[Change]:
    """Shared packages that a member lacks, and dependencies that they bring it anyway."""
    known = workspace.by_name
    for shared in workspace.settings.shared:
        package = known.get(shared.package)
        if package is None or package is member or not is_consumer(member.path, shared.consumers):
            continue
        if not has_main(member, package.name):
            yield _missing(member, package)
        if shared.dedupe:
            yield from _repeated(workspace, member, package, shared)


def _missing(member: Member, package: Member) -> Change:
    """A main dependency on the shared package, in the form that the member has."""
    path = path_to(member, package)
    develop = member.manifest.settings.of(package.name).develop
    name = str(value_at(package, ("project", "name")) or package.name)
    edits: tuple[Edit, ...] = (AddPath(POETRY_MAIN, name, path, develop),)
    if is_listed_by_project(member):
        edits = (AddRequirement(PROJECT_MAIN, requirement_on(member, package)), *edits)
    keys = POETRY_MAIN if value_at(member, POETRY_MAIN) is not None else ("tool", "poetry")
    message = f"it must depend on {package.name}, as [[shared]] in workspace.toml says"
    return Change(member, "sync/missing", message, keys, edits)


def _repeated(
    workspace: Workspace, member: Member, package: Member, shared: Shared
) -> Iterator[Change]:
    """What the shared package brings in the very groups in which the member depends on it."""
    own = member.manifest.dependencies
    groups = {d.group for d in own if d.name == package.name} | {MAIN}
    brought = _brought(workspace, package)
    for dependency in own:
        if dependency.group not in groups or _is_kept(dependency.name, shared):
            continue
        mine = _declared(member, dependency)
        theirs = brought.get(dependency.name)
        if mine is None or theirs is None or dependency.name in workspace.by_name:
            continue
        if not mine.extras <= theirs.extras or not ranges.markers_cover(theirs.marker, mine.marker):
            continue
        yield _repetition(member, package, mine, theirs)


def _repetition(member: Member, package: Member, mine: Declared, theirs: Declared) -> Change:
    dependency = mine.dependency
    here = f"{dependency.name} in {table_of(dependency.keys)}"
    if ranges.covers(mine.constraint, theirs.constraint):
        message = f"{here} is brought by {package.name} already"
        return Change(member, "sync/repeated", message, dependency.keys, (Remove(dependency.keys),))
    return Change(
        member,
        "sync/differs",
        f'{here} is "{mine.constraint}", and {package.name} brings "{theirs.constraint}"',
        dependency.keys,
        hint=f'make them agree, or list "{dependency.name}" under keep of that [[shared]]',
    )


def _brought(workspace: Workspace, package: Member) -> dict[str, Declared]:
    """The published packages that a member's main dependencies bring, near ones first."""
    known = workspace.by_name
    found: dict[str, Declared] = {}
    todo, seen = [package], {package.name}
    for near in todo:
        for dependency in near.manifest.dependencies:
            if dependency.group != MAIN:
                continue
            if dependency.name in known:
                if dependency.name not in seen:
                    seen.add(dependency.name)
                    todo.append(known[dependency.name])
            elif (declared := _declared(near, dependency)) is not None:
                found.setdefault(dependency.name, declared)
    return found


def _declared(member: Member, dependency: Dependency) -> Declared | None:
    """A dependency that is always installed, from an index; `None` for others."""
    keys = dependency.keys
    value = value_at(member, keys)
    if keys[0] == "tool":
        if isinstance(keys[-1], int):  # several constraints of one: too much to compare
            return None
        return _declared_in_table(dependency, value)
    if keys[:2] == ("project", "optional-dependencies"):
        return None
    parsed = pep508.parse(str(value))
    if parsed is None or parsed.url:
        return None
    marker = parsed.marker.lstrip(" ;").strip()
    return Declared(dependency, parsed.version or "*", parsed.extra_names, marker)


def _declared_in_table(dependency: Dependency, value: object) -> Declared | None:
    if isinstance(value, str):
        return Declared(dependency, value, frozenset())
    plain = {"version", "extras", "markers", "python", "optional"}
    if not isinstance(value, dict) or not value.keys() <= plain or value.get("optional"):
        return None
    extras = frozenset(map(str, value.get("extras", ())))
    markers, python = str(value.get("markers", "")), str(value.get("python", ""))
    return Declared(dependency, str(value.get("version", "*")), extras, markers, python)


def _is_kept(name: str, shared: Shared) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in shared.keep)
