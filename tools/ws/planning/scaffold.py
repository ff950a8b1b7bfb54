"""What `ws new` makes: a member that is wired into the graph from its first day."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import ManifestError, UsageError, Where, WsError, raise_all
from ws.formats import pyproject_reader, toml_edits
from ws.model.names import did_you_mean, normalise
from ws.model.plan import MakeFolder, NewFile, Plan, WriteFile
from ws.model.workspace import Member, Workspace
from ws.planning import naming, placing, sync
from ws.planning.change import value_at
from ws.planning.sync_catalog import constraint_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ws.planning.naming import Names
    from ws.planning.placing import Kind, Site

MANIFEST = "pyproject.toml"
VERSION = "0.1.0"
"""Of every new member, copies too."""

_PYTHON = "^3.11"
_PYTEST = "^8.0"


class Model(NamedTuple):
    """A member of which the new one begins as a copy."""

    member: Member
    names: Names


@dataclass(frozen=True, slots=True)
class NewMember:
    """All that is decided of a member before its files are written."""

    kind: Kind
    names: Names
    path: str
    """Its folder, relative to the workspace root."""
    python: str
    pytest: str
    model: Model | None = None


def decide(
    workspace: Workspace,
    kind: Kind,
    name: str,
    site: Site,
    like: str = "",
    modules: Mapping[str, Sequence[str]] | None = None,
) -> NewMember:
    """The new member that is asked for. Raises all that speaks against it (`UsageError`).

    `like` is the name of the member to copy. `modules` are the dotted names of what each member
    installs, by its name.
    """
    modules = modules or {}
    faults = naming.faults(workspace, name, modules)
    if site.asked_for or not faults:
        faults += placing.faults(workspace.settings, site)
    try:
        model = _model(workspace, like, modules) if like else None
    except WsError as fault:
        faults.append(fault)
    raise_all(faults)
    constraints = [
        constraint_of(member, dependency)
        for member in workspace.members
        for dependency in member.manifest.dependencies
        if dependency.name == "pytest"
    ]
    return NewMember(
        kind=kind,
        names=naming.names_for(name),
        path=site.path,
        python=_most_common((m.manifest.python for m in workspace.members), _PYTHON),
        pytest=workspace.settings.catalog.get("pytest") or _most_common(constraints, _PYTEST),
        model=model,
    )


def plan(workspace: Workspace, new: NewMember, files: Iterable[NewFile], origin: str) -> Plan:
    """The making of the member's folder from these files, its manifest as `ws sync` would have it.

    `origin` is where the manifest comes from, relative to the root, for what is wrong in it:
    raises `ManifestError` or `Faults`.
    """
    others = {file.path: file for file in files}
    source = others.pop(MANIFEST, NewFile(MANIFEST, b""))
    member = _read(source.data, new, origin)
    if new.model is not None:
        member = _read(_moved(member, new.names, new.model.member), new, origin)
    if member.name != new.names.name:
        raise _unfit(f'this makes a member "{member.name}", not "{new.names.name}"', origin)
    manifest = replace(source, data=_synced(workspace, member).encode())
    made = (manifest, *(others[path] for path in sorted(others)))
    reason = f"{new.path}, {len(made)} files"
    return Plan("new", (MakeFolder(new.names.name, new.path, made, reason),))


def _synced(workspace: Workspace, member: Member) -> str:
    """The manifest of a member that is to join the workspace, with paths and shared packages."""
    members = sorted((*workspace.members, member), key=lambda each: each.path)
    changes = sync.changes(replace(workspace, members=tuple(members)), [member])
    writes = [each for each in sync.plan(changes).actions if isinstance(each, WriteFile)]
    return writes[0].after if writes else member.manifest.text


def _moved(member: Member, names: Names, model: Member) -> bytes:
    """The manifest of a copy in its new folder: its name and first version, and paths out of it."""
    text = member.manifest.text
    for key, value in (("name", names.name), ("version", VERSION)):
        for keys in (("project", key), ("tool", "poetry", key)):
            if isinstance(value_at(member, keys), str):
                text = toml_edits.replace_value(text, keys, toml_edits.quoted(value))
    for dependency in member.manifest.dependencies:
        if dependency.path is None or posixpath.isabs(dependency.path):
            continue
        target = posixpath.normpath(posixpath.join(model.path, dependency.path))
        if not f"{target}/".startswith(f"{model.path}/"):
            path = toml_edits.quoted(posixpath.relpath(target, member.path))
            text = toml_edits.replace_value(text, (*dependency.keys, "path"), path)
    return text.encode()


def _read(data: bytes, new: NewMember, origin: str) -> Member:
    manifest = pyproject_reader.read(data, origin)
    if manifest is None:
        raise _unfit("this makes no member: it has neither [project] nor [tool.poetry]", origin)
    return Member(new.path, manifest)


def _unfit(reason: str, origin: str) -> WsError:
    hint = 'mend the template: it needs a pyproject.toml with name = "{{name}}"'
    return ManifestError(reason, rule="manifest/template", where=Where(origin), hint=hint)


def _model(workspace: Workspace, like: str, modules: Mapping[str, Sequence[str]]) -> Model:
    """The member to copy. Raises `UsageError` if there is none, or it is none to copy."""
    member = workspace.by_name.get(normalise(like))
    if member is None:
        hint = did_you_mean(like, workspace.by_name) or "see `ws list` for the members"
        raise UsageError(f"--like {like}: this is no member", rule="usage/like", hint=hint)
    names = naming.names_of(member, modules.get(member.name, ()))
    wrong = ""
    if member.path == ".":
        wrong = "this is the root of the workspace"
    elif "." in names.import_name:
        wrong = f"{names.import_name} lies in a namespace package, and cannot be renamed by itself"
    if wrong:
        raise UsageError(
            f"--like {like}: {wrong}",
            rule="usage/like",
            hint="copy another member, or begin with the template",
        )
    return Model(member, names)


def _most_common(values: Iterable[str | None], otherwise: str) -> str:
    """The value that most have; of several, the one that came first."""
    found = Counter(value for value in values if value).most_common(1)
    return found[0][0] if found else otherwise
