"""What a member itself asks for, as Poetry reads it: every group, every extra.

poetry-core does the reading, and is imported only when this is asked. It is kept from the disk,
where it would look for each path: it gets no path to look for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ManifestError, Where
from ws.formats import requirement
from ws.model.manifest import MAIN
from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ws.model.manifest import Manifest
    from ws.model.workspace import Member

_PATHS = ("path", "file", "develop", "subdirectory")
_PROJECT = ("dynamic", "requires-python")
_TABLES = ("dependencies", "dev-dependencies")


@dataclass(frozen=True, slots=True)
class Direct:
    """One requirement of a member, in one of its groups."""

    name: str
    """Normalised."""
    constraint: str
    """Which versions it takes, in Poetry's words; `*` for all, and where it comes by path or url.
    Where `[project]` and a table of Poetry's speak of the same, what both allow."""
    group: str
    """`main`, or the normalised name of the group."""
    extras: tuple[str, ...] = ()
    """The extras of the package that are asked for, normalised and sorted."""
    marker: str = ""
    """Where it is needed, as PEP 508 has it; empty for everywhere. `python = ...` is in it."""
    in_extras: tuple[str, ...] = ()
    """The member's own extras that bring it; none if it is always there."""
    path: str | None = None
    """As written, relative to the member's folder; `None` for all but path dependencies."""
    origin: str = ""
    """What is not from an index: `path`, `git` or `url`; empty for what is."""
    optional: bool = False
    """Whether it is installed only where it is asked for."""
    dead: bool = False
    """Whether it is for other Pythons than the member's, so that it brings nothing."""


class Own(NamedTuple):
    """What Poetry takes from the manifest of the member that it locks."""

    requirements: tuple[Direct, ...]
    extras: dict[str, list[str]]
    """What each of its extras brings, as the lock has it: names as written, sorted."""
    python: str


def direct(member: Member) -> tuple[Direct, ...]:
    """All requirements of a member that bring something (`own`)."""
    return tuple(required for required in own(member).requirements if not required.dead)


def own(member: Member) -> Own:
    """All requirements of a member, group by group, as Poetry's solver takes them.

    One name may stand there several times: in groups, and with markers that part its versions.
    Raises `ManifestError` for what poetry-core cannot read. Source: poetry-core
    `Factory.configure_package`, `ProjectPackage.all_requires`; Poetry `Provider.complete_package`.
    """
    try:
        return _own(member.manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ManifestError(
            f"Poetry cannot read the dependencies: {error}",
            rule="manifest/dependencies",
            where=Where(member.file("pyproject.toml")),
            hint=f"see `poetry -C {member.path} check`",
            member=member.name,
        ) from error


def _own(manifest: Manifest) -> Own:
    package = _package(manifest)
    paths = _paths(manifest)
    python = package.python_constraint
    requirements = tuple(
        replace(
            _direct(dependency, group, paths.get((dependency.name, group))),
            dead=not python.allows_any(dependency.python_constraint),
        )
        for group in dict.fromkeys((MAIN, *manifest.groups))
        if package.has_dependency_group(group)
        for dependency in package.dependency_group(group).dependencies_for_locking
    )
    extras = {
        extra: sorted(dependency.pretty_name for dependency in dependencies)
        for extra, dependencies in package.extras.items()
    }
    return Own(requirements, extras, package.python_versions)


def _direct(dependency: Any, group: str, path: str | None) -> Direct:  # noqa: ANN401 - untyped here
    marker = dependency.marker.without_extras()
    origin = "git" if dependency.is_vcs() else "url" if dependency.is_url() else ""
    origin = origin or ("" if path is None else "path")
    return Direct(
        name=dependency.name,
        constraint="*" if origin in ("git", "url") else dependency.pretty_constraint,
        group=group,
        extras=tuple(sorted(dependency.extras)),
        marker="" if marker.is_any() else str(marker),
        in_extras=tuple(dependency.in_extras),
        path=path,
        origin=origin,
        optional=dependency.is_optional(),
    )


def _package(manifest: Manifest) -> Any:  # noqa: ANN401 - a ProjectPackage, untyped here
    factory = _factory()
    document = _without_paths(manifest.document)
    pyproject = SimpleNamespace(data=document, poetry_config=document["tool"]["poetry"])
    package = factory.get_package(manifest.name, "0")
    factory.configure_package(package, pyproject, Path())
    return package


@cache
def _factory() -> Any:  # noqa: ANN401 - untyped here
    from poetry.core.factory import Factory

    return Factory


def _without_paths(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a manifest speaks of dependencies, with any version for each path."""
    project, poetry = document.get("project", {}), document.get("tool", {}).get("poetry", {})
    said: dict[str, Any] = {key: project[key] for key in _PROJECT if key in project}
    if "dependencies" in project:
        said["dependencies"] = _listed(project["dependencies"])
    if "optional-dependencies" in project:
        optional = project["optional-dependencies"]
        said["optional-dependencies"] = {name: _listed(items) for name, items in optional.items()}
    groups = {name: _listed(items) for name, items in document.get("dependency-groups", {}).items()}
    return {
        "project": said,
        "dependency-groups": groups,
        "tool": {"poetry": _poetry(poetry)},
    }


def _poetry(poetry: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: _table(poetry[key]) for key in _TABLES if key in poetry}
    if "extras" in poetry:
        said["extras"] = poetry["extras"]
    if "group" in poetry:
        said["group"] = {
            name: group | {"dependencies": _table(group.get("dependencies", {}))}
            for name, group in poetry["group"].items()
        }
    return said


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _constraint(value) for name, value in table.items()}


def _constraint(value: Any) -> Any:  # noqa: ANN401 - whatever TOML can hold
    if isinstance(value, list):
        return [_constraint(item) for item in value]
    if isinstance(value, dict) and ("path" in value or "file" in value):
        return {key: value[key] for key in value if key not in _PATHS} | {"version": "*"}
    return value


def _listed(items: Iterable[Any]) -> list[Any]:
    """Requirements without the addresses that point into the file system."""
    return [_text(item) if isinstance(item, str) else item for item in items]


def _text(text: str) -> str:
    found = requirement.parse(text)
    if found is None or not found.url.startswith("file:"):
        return text
    return found.with_version("", parentheses=False)


def _paths(manifest: Manifest) -> dict[tuple[str, str], str]:
    """The path of each path dependency, by name and group; a list of constraints has its first."""
    found = {(d.name, d.group): d.path for d in reversed(manifest.dependencies) if d.path}
    return found | _urls(manifest.document)


def _urls(document: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The same for requirements in the form of PEP 508."""
    return {(normalise(found.name), group): found.url for group, found in _requirements(document)}


def _requirements(document: Mapping[str, Any]) -> Iterator[tuple[str, requirement.Requirement]]:
    project = document.get("project", {})
    lists = [(MAIN, project.get("dependencies", []))]
    lists += [(MAIN, items) for items in project.get("optional-dependencies", {}).values()]
    lists += [(normalise(n), items) for n, items in document.get("dependency-groups", {}).items()]
    for group, items in lists:
        for item in items:
            found = requirement.parse(item) if isinstance(item, str) else None
            if found is not None and found.url.startswith("file:"):
                yield group, found
