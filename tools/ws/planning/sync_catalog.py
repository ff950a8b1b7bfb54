"""`[catalog]`: one constraint a package, for all members that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.formats import requirement as pep508
from ws.formats.pyproject_editor import ToConstraint, ToRequirement
from ws.planning import ranges
from ws.planning.change import Change, table_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.manifest import Dependency
    from ws.model.workspace import Catalog, Member, Workspace


def changes(workspace: Workspace, member: Member) -> Iterator[Change]:
    """Each dependency whose constraint is another than the catalog's."""
    settings = workspace.settings
    catalog = catalog_of(workspace, member)
    for dependency in member.manifest.dependencies:
        wanted = catalog.get(dependency.name)
        if wanted is None or dependency.name in workspace.by_name:
            continue
        found = constraint_of(member, dependency)
        if found is not None and not ranges.same(found, wanted):
            yield _change(member, dependency, found, wanted, strict=settings.strict_catalog)


def catalog_of(workspace: Workspace, member: Member) -> Catalog:
    """The catalog that holds for a member: the one it chose, or the workspace's."""
    chosen = member.manifest.settings.catalog
    return workspace.settings.catalogs[chosen] if chosen else workspace.settings.catalog


def constraint_of(member: Member, dependency: Dependency) -> str | None:
    """The constraint on the version of a published package; `None` for what has none."""
    value = value_at(member, dependency.keys)
    if isinstance(value, dict):
        version = value.get("version")
        return version if isinstance(version, str) else None
    if not isinstance(value, str):
        return None
    if dependency.keys[0] == "tool":
        return value
    parsed = pep508.parse(value)
    return None if parsed is None or parsed.url else parsed.version or "*"


def _change(
    member: Member, dependency: Dependency, found: str, wanted: str, *, strict: bool
) -> Change:
    keys = dependency.keys
    message = f'{dependency.name} in {table_of(keys)} is "{found}"; the catalog says "{wanted}"'
    if not strict:
        hint = f'write "{wanted}", or leave it: catalog-mode is "prefer"'
        return Change(member, "catalog/differs", message, keys, severity="warning", hint=hint)
    if keys[0] == "tool":
        edit = ToConstraint(keys, wanted)
        return Change(member, "catalog/differs", message, keys, (edit,))
    parsed = pep508.parse(str(value_at(member, keys)))
    specifier = ranges.specifier(wanted)
    if parsed is None or (not specifier and wanted != "*"):
        hint = f'"{wanted}" cannot be said in PEP 508: write the dependency in [tool.poetry]'
        return Change(member, "catalog/differs", message, keys, hint=hint)
    new = parsed.with_version(specifier, parentheses=parsed.parentheses)
    return Change(member, "catalog/differs", message, keys, (ToRequirement(keys, new),))
