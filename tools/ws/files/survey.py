"""What a repository holds that has no `workspace.toml` yet: the folders that Poetry manages."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ManifestError, UsageError, WsError, faults_of, raise_all
from ws.files.discovery import MANIFEST, Found, discover
from ws.files.ignored import git_top
from ws.files.loader import NAME, duplicates, read_bytes
from ws.formats import pyproject_reader
from ws.formats.tables import TableReader
from ws.formats.toml import parse
from ws.model.workspace import Member, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.manifest import Manifest

_BACKENDS = ("poetry.", "poetry_")
"""`poetry.core.masonry.api`, `poetry.masonry.api`, `poetry_dynamic_versioning.backend`."""


class Survey(NamedTuple):
    """All folders of a repository that hold a `pyproject.toml`."""

    members: tuple[Member, ...]
    """Those that Poetry manages, in the order of their paths."""
    others: tuple[str, ...]
    """The rest, and what lies outside, behind a link; sorted, relative to the root."""


def find_top(root: str | None, start: Path, environ: Mapping[str, str]) -> Path:
    """Where a workspace belongs: `root` if given, else `WS_ROOT`, else the top of the repository.

    That is the git top of `start`, or `start` itself outside of one; where a `workspace.toml` lies
    on the way up to it, its folder. Raises `UsageError` for a folder that does not exist.
    """
    for source, given in (("--root", root), ("WS_ROOT", environ.get("WS_ROOT"))):
        if given:
            folder = (start / given).resolve()
            if not os.path.isdir(folder):
                reason = f"{source} {given}: there is no such folder"
                raise UsageError(reason, rule="usage/root", hint="name a folder that exists")
            return folder
    top = Path(git_top(str(start)))
    on_the_way = (folder for folder in (start, *start.parents) if folder.is_relative_to(top))
    return next((folder for folder in on_the_way if os.path.isfile(folder / NAME)), top)


def survey(root: Path, exclude: Sequence[str] = ()) -> Survey:
    """Look at every folder below `root`, except those that `exclude` (patterns) matches.

    Environments, caches, `node_modules`, hidden folders and what git ignores are not entered, as
    for a workspace. Raises `ManifestError` or `Faults`, all that are in the manifests that Poetry
    manages, and for two of them with one name.
    """
    found, faults, outside = _everywhere(root, exclude)
    members = []
    others = [*outside]
    for place in found:
        try:
            manifest = _manifest(root, place)
        except WsError as error:
            faults.extend(map(_or_leave_out, faults_of(error)))
        else:
            if manifest is None:
                others.append(place.path)
            else:
                members.append(Member(place.path, manifest, place.dockerfiles))
    faults.extend(map(_or_leave_out, duplicates(members)))
    raise_all(faults)
    return Survey(tuple(members), tuple(sorted(others)))


def _everywhere(root: Path, exclude: Sequence[str]) -> tuple[list[Found], list[WsError], list[str]]:
    """All folders with a manifest, what is wrong, and the folders behind links that lead out.

    The last are a fault for a workspace whose patterns match them; here it is enough to know them,
    so that the patterns will not.
    """
    found, faults = discover(root, Settings(("**",), exclude=tuple(exclude)))
    outside = [fault for fault in faults if fault.rule == "manifest/outside-root"]
    wrong = [fault for fault in faults if fault.rule == "file/read"]
    return found, wrong, [fault.where.path for fault in outside if fault.where]


def _manifest(root: Path, place: Found) -> Manifest | None:
    """The manifest in a folder; `None` if Poetry does not manage it."""
    path = MANIFEST if place.path == "." else f"{place.path}/{MANIFEST}"
    data = read_bytes(root, path)
    text, document = parse(data, path)
    locked = os.path.isfile(root / place.path / "poetry.lock")
    if not _is_poetrys(TableReader(text, path), document, locked=locked):
        return None
    folder = os.path.basename(root if place.path == "." else place.path)
    return pyproject_reader.read(data, path, folder)


def _is_poetrys(reader: TableReader, document: Mapping[str, Any], *, locked: bool) -> bool:
    """Whether it has `[tool.poetry]`, builds with Poetry, or builds with nothing and is locked.

    What is of the wrong type is no sign of Poetry, and no fault: other tools have their own rules.
    """
    if "poetry" in reader.table(document, "tool"):
        return True
    build = reader.table(document, "build-system")
    backend = reader.text(build, "build-system", "build-backend")
    return backend.startswith(_BACKENDS) or (locked and not backend)


def _or_leave_out(fault: WsError) -> WsError:
    """The same fault, with the way out for what is no member at all, such as a test's data."""
    folder = posixpath.dirname(fault.where.path if fault.where else "") or "."
    mend = fault.hint.removesuffix(", or exclude it")
    hint = f"{mend}{', or ' if mend else ''}leave the folder out: ws init --exclude '{folder}'"
    return ManifestError(
        fault.reason, rule=fault.rule, where=fault.where, hint=hint, member=fault.member
    )
