"""What `poetry lock` stores of a package that lies in a folder, worked out from its manifest.

poetry-core reads the manifest, as it does for Poetry (2.5: `PackageInfo.from_directory`); then come
the steps of `Provider.complete_package` that leave dependencies out, and those of
`Locker._dump_package` that write the entry. Nothing is resolved. poetry-core is imported in the
functions: most runs compare texts (`lock_text`) and do without.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from poetry.core.constraints.version import VersionConstraint
    from poetry.core.packages.dependency import Dependency
    from poetry.core.packages.project_package import ProjectPackage
    from poetry.core.version.markers import BaseMarker

_MAIN = "main"
UNKNOWN = "?"
"""A version that a plugin works out (`poetry-dynamic-versioning`)."""


class CannotTellError(ValueError):
    """Only Poetry itself can say what it would store; the message says why."""


class Entry(NamedTuple):
    """The fields of a `[[package]]` that follow from the manifest of its folder."""

    name: str
    version: str
    description: str
    python: str
    extras: Mapping[str, list[str]]
    dependencies: Mapping[str, Any]
    """As TOML would give them: a constraint, a table, or a list of these."""
    unsure: frozenset[str] = frozenset()
    """Keys of `dependencies` that the solver rewrites, so that they can not be compared."""
    loose: frozenset[str] = frozenset()
    """Those of which the solver may write the constraint in words of its own."""


class Requested(NamedTuple):
    """How a package is depended on, by all who do so in one lock."""

    python: str
    """The Python of the member that is locked, as it is written."""
    extras: frozenset[str]
    markers: str = ""
    """Where it is needed at all, as a marker; empty for everywhere."""


def expected(document: Mapping[str, Any], folder: Path, requested: Requested) -> Entry:
    """The entry for the package whose `pyproject.toml` says `document` and lies in `folder`.

    `folder` is absolute: whether a path in the manifest leads to a file or a folder is looked up
    there, as poetry-core does it. Raises `CannotTellError`.
    """
    from poetry.core.packages.package import Package

    try:
        project = _read(document, folder)
        package = Package(project.name, str(project.version))
        package.python_versions = project.python_versions
        wanted = _wanted(project, requested)
        kept, unsure = _without_duplicates(wanted, requested.python)
        counts = Counter(dependency.pretty_name for dependency in wanted)
        return Entry(
            name=package.name,
            version=UNKNOWN if _is_dynamic(document) else package.pretty_version,
            description=project.description or "",
            python=package.python_versions,
            extras={
                name: sorted(dependency.to_pep_508(with_extras=False) for dependency in extra)
                for name, extra in sorted(project.extras.items())
            },
            dependencies=_dependencies(_needed(kept, requested)),
            unsure=frozenset(unsure),
            loose=frozenset(name for name, count in counts.items() if count > 1),
        )
    except CannotTellError:
        raise
    except Exception as error:  # poetry-core raises whatever its parsers raise
        raise CannotTellError(f"Poetry cannot read its manifest ({error})") from error


def is_read_by_poetry(document: Mapping[str, Any]) -> bool:
    """Whether Poetry takes the metadata from the manifest itself, and builds nothing for it.

    As `PyProjectTOML.is_poetry_project` of poetry-core 2.
    """
    project = document.get("project", {})
    named = bool(project.get("name") and project.get("version"))
    return "poetry" in document.get("tool", {}) or (named and not project.get("dynamic"))


def _read(document: Mapping[str, Any], folder: Path) -> ProjectPackage:
    if not is_read_by_poetry(document):
        raise CannotTellError("its metadata is only known when it is built")
    import logging

    from poetry.core.factory import Factory

    logging.getLogger("poetry.core").setLevel(logging.CRITICAL)  # it warns of paths that are gone
    project, poetry = document.get("project", {}), document.get("tool", {}).get("poetry", {})
    package = Factory.get_package(
        project.get("name") or poetry.get("name", "non-package-mode"),
        project.get("version") or poetry.get("version", "0"),
    )
    Factory.configure_package(
        package,
        SimpleNamespace(data=document, poetry_config=poetry),
        folder,
        with_groups=_groups_matter(document),
    )
    return package


def _is_dynamic(document: Mapping[str, Any]) -> bool:
    plugin = document.get("tool", {}).get("poetry-dynamic-versioning", {})
    return bool(plugin.get("enable"))


def _groups_matter(document: Mapping[str, Any]) -> bool:
    """Whether a group adds to the main dependencies, or includes another, perhaps in a circle."""
    poetry = document.get("tool", {}).get("poetry", {}).get("group", {})
    standard = document.get("dependency-groups", {})
    return (
        any(name.lower() == _MAIN for name in (*poetry, *standard))
        or any("include-groups" in group for group in poetry.values())
        or any(isinstance(item, dict) for items in standard.values() for item in items)
    )


def _wanted(project: ProjectPackage, requested: Requested) -> list[Dependency]:
    """The dependencies that the solver looks at (`Provider.complete_package`, first part)."""
    python = _python(requested.python)
    extras, optional = _extras(project, requested.extras)
    return [
        dependency
        for dependency in project.requires
        if python.allows_any(dependency.python_constraint)
        and (not dependency.is_optional() or dependency.name in optional)
        and (not dependency.in_extras or not extras.isdisjoint(dependency.in_extras))
    ]


def _needed(dependencies: Sequence[Dependency], requested: Requested) -> list[Dependency]:
    """Those that are needed where the package is needed itself (the last part of it)."""
    if not requested.markers:
        return list(dependencies)
    from poetry.core.version.markers import parse_marker

    where = parse_marker(requested.markers).without_extras()
    return [
        dependency
        for dependency in dependencies
        if not where.intersect(dependency.marker.without_extras()).is_empty()
    ]


def _extras(project: ProjectPackage, wanted: Iterable[str]) -> tuple[set[str], set[str]]:
    """The extras that are asked for, and the names they bring; an extra may name others."""
    found: set[str] = set()
    names: set[str] = set()
    todo = sorted(wanted)
    while todo:
        extra = todo.pop()
        if extra in found:
            continue
        found.add(extra)
        for dependency in project.extras.get(extra, []):
            if dependency.name == project.name:
                todo += sorted(dependency.extras)
            else:
                names.add(dependency.name)
    return found, names


def _without_duplicates(
    dependencies: Sequence[Dependency], python: str
) -> tuple[list[Dependency], set[str]]:
    """One dependency for each name and marker, and the names for which the solver decides that.

    As `Provider._resolve_overlapping_markers`, where nothing overlaps or all is the same.
    """
    by_name: dict[str, list[Dependency]] = {}
    for dependency in dependencies:
        by_name.setdefault(dependency.name, []).append(dependency)
    kept: list[Dependency] = []
    unsure: set[str] = set()
    for several in by_name.values():
        merged = _merged(several)
        if len(merged) > 1 and not _are_apart(merged, python):
            unsure.update(dependency.pretty_name for dependency in merged)
        kept += merged
    return kept, unsure


def _merged(several: Sequence[Dependency]) -> list[Dependency]:
    """Those of one constraint become one with the union of their markers.

    Where none has a marker, the intersection of the constraints is meant.
    """
    if len(several) == 1:
        return list(several)
    if len({dependency.complete_name for dependency in several}) == 1 and all(
        dependency.marker.is_any() and not dependency.is_direct_origin() for dependency in several
    ):
        constraint = several[0].constraint
        for other in several[1:]:
            constraint = constraint.intersect(other.constraint)
        return [several[0].with_constraint(constraint)]
    merged: list[Dependency] = []
    for dependency in several:
        same = next((other for other in merged if _is_same(other, dependency)), None)
        if same is None:
            merged.append(dependency)
        else:
            same.marker = same.marker.union(dependency.marker)
    return merged


def _is_same(one: Dependency, other: Dependency) -> bool:
    return bool(
        one.complete_name == other.complete_name
        and one.is_same_source_as(other)
        and one.constraint == other.constraint
    )


def _are_apart(dependencies: Sequence[Dependency], python: str) -> bool:
    """Whether at most one of them is needed in any environment of that Python."""
    allowed = _python_marker(python)
    return all(
        one.marker.intersect(other.marker).intersect(allowed).is_empty()
        for one, other in combinations(dependencies, 2)
    )


def _dependencies(dependencies: Sequence[Dependency]) -> dict[str, Any]:
    """What is written below `[package.dependencies]` (`Locker._dump_package`)."""
    by_name: dict[str, list[Any]] = {}
    for dependency in sorted(
        dependencies, key=lambda d: (d.name, "" if d.marker.is_any() else str(d.marker))
    ):
        by_name.setdefault(dependency.pretty_name, []).append(_table(dependency))
    for name, tables in by_name.items():
        if all(set(table) == {"version"} for table in tables):
            by_name[name] = [table["version"] for table in tables]
    return {name: values[0] if len(values) == 1 else values for name, values in by_name.items()}


def _table(dependency: Dependency) -> dict[str, Any]:
    table = _origin(dependency)
    if dependency.extras:
        table["extras"] = sorted(dependency.extras)
    if dependency.is_optional():
        table["optional"] = True
    if not dependency.marker.is_any():
        table["markers"] = str(dependency.marker)
    return table


def _origin(dependency: Any) -> dict[str, Any]:  # noqa: ANN401 - see below
    """Where a dependency comes from: the classes of poetry-core differ in their attributes."""
    if dependency.is_directory():
        editable = {"develop": True} if dependency.develop else {}
        return {"path": dependency.path.as_posix()} | editable
    if dependency.is_file():
        return {"path": dependency.path.as_posix()}
    if dependency.is_url():
        return {"url": dependency.url}
    if not dependency.is_vcs():
        return {"version": str(dependency.pretty_constraint)}
    table = {dependency.vcs: dependency.source}
    if at := next((key for key in ("branch", "tag", "rev") if getattr(dependency, key)), None):
        table[at] = getattr(dependency, at)
    if dependency.directory:
        table["subdirectory"] = dependency.directory
    return table


def _python(constraint: str) -> VersionConstraint:
    """As `ProjectPackage.python_versions` takes it: nothing said means all that Poetry knew."""
    from poetry.core.constraints.version import parse_marker_version_constraint

    return parse_marker_version_constraint(constraint if constraint != "*" else "~2.7 || >=3.4")


def _python_marker(constraint: str) -> BaseMarker:
    from poetry.core.packages.utils.utils import create_nested_marker
    from poetry.core.version.markers import parse_marker

    return parse_marker(create_nested_marker("python_version", _python(constraint)))
