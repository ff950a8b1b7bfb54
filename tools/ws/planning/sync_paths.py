"""Dependencies on members: by path, editable, and not lost from what is published."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.formats import requirement as pep508
from ws.formats.pyproject_editor import (
    AddPath,
    AddRequirement,
    KeepFirst,
    ToPath,
    ToRequirement,
    as_path,
)
from ws.model.manifest import MAIN, POETRY_MAIN, PROJECT_MAIN
from ws.planning import ranges
from ws.planning.change import Change, table_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.formats.toml_places import Keys
    from ws.model.manifest import Dependency
    from ws.model.workspace import Member, Workspace


def changes(workspace: Workspace, member: Member) -> Iterator[Change]:
    """All that is wrong with the dependencies of a member on other members."""
    known = workspace.by_name
    ours = [
        (dependency, known[dependency.name])
        for dependency in member.manifest.dependencies
        if dependency.name in known and dependency.name != member.name
        if not member.manifest.settings.of(dependency.name).published
    ]
    by_table: dict[Keys, set[str]] = {}
    for dependency, _ in ours:
        if dependency.keys[0] == "tool":
            names = (key for key in dependency.keys if isinstance(key, str))
            by_table.setdefault(tuple(names)[:-1], set()).add(dependency.name)
    for dependency, target in ours:
        if dependency.keys[0] == "tool":
            yield from _in_table(member, dependency, target)
        else:
            yield from _in_array(member, dependency, target)
            yield from _without_path(member, dependency, target, by_table)
    yield from _lost(member, ours)


def beyond_repair(workspace: Workspace, member: Member) -> Iterator[Change]:
    """Path dependencies that leave the workspace and name no member."""
    known = workspace.by_name
    for dependency in member.manifest.dependencies:
        path = _written_path(member, dependency)
        if path and dependency.name not in known and _leaves_root(member, path):
            yield Change(
                member,
                "sync/outside-root",
                f'{dependency.name} points to "{path}", outside the workspace, and is no member',
                dependency.keys,
                hint="move the package into the workspace, or depend on a published version of it",
            )


def path_to(member: Member, target: Member) -> str:
    """The path of another member, relative to a member's folder, with forward slashes."""
    return posixpath.relpath(target.path, member.path)


def requirement_on(member: Member, target: Member) -> str:
    """A PEP 508 requirement on a member that admits its current version."""
    in_project = value_at(target, ("project", "name"))
    name = str(in_project or value_at(target, ("tool", "poetry", "name")) or target.name)
    version = ranges.published(target.manifest.version)
    requirement = pep508.Requirement(name)
    return requirement.with_version(version, parentheses=_parentheses(member))


def _in_table(member: Member, dependency: Dependency, target: Member) -> Iterator[Change]:
    """A dependency in one of Poetry's tables; a list of constraints is looked at as a whole."""
    keys = dependency.keys
    if not isinstance(keys[-1], int):
        yield from _entry(member, dependency, target)
        return
    items = value_at(member, keys[:-1])
    path, develop = path_to(member, target), member.manifest.settings.of(target.name).develop
    converted = [as_path(item, path, develop=develop) for item in items]
    if all(item == converted[0] for item in converted):
        if keys[-1] == 0:
            yield Change(
                member,
                "sync/source",
                f"{target.name} in {table_of(keys)} is a list of constraints, not one path",
                keys[:-1],
                (KeepFirst(keys[:-1]), ToPath(keys[:-1], path, develop)),
            )
    else:
        yield from _entry(member, dependency, target)


def _entry(member: Member, dependency: Dependency, target: Member) -> Iterator[Change]:
    keys = dependency.keys
    value = value_at(member, keys)
    path, develop = path_to(member, target), member.manifest.settings.of(target.name).develop
    here = f"{dependency.name} in {table_of(keys)}"
    wanted = as_path(value, path, develop=develop)
    if isinstance(value, dict) and {**value, "path": _normal(value.get("path"))} == wanted:
        return
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        rule, message = "sync/source", f'{here} is not taken from its path "{path}"'
    elif _normal(value["path"]) != path:
        rule, message = "sync/path", f'{here} points to "{value["path"]}", not to "{path}"'
    elif bool(value.get("develop", False)) is not develop:
        wrong = "is not editable (develop = true is missing)" if develop else "is editable"
        rule, message = "sync/develop", f"{here} {wrong}"
    else:
        rule, message = "sync/source", f"{here} has a path, and another source as well"
    yield Change(member, rule, message, keys, (ToPath(keys, path, develop),))


def _in_array(member: Member, dependency: Dependency, target: Member) -> Iterator[Change]:
    """A PEP 508 string: it keeps a range of versions, which must admit the member's own."""
    keys, version = dependency.keys, target.manifest.version
    written = str(value_at(member, keys))
    parsed = pep508.parse(written)
    if parsed is None:
        return
    if parsed.url:
        new = parsed.with_version(ranges.published(version), parentheses=_parentheses(member))
        message = f'{dependency.name} in {table_of(keys)} is taken from "{parsed.url}"'
        yield Change(member, "sync/source", message, keys, (ToRequirement(keys, new),))
    elif not ranges.admits(parsed.version, version):
        wide = ranges.widened(parsed.version, version)
        new = parsed.with_version(wide, parentheses=parsed.parentheses)
        message = (
            f'"{written}" does not admit {version}, the version of {target.path}:'
            " Poetry drops the path dependency from the lock without a word"
        )
        rule = "sync/range-excludes-member"
        yield Change(member, rule, message, keys, (ToRequirement(keys, new),))


def _without_path(
    member: Member, dependency: Dependency, target: Member, by_table: dict[Keys, set[str]]
) -> Iterator[Change]:
    """A PEP 508 string says what is published; a table of Poetry's, where it comes from here."""
    keys = dependency.keys
    table = POETRY_MAIN
    if keys[0] == "dependency-groups":
        table = ("tool", "poetry", "group", keys[1], "dependencies")
    names = by_table.setdefault(table, set())
    if dependency.name in names:
        return
    names.add(dependency.name)
    parsed = pep508.parse(str(value_at(member, keys)))
    develop = member.manifest.settings.of(target.name).develop
    name = parsed.name if parsed else dependency.name
    yield Change(
        member,
        "sync/no-path",
        f"{dependency.name} in {table_of(keys)} has no path in [{'.'.join(map(str, table))}]",
        keys,
        (AddPath(table, name, path_to(member, target), develop),),
    )


def _lost(member: Member, ours: list[tuple[Dependency, Member]]) -> Iterator[Change]:
    """A path alone, where `[project]` lists dependencies, is in no wheel and in no lock."""
    if not is_listed_by_project(member):
        return
    published = {dependency.name for dependency, _ in ours if dependency.keys[0] == "project"}
    for dependency, target in ours:
        if dependency.keys[:3] == POETRY_MAIN and dependency.name not in published:
            published.add(dependency.name)
            yield Change(
                member,
                "sync/lost",
                f"{dependency.name} stands in [tool.poetry.dependencies] alone: with"
                " [project].dependencies, Poetry leaves it out of wheel and lock without a word",
                dependency.keys,
                (AddRequirement(PROJECT_MAIN, requirement_on(member, target)),),
            )


def is_listed_by_project(member: Member) -> bool:
    """Whether `[project]` lists this member's main dependencies."""
    project = value_at(member, ("project",)) or {}
    return bool(project.get("dependencies")) and "dependencies" not in project.get("dynamic", ())


def has_main(member: Member, name: str) -> bool:
    """Whether a member has a main dependency of this name, wherever it stands."""
    return any(d.name == name and d.group == MAIN for d in member.manifest.dependencies)


def _parentheses(member: Member) -> bool:
    """Whether the requirements of a member put their versions in parentheses, as Poetry does."""
    written = value_at(member, PROJECT_MAIN) or []
    parsed = [pep508.parse(item) for item in written if isinstance(item, str)]
    versions = [item for item in parsed if item is not None and item.version]
    return not versions or any(item.parentheses for item in versions)


def _written_path(member: Member, dependency: Dependency) -> str:
    value = value_at(member, dependency.keys)
    if not isinstance(value, dict):
        return ""
    path = value.get("path") or value.get("file") or ""
    return path if isinstance(path, str) else ""


def _leaves_root(member: Member, path: str) -> bool:
    normal = posixpath.normpath(posixpath.join(member.path, path.replace("\\", "/")))
    return normal == ".." or normal.startswith(("/", "../"))


def _normal(path: object) -> object:
    return posixpath.normpath(path) if isinstance(path, str) else path
