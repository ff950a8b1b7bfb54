"""Which path dependencies an install in an image needs, where it looks for them, and what of each.

Poetry takes a path dependency's folder from the lock: `url` of its source, joined to the lock's
own folder (`Locker.locked_packages` in poetry/packages/locker.py). There it wants a
`pyproject.toml`, the modules and the readme that this names: poetry-core refuses to build without
(poetry/core/masonry/utils/module.py, metadata.py), and Poetry only says so after everything else
is installed.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.model.manifest import MAIN
from ws.model.names import normalise
from ws.planning.docker_modules import holds_modules
from ws.planning.docker_programs import Call
from ws.planning.selection import active_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ws.model.image import Image
    from ws.model.lock import LockedPackage, LockFacts
    from ws.model.manifest import Manifest
    from ws.model.workspace import Member, Workspace

_LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
"""What is known of the Python in an image; a marker that asks for more holds."""


EVERYTHING = Call("poetry", "lock", "/", all_groups=True, all_extras=True)
"""What Poetry reads where it resolves: the path dependencies of all groups and extras."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the workspace: manifests, and the locks of members as they are asked for."""

    workspace: Workspace
    lock: Callable[[Member], LockFacts | None]
    """The lock of a member; `None` where there is none."""
    folders: Mapping[str, Member] = field(default_factory=dict)
    """The members by their folder."""
    _manifests: dict[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    asked: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    is_made: Callable[[str], bool] = lambda _: False
    """Whether a file may be made before a build: git ignores its path, which is relative to the
    workspace root."""
    """What was answered before: hundreds of Dockerfiles ask the same of the same few members."""

    def manifests(self, context: str) -> Mapping[str, str]:
        """The names of members by their manifest's path in the build context `context`."""
        if context not in self._manifests:
            self._manifests[context] = {
                posixpath.relpath(member.file("pyproject.toml"), context): member.name
                for member in self.workspace.members
            }
        return self._manifests[context]

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        lock: Callable[[Member], LockFacts | None],
        is_made: Callable[[str], bool] = lambda _: False,
    ) -> Known:
        """All that is known, ready to be asked."""
        folders = {member.path: member for member in workspace.members}
        return cls(workspace, lock, folders, is_made=is_made)


class Need(NamedTuple):
    """One path dependency of a member."""

    name: str
    """Normalised."""
    url: str
    """Its folder, relative to the member's, as the lock has it."""
    folder: str
    """The same, relative to the workspace root."""
    editable: bool = False
    direct: bool = True
    """Whether the member's own manifest names it."""
    member: Member | None = None
    """What it is; `None` where it is no member of the workspace."""


class Lack(NamedTuple):
    """Something of a package that is not where it should be."""

    kind: str
    """`folder`, `manifest`, `module`, `readme`, or `unknown`."""
    path: str
    """In the image."""
    why: str = ""


def needs(member: Member, known: Known, call: Call | None) -> tuple[Need, ...]:
    """The path dependencies that a call installs for a member; for `None`, those of `main`.

    Without a lock these are those of the manifests, and of their manifests in turn.
    """
    key = ("needs", member.path, call and _selection(call))
    if key not in known.asked:
        known.asked[key] = _needs(member, known, call)
    found: tuple[Need, ...] = known.asked[key]
    return found


def holds_hashes(member: Member, known: Known, call: Call) -> bool:
    """Whether a list that `poetry export` makes of a member's lock is sure to hold hashes.

    It has those of every third-party package that it names, and a path dependency has none. Of what
    is optional, has a marker or comes from a repository, nothing is sure.
    """
    found = needs(member, known, call)
    local = {need.name for need in found} | {"python"}
    owners = [need.member for need in found if need.member]
    groups = _groups(member.manifest, call)
    return any(
        one.name not in local and one.path is None and _is_plain(owner.manifest, one.keys)
        for owner in (member, *owners)
        for one in owner.manifest.dependencies
        if one.group in (groups if owner is member else (MAIN,))
    )


def _is_plain(manifest: Manifest, keys: Iterable[str | int]) -> bool:
    """Whether a requirement names no more than versions."""
    written: Any = manifest.document
    for key in keys:
        written = written[key]
    if isinstance(written, str):
        return not any(sign in written for sign in ";@") and "optional-dependencies" not in keys
    return isinstance(written, dict) and set(written) <= {"version", "extras"}


def _selection(call: Call) -> tuple[object, ...]:
    """All of a call that decides which entries of a lock it takes."""
    groups = (call.only, call.with_, call.without, call.all_groups)
    return (call.tool, call.verb == "export", *groups, call.extras, call.all_extras)


def _needs(member: Member, known: Known, call: Call | None) -> tuple[Need, ...]:
    facts = known.lock(member)
    if facts is None or facts.header is None:
        return tuple(_declared(member, known))
    direct = {one.name for one in member.manifest.dependencies if one.path is not None}
    return tuple(
        Need(
            entry.name,
            entry.folder or "",
            folder,
            bool(entry.table.get("develop", False)),
            entry.name in direct,
            known.folders.get(folder),
        )
        for entry in _asked_for(member.manifest, facts, call)
        for folder in [posixpath.normpath(posixpath.join(member.path, entry.folder or ""))]
    )


def _asked_for(manifest: Manifest, facts: LockFacts, call: Call | None) -> Iterator[LockedPackage]:
    """The entries of a lock that a call's groups, extras and markers choose."""
    groups = _groups(manifest, call)
    extras = _extras(manifest, call)
    for entry in facts.entries:
        if "groups" not in entry.table:  # a lock of before Poetry 2 does not say
            yield entry
            continue
        written = entry.table.get("markers", "")
        named = [group for group in entry.table["groups"] if normalise(group) in groups]
        markers = [written if isinstance(written, str) else written.get(g, "") for g in named]
        if any(not marker or _holds(marker, extras) for marker in markers):
            yield entry


def _groups(manifest: Manifest, call: Call | None) -> frozenset[str]:
    if call is None or call.tool != "poetry":
        return frozenset({MAIN})
    if call.all_groups:
        return frozenset({MAIN, *manifest.groups})
    if call.verb == "export" and not call.only:  # the plugin leaves out what is not asked for
        asked = {MAIN, *map(normalise, call.with_)}
        return frozenset(asked - set(map(normalise, call.without)))
    return active_groups(manifest, call.only, call.with_, call.without)


def _extras(manifest: Manifest, call: Call | None) -> frozenset[str]:
    if call is None:
        return frozenset()
    if not call.all_extras:
        return frozenset(map(normalise, call.extras))
    document = manifest.document
    project = document.get("project", {}).get("optional-dependencies", {})
    poetry = document.get("tool", {}).get("poetry", {}).get("extras", {})
    return frozenset(map(normalise, (*project, *poetry)))


def _holds(marker: str, extras: frozenset[str]) -> bool:
    from poetry.core.version.markers import parse_marker  # costs start-up; few markers are there

    return bool(parse_marker(marker).validate({**_LINUX, "extra": extras}))


def _declared(member: Member, known: Known) -> Iterator[Need]:
    seen: set[str] = {member.path}
    waiting: list[tuple[Member, bool]] = [(member, True)]
    while waiting:
        owner, direct = waiting.pop(0)
        for one in owner.manifest.dependencies:
            if one.path is None or (not direct and one.group != MAIN):
                continue
            folder = posixpath.normpath(posixpath.join(owner.path, one.path))
            if folder not in seen:
                seen.add(folder)
                target = known.folders.get(folder)
                url = posixpath.relpath(folder, member.path)
                yield Need(one.name, url, folder, one.develop, direct, target)
                waiting += [(target, False)] if target else []


def lacks(image: Image, at: str, manifest: Manifest | None) -> Lack | None:
    """What an image lacks of the package that should be at a path; `None` for nothing."""
    for kind, path in (("folder", at), ("manifest", f"{at.rstrip('/')}/pyproject.toml")):
        found = image.at(path)
        if found.kind == "nothing":
            return Lack(kind, path)
        if found.kind == "unknown":
            return Lack("unknown", path, found.why)
    if manifest is None:
        return None
    return absent_module(image, at, manifest) or _absent_readme(image, at, manifest)


def absent_module(image: Image, at: str, manifest: Manifest) -> Lack | None:
    """The first module of a package's that is not there."""
    poetry = manifest.document.get("tool", {}).get("poetry", {})
    if poetry.get("package-mode") is False:
        return None
    for choice in _choices(manifest, poetry):
        paths = [posixpath.normpath(posixpath.join(at, path)) for path in choice.paths]
        if any(_is_module(image, path, choice) for path in paths):
            continue
        found = [image.at(path) for path in paths]
        if unknown := next((one for one in found if one.kind == "unknown"), None):
            return Lack("unknown", paths[0], unknown.why)
        if any(_is_module(image, path, choice) is None for path in paths):
            return Lack("unknown", paths[0], "it may hold no module: a command made what is there")
        folders = (path for path, one in zip(paths, found, strict=True) if one.kind == "folder")
        return Lack("module", next(folders, paths[0]))
    return None


def modules(manifest: Manifest) -> tuple[str, ...]:
    """Where a package's modules may lie, relative to its folder."""
    poetry = manifest.document.get("tool", {}).get("poetry", {})
    return tuple(path for choice in _choices(manifest, poetry) for path in choice.paths)


def _is_module(image: Image, path: str, choice: _Choice) -> bool | None:
    """Whether there is a module, or a folder with one; `None` where nobody can tell."""
    kind = image.at(path).kind
    if kind == "folder" and choice.of_python:
        return holds_modules(image, path)
    return kind in ("file", "folder")


class _Choice(NamedTuple):
    """Paths of which one must be there, relative to the package's folder."""

    paths: tuple[str, ...]
    of_python: bool = True
    """Whether a folder there must hold a module."""


def _choices(manifest: Manifest, poetry: Mapping[str, Any]) -> Iterator[_Choice]:
    """What must be there."""
    packages = [one for one in poetry.get("packages", ()) if isinstance(one, dict)]
    for package in packages:
        include = str(package.get("include", ""))
        fixed = include[: min(include.find(wild) % (len(include) + 1) for wild in "*?[")]
        folder = include if fixed == include else posixpath.dirname(fixed)
        of_python = fixed == include or posixpath.basename(include).endswith(("*", ".py"))
        path = posixpath.join(str(package.get("from", "")), folder)
        yield _Choice((path,), of_python and "format" not in package)
    if not packages:
        module = manifest.name.replace("-", "_")
        yield _Choice((f"src/{module}", f"src/{module}.py", module, f"{module}.py"))


def _absent_readme(image: Image, at: str, manifest: Manifest) -> Lack | None:
    for readme in readmes(manifest):
        path = posixpath.normpath(posixpath.join(at, readme))
        if image.at(path).kind == "nothing":
            return Lack("readme", path)
    return None


def readmes(manifest: Manifest) -> tuple[str, ...]:
    """The files that become a package's description."""
    poetry = manifest.document.get("tool", {}).get("poetry", {})
    written = manifest.document.get("project", {}).get("readme") or poetry.get("readme") or ()
    if isinstance(written, dict):
        written = written.get("file", ())
    several: Iterable[Any] = (written,) if isinstance(written, str) else written
    return tuple(one for one in several if isinstance(one, str) and one)


def module_names(manifest: Manifest) -> tuple[str, ...]:
    """The names of what an install makes importable, as far as the manifest tells."""
    poetry = manifest.document.get("tool", {}).get("poetry", {})
    packages = [one for one in poetry.get("packages", ()) if isinstance(one, dict)]
    named = [str(one.get("include", "")).partition("/")[0] for one in packages]
    return tuple(dict.fromkeys(named)) or (manifest.name.replace("-", "_"),)
