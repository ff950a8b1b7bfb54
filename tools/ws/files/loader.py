"""From the disk to a `Workspace`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ws.errors import ManifestError, UsageError, Where, WsError, faults_of, raise_all
from ws.files.cache import Cache
from ws.files.discovery import MANIFEST, Found, discover
from ws.formats import pyproject_reader, workspace_toml
from ws.formats.references import reference_faults
from ws.formats.toml import parse
from ws.model.workspace import Member, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ws.model.manifest import Manifest

NAME = "workspace.toml"


def find_root(root: str | None, start: Path, environ: Mapping[str, str]) -> Path:
    """The workspace root: `root` if given, else `WS_ROOT`, else the nearest one above `start`.

    Raises `UsageError` if there is none.
    """
    for source, given in (("--root", root), ("WS_ROOT", environ.get("WS_ROOT"))):
        if given:
            folder = (start / given).resolve()
            if not _is_file(folder / NAME):
                raise UsageError(
                    f"{source} {given}: there is no {NAME} in that folder",
                    rule="usage/root",
                    hint=f"name the folder that holds {NAME}",
                )
            return folder
    for folder in (start, *start.parents):
        if _is_file(folder / NAME):
            return folder
    raise UsageError(
        f"there is no {NAME} in this folder or above it",
        rule="usage/root",
        hint="go into a workspace, or make one of this repository: ws init",
    )


def load(root: Path, *, empty_globs: bool = False) -> Workspace:
    """Read the whole workspace. Raises `ManifestError` or `Faults`, all faults there are.

    With `empty_globs`, a pattern may match no folder yet.
    """
    with Cache(root, "manifests") as cache:
        settings, faults = workspace_toml.read_parsed(*_parsed(NAME, cache))
        found, faults_of_patterns = discover(root, settings)
        members, faults_of_members = _members(root, found, cache)
    if empty_globs:
        faults_of_patterns = [f for f in faults_of_patterns if f.rule != "manifest/no-match"]
    faults += [*faults_of_patterns, *faults_of_members]
    faults.extend(duplicates(members))
    faults.extend(reference_faults(settings, members))
    raise_all(faults)
    return Workspace(root, settings, tuple(members))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder that may not be looked into
        return False


def _members(
    root: Path, found: Sequence[Found], cache: Cache
) -> tuple[list[Member], list[WsError]]:
    """The members in the folders that were found, and all that is wrong with their manifests."""
    members: list[Member] = []
    faults: list[WsError] = []
    for place in found:
        try:
            manifest = _manifest(root, place, cache)
        except WsError as error:
            faults.extend(faults_of(error))
        else:
            if manifest is not None:
                members.append(Member(place.path, manifest, place.dockerfiles))
    return members, faults


def _manifest(root: Path, place: Found, cache: Cache) -> Manifest | None:
    path = MANIFEST if place.path == "." else f"{place.path}/{MANIFEST}"
    folder = os.path.basename(root if place.path == "." else place.path)
    text, document = _parsed(path, cache)
    manifest = pyproject_reader.read_parsed(text, document, path, folder)
    if manifest is None and place.explicit:
        raise ManifestError(
            "this describes no package: it has neither [project] nor [tool.poetry]",
            rule="manifest/no-package",
            where=Where(path),
            hint=f"describe it, or take {place.path} out of members",
        )
    return manifest


def _parsed(path: str, cache: Cache) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and what it says, as it was worked out once."""
    try:
        text, document = cache.remembered(path, "toml", lambda data: parse(data, path))
    except OSError as error:
        raise _unreadable(path, error) from error
    return text, document


def duplicates(members: Sequence[Member]) -> list[WsError]:
    """A fault for each member whose name another one before it has."""
    first: dict[str, Member] = {}
    return [
        ManifestError(
            f'two members have the name "{member.name}":'
            f" {first[member.name].path} and {member.path}",
            rule="manifest/duplicate-name",
            where=Where(member.file(MANIFEST)),
            hint="rename one of them, or exclude it",
            member=member.name,
        )
        for member in members
        if first.setdefault(member.name, member) is not member
    ]


def read_bytes(root: Path, path: str) -> bytes:
    """The content of a file at `path` (relative to the root). Raises `ManifestError`."""
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: OSError) -> ManifestError:
    return ManifestError(
        f"cannot read the file: {error.strerror}",
        rule="file/read",
        where=Where(path),
        hint="check that it exists and that its permissions let you read it",
    )
