"""Whether what a member's code imports from other members is what its manifest declares."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where
from ws.formats.toml_places import line_of
from ws.model.graph import Graph
from ws.model.report import Finding
from ws.planning.modules import Modules
from ws.planning.placing import is_consumer
from ws.planning.sync_paths import is_listed_by_project, path_to
from ws.planning.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ws.model.sources import Layout, Source
    from ws.model.workspace import Member, Workspace
    from ws.planning.usage import Blind, Seen


class _View(NamedTuple):
    """What is known of the whole workspace."""

    workspace: Workspace
    members: Mapping[str, Member]
    modules: Modules
    installed: Graph
    """What comes along with each member: the graph without the edges of groups."""


def findings(
    workspace: Workspace,
    members: Sequence[Member],
    layouts: Mapping[str, Layout],
    sources: Mapping[str, Iterable[Source]],
) -> tuple[Finding, ...]:
    """What `members` import and do not declare, or declare and never import.

    `layouts` are those of all members, by name; `sources` the files of `members`, each gone through
    once. An import that runs where the member is installed takes a main dependency (an extra is
    one); one in tests, scripts or for type checkers any group; one that may fail none at all.
    """
    edges = workspace.graph.edges
    installed = Graph({name: tuple(edge for edge in edges[name] if edge.main) for name in edges})
    view = _View(workspace, workspace.by_name, Modules(layouts), installed)
    found: list[Finding] = []
    for member in members:
        usage = Usage(member, view.members, view.modules)
        usage.look(layouts[member.name], sources[member.name])
        has_code = bool(layouts[member.name].files)
        found += sorted(_findings(view, usage, has_code=has_code), key=_place)
    return tuple(found)


def _findings(view: _View, usage: Usage, *, has_code: bool) -> Iterator[Finding]:
    for target in usage.seen.keys() - usage.main:
        needed = [seen for seen in usage.seen[target] if not seen.optional]
        first = next((seen for seen in needed if seen.runs), None)
        if target not in usage.groups and needed:
            yield _undeclared(view, usage, target, first or needed[0])
        elif target in usage.groups and first:
            yield _group_only(usage, target, first)
    for file in usage.blind:
        yield _unreadable(usage.member, file)
    for target in usage.unseen:
        if has_code and view.modules.of(target) and not _is_asked_for(view, usage, target):
            yield _unused(view, usage.member, target)


def _is_asked_for(view: _View, usage: Usage, target: str) -> bool:
    """Whether something else than an import wants a dependency."""
    return usage.names(target) or any(
        shared.package == target and is_consumer(usage.member.path, shared.consumers)
        for shared in view.workspace.settings.shared
    )


def _undeclared(view: _View, usage: Usage, target: str, seen: Seen) -> Finding:
    member = usage.member
    entry = f'{target} = {{ path = "{path_to(member, view.members[target])}", develop = true }}'
    if not seen.runs:
        hint = f"add {entry} to a group, such as [tool.poetry.group.dev.dependencies]"
    elif is_listed_by_project(member):
        hint = f'add "{target}" to dependencies in [project], then `ws sync --filter {member.name}`'
    else:
        hint = f"add {entry} to [tool.poetry.dependencies]"
    message = f"imports {seen.module} without depending on {target}"
    through = [near for near in usage.groups if target in view.installed.with_dependencies([near])]
    if through:
        message += f", which only comes along with {' and '.join(through)}"
    return Finding("imports/undeclared", "error", message, seen.where, member.name, hint)


def _group_only(usage: Usage, target: str, seen: Seen) -> Finding:
    groups = " and ".join(dict.fromkeys(f"group {group}" for group in usage.groups[target]))
    message = f"imports {seen.module} at run time, but depends on {target} only in {groups}"
    listed = is_listed_by_project(usage.member)
    table = "dependencies in [project]" if listed else "[tool.poetry.dependencies]"
    hint = f"move it to {table}, or to an extra; or catch ImportError there"
    return Finding("imports/group-only", "error", message, seen.where, usage.member.name, hint)


def _unused(view: _View, member: Member, target: str) -> Finding:
    dependency = next(d for d in member.manifest.dependencies if d.name == target)
    line = line_of(member.manifest.text, *dependency.keys)
    modules = " or ".join(view.modules.of(target)[:3])
    return Finding(
        rule="imports/unused",
        severity="warning",
        message=f"depends on {target} and never imports {modules}",
        where=Where(member.file("pyproject.toml"), line),
        member=member.name,
        hint="take it out; if only its programs are used, say so:"
        ' ignore = ["imports/unused"] in [tool.ws]',
    )


def _unreadable(member: Member, file: Blind) -> Finding:
    return Finding(
        rule="imports/unreadable",
        severity="warning",
        message=f"what this file imports cannot be told: {file.reason}",
        where=file.where,
        member=member.name,
        hint="mend it; ws reads it as Python {}.{} does".format(*sys.version_info),
    )


def _place(finding: Finding) -> tuple[str, int, str]:
    where = finding.where or Where("")
    return where.path, where.line or 0, finding.message
