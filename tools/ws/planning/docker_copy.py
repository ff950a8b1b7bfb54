"""Where `COPY` and `ADD` put things.

As Docker's reference has it ("COPY", "ADD"), and where that is silent, BuildKit: `dispatchCopy` in
frontend/dockerfile/dockerfile2llb/convert.go and `Copy` in tonistiigi/fsutil.
"""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from ws.model.image import Changed, Copied, Layer, Taken
from ws.planning.docker_cached import is_cached

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.model.image import Context, Image

_WILD = re.compile(r"[*?\[]")
_FILES = (".txt", ".toml", ".lock", ".json", ".cfg", ".ini", ".py", ".whl", ".sh")
"""What the names of files end with, and no folder's."""
_ARCHIVE = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst))$")
_SYSTEM = re.compile(
    r"/(?:$|(?:bin|boot|dev|etc|home|lib\w*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)\b)"
)
"""Folders that an image brings, or its package manager and installers fill."""
_REMOTE = re.compile(r"(?:https?|ftp|ssh)://|git@")


class Copy(NamedTuple):
    """One `COPY` or `ADD` with all its variables expanded."""

    sources: tuple[str, ...]
    target: str
    folder: str
    """The `WORKDIR`."""
    line: int
    adds: bool = False
    """Whether it is an `ADD`."""
    parents: bool = False
    """Whether the folders of the sources are kept (`--parents`)."""
    excludes: bool = False
    """Whether something is left out (`--exclude`)."""


class Copying(NamedTuple):
    """What it does to the image, and which sources are not there."""

    layers: tuple[Layer, ...]
    missing: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    """The files that lie where it would put a folder: a builder stops there."""


def is_of_system(path: str) -> bool:
    """Whether a path lies where images and package managers put things."""
    return _SYSTEM.match(path) is not None


def absolute(folder: str, path: str) -> str:
    """A destination as an absolute path: `..` climbs and stops at `/`."""
    path = posixpath.normpath(posixpath.join("/", folder, path))
    return "/" + path.lstrip("/")


def in_context(source: str) -> str:
    """A source as a path in the context.

    BuildKit takes it from the context's root, so that a leading `/` or `..` means nothing.
    """
    return absolute("/", source)[1:] or "."


def from_context(copy: Copy, context: Context, image: Image) -> Copying:
    """Copy from the build context."""
    layers: list[Layer] = []
    blocked: list[str] = []
    missing: list[str] = []
    for source in copy.sources:
        if copy.adds and (_REMOTE.match(source) or _ARCHIVE.search(source)):
            layers.append(_unknown(copy, "ADD fetches or unpacks it"))
            continue
        path = in_context(source)
        wild = _WILD.search(path) is not None
        found = list(context.glob(path)) if wild else [path] * context.exists(path)
        if not found and not wild:  # a pattern may name nothing
            missing.append(source)
        for one in found:
            at = _place(copy, source, one, image, folder=context.is_folder(one))
            layers.append(Copied(at, one, context, copy.line))
            blocked += _files_above(image, at, itself=context.is_folder(one))
    return Copying((*layers, *_excluded(copy)), tuple(missing), tuple(blocked))


def _files_above(image: Image, at: str, *, itself: bool) -> list[str]:
    """The files at the places of folders: above a path, or there too."""
    parts = at.strip("/").split("/")
    folders = ["/" + "/".join(parts[:count]) for count in range(1, len(parts) + itself)]
    return [one for one in folders if image.at(one).kind == "file"]


def from_image(
    copy: Copy, other: Image, image: Image, name: str, *, followed: bool = False
) -> Copying:
    """Copy from another image; `name` is what it is called.

    `followed` is whether all that is in it is known, but for the folders of a system.
    """
    layers: list[Layer] = []
    missing: list[str] = []
    for source in copy.sources:
        path = absolute("/", source)
        kind = "unknown" if _WILD.search(path) else other.at(path).kind
        if kind in ("file", "folder"):
            at = _place(copy, source, path[1:], image, folder=kind == "folder")
            layers.append(Taken(at, other.real(path), other, copy.line))
            continue
        is_ours = posixpath.basename(path) == ".venv" or (followed and not _SYSTEM.match(path))
        if kind == "nothing" and (is_ours or _is_misnamed(path, other)):
            missing.append(source)
        why = f"it comes from {path} of {name}, where a command made it"
        layers += _parts(copy, path, other, why)
    return Copying((*layers, *_excluded(copy)), tuple(missing))


def _parts(copy: Copy, path: str, other: Image, why: str) -> Iterator[Layer]:
    """What is taken from a path that nobody knows all of: perhaps part of an environment."""
    yield _unknown(copy, why, path)
    at = absolute(copy.folder, copy.target)
    if not _WILD.search(path):
        yield from [Taken(at, path, other, copy.line)] if other.environments() else []
        return
    parts = path.split("/")
    for one in other.environments():
        depth = one.at.count("/") + 1
        if fnmatchcase(one.at, "/".join(parts[:depth])):
            yield Taken(at, "/".join((one.at, *parts[depth:])), other, copy.line)


def _is_misnamed(path: str, other: Image) -> bool:
    """Whether an environment in Poetry's cache is meant, and it has another name."""
    beside = [
        one.at
        for one in other.environments()
        if is_cached(one.at) and posixpath.dirname(one.at) == posixpath.dirname(path)
    ]
    return bool(beside) and not any(fnmatchcase(path, one) for one in beside)


def _place(copy: Copy, source: str, path: str, image: Image, *, folder: bool) -> str:
    """Where one source goes.

    The content of a folder goes into the destination, and so does a file where that is a folder;
    else the file becomes it.
    """
    target = absolute(copy.folder, copy.target)
    if copy.parents:
        return absolute(target, source.partition("/./")[2] or path)
    if folder:
        return target
    into = copy.target.endswith(("/", "/.")) or copy.target in (".", "..")
    if into or len(copy.sources) > 1 or image.at(target).kind == "folder":
        return absolute(target, posixpath.basename(path))
    return target


def _unknown(copy: Copy, why: str, source: str = "") -> Changed:
    at = absolute(copy.folder, copy.target)
    if copy.target.endswith("/") and source.endswith(_FILES) and not _WILD.search(source):
        at = absolute(at, posixpath.basename(source))
    return Changed(at, copy.line, why, adds=True)


def _excluded(copy: Copy) -> Sequence[Layer]:
    if not copy.excludes:
        return ()
    return (Changed(absolute(copy.folder, copy.target), copy.line, "--exclude leaves some out"),)
