"""`[[shared]]`: who must depend on a shared package, and need not repeat what it brings."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from ws.formats import requirement as pep508
from ws.formats.pyproject_editor import AddPath, AddRequirement, Edit, Remove
from ws.model.manifest import MAIN, POETRY_MAIN, PROJECT_MAIN
from ws.model.names import normalise
from ws.planning import ranges
from ws.planning.change import Change, table_of, value_at
from ws.planning.placing import is_consumer
from ws.planning.sync_paths import has_main, is_listed_by_project, path_to, requirement_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.formats.toml_places import Keys
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


class Bringing(NamedTuple):
    """What a shared package brings, worked out once for all of its consumers."""

    packages: dict[str, Declared]
    members: set[str]
    """The members that it depends on, near and far, and itself."""


def bringing(workspace: Workspace) -> dict[str, Bringing]:
    """What each shared package brings, by its name."""
    known, graph = workspace.by_name, workspace.graph
    return {
        name: Bringing(_brought(known, known[name]), graph.with_dependencies([name]))
        for name in {shared.package for shared in workspace.settings.shared}
        if name in known
    }


def changes(workspace: Workspace, member: Member, brought: dict[str, Bringing]) -> Iterator[Change]:
    """Shared packages that a member lacks, and dependencies that they bring it anyway.

    `brought` is what `bringing` says of the same workspace.
    """
    known = workspace.by_name
    told: set[Keys] = set()
    for shared in workspace.settings.shared:
        package = known.get(shared.package)
        if package is None or package is member or not is_consumer(member.path, shared.consumers):
            continue
        if not has_main(member, package.name):
            yield _missing(member, package)
        if shared.dedupe:
            for change in _repeated(member, package, shared, brought[package.name]):
                if change.keys not in told:  # two shared packages may bring the same
                    told.add(change.keys)
                    yield change


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
    member: Member, package: Member, shared: Shared, brought: Bringing
) -> Iterator[Change]:
    """What the shared package brings in the very groups in which the member always needs it."""
    if member.name in brought.members:
        return  # each would rely on the other, and in the end nobody would have it
    for dependency in member.manifest.dependencies:
        mine = _declared(member, dependency)
        theirs = brought.packages.get(dependency.name)
        if mine is None or theirs is None:
            continue
        if _is_kept(dependency.name, shared) or _is_tied(member, dependency):
            continue
        new = not has_main(member, package.name) and dependency.group == MAIN
        if not (new or always_needs(member, package.name, dependency.group)):
            continue
        if not mine.extras <= theirs.extras or not ranges.markers_cover(theirs.marker, mine.marker):
            continue
        yield _repetition(member, package, mine, theirs)


def always_needs(member: Member, name: str, group: str) -> bool:
    """Whether a member has a local package in a group under no condition: no extra, no marker.

    A `[project]` member says so in two places, and both must.
    """
    if member.manifest.settings.of(name).published:
        return False
    found = [d for d in member.manifest.dependencies if d.name == name and d.group == group]
    return bool(found) and all(_is_unconditional(member, dependency) for dependency in found)


def _is_unconditional(member: Member, dependency: Dependency) -> bool:
    keys, value = dependency.keys, value_at(member, dependency.keys)
    if keys[0] == "tool":
        conditions = {"markers", "python", "platform", "optional"}
        return not isinstance(keys[-1], int) and conditions.isdisjoint(
            value if isinstance(value, dict) else ()
        )
    parsed = pep508.parse(str(value))
    in_extra = keys[:2] == ("project", "optional-dependencies")
    return parsed is not None and not parsed.marker and not in_extra


def _is_tied(member: Member, dependency: Dependency) -> bool:
    """Whether other tables of the manifest speak of a dependency, so that it cannot go alone."""
    if _is_in_extra(member, dependency.name):
        return True
    return is_listed_by_project(member) and any(
        other.name == dependency.name and other.keys[:3] == POETRY_MAIN
        for other in member.manifest.dependencies
    )


def _is_in_extra(member: Member, name: str) -> bool:
    """Whether `[tool.poetry.extras]` names a dependency, which must stand there then."""
    extras = value_at(member, ("tool", "poetry", "extras")) or {}
    return any(normalise(str(item)) == name for items in extras.values() for item in items)


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


def _brought(known: dict[str, Member], package: Member) -> dict[str, Declared]:
    """The published packages that a member's main dependencies always bring, near ones first."""
    found: dict[str, Declared] = {}
    todo, seen = [package], {package.name}
    for near in todo:
        listed = is_listed_by_project(near)  # then tables of Poetry's bring nothing themselves
        for dependency in near.manifest.dependencies:
            name = dependency.name
            if dependency.group != MAIN or name in seen:
                continue
            if listed and dependency.keys[0] == "tool":
                continue
            if name in known:
                if always_needs(near, name, MAIN):
                    seen.add(name)
                    todo.append(known[name])
            elif (declared := _declared(near, dependency)) is not None:
                found.setdefault(name, declared)
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
