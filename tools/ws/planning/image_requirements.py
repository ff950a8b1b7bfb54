"""The third-party packages of a lock, as an installer in an image is asked for them.

With all hashes, and markers as far as these are open: an image may be built for another platform
than this machine is. Nothing in them says what version a local package has, so a bump of one leaves
them as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.model.images import Requirement
from ws.model.names import normalise
from ws.model.urls import without_credentials
from ws.planning import markers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ws.model.lock import Lock, LockedPackage

_INDEXES = ("index", "legacy")
_IN_IMAGES = 'sys_platform == "linux" and os_name == "posix" and platform_system == "Linux"'
_PYTHON = re.compile(r"(?:^|/)python:(\d+\.\d+)(?![\w])")
_LOGIN = re.compile(r"^(https?://)[^/@]*@")
"""Credentials in an address; `git@` in one of ssh is none."""


def requirements(
    lock: Lock, groups: Collection[str], python: str, extras: Collection[str] = ()
) -> tuple[Requirement, ...]:
    """The third-party packages of these groups and extras, all normalised, sorted by name.

    `python` is the minor version in the image, such as `3.11`; empty where that is not known. For a
    lock that `ws.planning.selection.is_selectable`.
    """
    known = [normalise(name) for name in lock.document.get("extras", {})]
    signs = [f'extra {"==" if name in extras else "!="} "{name}"' for name in known]
    version = [f'python_version == "{python}"'] if python else []
    return tuple(sorted(_found(lock, groups, " and ".join((_IN_IMAGES, *version, *signs)))))


def python_of(base: str) -> str:
    """The minor version of Python in a base image, if its name says so; else empty.

    As the tags of https://hub.docker.com/_/python do.
    """
    found = _PYTHON.search(base)
    return found[1] if found else ""


def _found(lock: Lock, groups: Collection[str], where: str) -> Iterator[Requirement]:
    for package in lock.packages:
        asking = [group for group in package.table.get("groups", ()) if normalise(group) in groups]
        if asking and package.source.get("type") not in ("directory", "file"):
            condition = _marker(package, asking)
            still = markers.within(condition, where) if condition else ""
            if still is not None:
                yield _requirement(package, still)


def _requirement(package: LockedPackage, condition: str) -> Requirement:
    kind, url = package.source.get("type", "index"), package.source.get("url", "")
    files = package.table.get("files", ())
    hashes = sorted({file["hash"] for file in files}) if kind != "git" else []
    line = _subject(package) + (f" ; {condition}" if condition else "")
    return Requirement(
        package.name,
        package.version,
        line + "".join(f" \\\n    --hash={each}" for each in hashes),
        origin=without_credentials(url) if kind == "legacy" else "",
        hashed=bool(hashes),
        built=kind not in _INDEXES or not any(file["file"].endswith(".whl") for file in files),
    )


def _subject(package: LockedPackage) -> str:
    source = package.source
    url = _LOGIN.sub(r"\1", source.get("url", ""))
    part = f"#subdirectory={source['subdirectory']}" if "subdirectory" in source else ""
    if source.get("type") == "git":
        return f"{package.name} @ git+{url}@{source['resolved_reference']}{part}"
    if source.get("type") == "url":
        return f"{package.name} @ {url}{part}"
    return f"{package.name}=={package.version}"


def _marker(package: LockedPackage, groups: Collection[str]) -> str:
    """Where a package is needed for the sake of any of the groups; empty for everywhere."""
    written = package.table.get("markers", "")
    if isinstance(written, str):
        return written
    conditions = {str(written.get(group, "")) for group in groups}
    return "" if "" in conditions else " or ".join(f"({each})" for each in sorted(conditions))
