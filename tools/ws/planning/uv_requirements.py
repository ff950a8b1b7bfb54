"""What uv is asked for so that it makes the environment that `poetry install` would make.

Pure text: the packages selected from a lock become lines of two requirements files, since uv wants
a hash for every line of a file or for none. What uv cannot do as Poetry does it is told as a
reason; Poetry does that member.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from ws.planning.selection import is_selectable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ws.model.lock import Lock, LockedPackage
    from ws.model.manifest import Manifest

_SCHEMES = ("https://", "ssh://", "file://")
"""The forms of a git address that mean the same to Poetry and to uv."""
_ALWAYS = ("sha256", "sha384", "sha512")
"""The hashes that both check."""
_OFF = ("", "0", "false", "no", "off")


class Index(NamedTuple):
    """A package index that a lock names (`[[tool.poetry.source]]`)."""

    name: str
    url: str
    """Without a slash at its end: with one, uv would keep another cache for it."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """What uv is to install, and what is laid down without it."""

    hashed: tuple[str, ...] = ()
    """Lines for `--require-hashes`: what comes from an index."""
    direct: tuple[str, ...] = ()
    """Lines for a second call: from an address, a file, a folder, or git."""
    rebuilt: tuple[str, ...] = ()
    """The names among these that are folders: uv would take an old build of one from its cache."""
    editables: tuple[LockedPackage, ...] = ()
    """The path dependencies that are installed editable."""
    indexes: tuple[Index, ...] = ()
    """The indexes besides the default one, in the order in which the lock names them."""
    needs_default: bool = True
    """Whether anything comes from the default index."""
    built: bool = False
    """Whether any of `hashed` has no wheel, and so must be built."""


def requirements(packages: Iterable[LockedPackage], folder: Path) -> Requirements:
    """The lines for packages that were selected from the lock in `folder`, which is absolute.

    For members about which `obstacles` says nothing.
    """
    kinds: dict[str, list[LockedPackage]] = {}
    for package in packages:
        editable = package.folder is not None and package.table.get("develop", False)
        kind = "editable" if editable else package.source.get("type", "index")
        kinds.setdefault(kind, []).append(package)
    default, legacy = kinds.get("index", []), kinds.get("legacy", [])
    folders = kinds.get("directory", [])
    others = [package for kind in ("url", "file", "git") for package in kinds.get(kind, [])]
    indexes = (Index(p.source.get("reference", ""), p.source["url"].rstrip("/")) for p in legacy)
    return Requirements(
        hashed=tuple(f"{p.name}=={p.version}{_hashes(p)}" for p in (*default, *legacy)),
        direct=tuple(f"{p.name} @ {_address(p, folder)}" for p in (*others, *folders)),
        rebuilt=tuple(package.name for package in folders),
        editables=tuple(kinds.get("editable", [])),
        indexes=tuple(dict.fromkeys(indexes)),
        needs_default=bool(default) or not legacy,
        built=not all(map(_has_wheel, (*default, *legacy))),
    )


def obstacles(
    manifest: Manifest,
    lock: Lock,
    packages: Sequence[LockedPackage],
    settings: Sequence[Mapping[str, Any]] = (),
    environ: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Why uv cannot make this member's environment as Poetry would; empty if it can.

    `packages` are those selected from the lock, `settings` the parsed `poetry.toml` files that hold
    for the member, the nearest first, `environ` the variables that Poetry would see.
    """
    if not is_selectable(lock):
        return (f"its lock is of version {lock.header.lock_version}: uv needs one of Poetry 2",)
    found = (*_of_member(manifest, settings, environ or {}), *_of_packages(packages))
    return tuple(dict.fromkeys(found))


def _of_member(
    manifest: Manifest, settings: Sequence[Mapping[str, Any]], environ: Mapping[str, str]
) -> Iterator[str]:
    poetry = manifest.document.get("tool", {}).get("poetry", {})
    if build_script(poetry):
        yield "it has a build script"
    for name in ("no-binary", "only-binary"):
        if _setting(settings, environ, "installer", name):
            yield f"installer.{name} is set"
    if _setting(settings, environ, "virtualenvs", "options", "system-site-packages"):
        yield "its environment sees the system's packages"


def build_script(poetry: Mapping[str, Any]) -> str:
    """The script that `[tool.poetry]` wants run before a build, if any."""
    build = poetry.get("build", "")
    return str(build.get("script", "") if isinstance(build, dict) else build or "")


def _of_packages(packages: Sequence[LockedPackage]) -> Iterator[str]:
    for package in packages:
        kind, url = package.source.get("type", "index"), package.source.get("url", "")
        if kind not in ("index", "legacy", "url", "file", "directory", "git"):
            yield f"{package.name} comes from {kind}"
        elif kind == "git" and package.table.get("develop"):
            yield f"{package.name} is editable and comes from git"
        elif kind == "git" and not url.startswith(_SCHEMES):
            yield f"{package.name} comes from git by an address that uv does not know"
        elif kind in ("index", "legacy", "file") and not _hashes(package):
            yield f"its lock has no hash for {package.name}"


def _setting(
    settings: Sequence[Mapping[str, Any]], environ: Mapping[str, str], *keys: str
) -> object:
    """A setting of Poetry's that is on or filled: by its variable, else by the nearest file."""
    variable = "POETRY_" + "_".join(keys).replace("-", "_").upper()
    if variable in environ:
        return environ[variable].lower() not in _OFF
    for document in settings:
        value: Any = document
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def _hashes(package: LockedPackage) -> str:
    """What a file of this package may hash to, as options on its line."""
    files = package.table.get("files", ())
    if package.source.get("type") == "file":
        name = PurePath(package.source["url"]).name
        files = [file for file in files if file["file"] == name]
    known = dict.fromkeys(file["hash"] for file in files if file["hash"].startswith(_ALWAYS))
    return "".join(f" --hash={digest}" for digest in known)


def _has_wheel(package: LockedPackage) -> bool:
    return any(file["file"].endswith(".whl") for file in package.table.get("files", ()))


def _address(package: LockedPackage, folder: Path) -> str:
    """Where a package comes from, as PEP 508 has it, with its hashes."""
    source = package.source
    url, subdirectory = source.get("url", ""), source.get("subdirectory", "")
    fragment = f"#subdirectory={quote(subdirectory)}" if subdirectory else ""
    if source["type"] == "git":
        return f"git+{url}@{source.get('resolved_reference', '')}{fragment}"
    if source["type"] in ("file", "directory"):
        url = Path(os.path.normpath(folder / url)).as_uri()
    return f"{url}{fragment}{_hashes(package)}"
