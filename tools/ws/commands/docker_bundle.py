"""`ws docker bundle`: the tree that an installer ships, from which services build by themselves."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import bundle_made, out_folder
from ws.commands import images as gathering
from ws.commands.drift import drift
from ws.errors import UsageError, WorkError
from ws.files import bundle_archive, pruned_folder
from ws.files.pruned_folder import BUNDLE
from ws.model.report import Finding, Outcome, Report
from ws.planning import bundle_changes, unplanned
from ws.planning.images import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ws.commands.bundle_made import Made
    from ws.commands.context import Context
    from ws.commands.images import Images

COMMAND = "docker bundle"
_BARE = "--no-sizes"


class Asked(NamedTuple):
    """What is asked for on the command line."""

    names: tuple[str, ...] = ()
    out: str = ""
    """The folder to write; empty for none."""
    archive: str = ""
    """The archive to write; empty for none."""
    check: bool = False
    """Whether it is only said if they are as they would be written now."""
    sizes: bool = True
    """Whether what this machine knows of sizes goes into the bundle."""


class Places(NamedTuple):
    """Where a bundle goes to; `None` for what is not asked for."""

    folder: Path | None
    archive: Path | None
    kind: str = ""
    """Of the archive: the end of its name."""


def run(context: Context, asked: Asked) -> Report:
    """Write the bundle of some members, or say whether it is what would be written now.

    Nothing is written where a lock has drifted or an image cannot be planned: those are errors.
    Raises `UsageError` for a place that may not be written, and all that speaks against the files.
    """
    if not asked.out and not asked.archive:
        hint = "--out DIR for a folder, --archive FILE.tar.xz for an archive, or both"
        raise UsageError("it is not said where to", rule="usage/out", hint=hint)
    found = gathering.gather(context, asked.names, Wish())
    places = _places(context, found, asked)
    members = [found.workspace.by_name[image.member] for image in found.plan.images]
    wrong = [each for each in drift(found.workspace, members) if each.severity == "error"]
    wrong += unplanned.findings(found.unplanned, "error")
    if wrong:
        return Report(COMMAND, tuple(wrong))
    if not found.plan.images:
        raise WorkError(
            "no member that is asked for has an image",
            rule="docker/no-image",
            hint="see `ws docker layers` for those that have one",
        )
    made = bundle_made.make(context, found, sizes=asked.sizes)
    if asked.check:
        return _check(places, asked, made, context.filters)
    return _write(places, asked, made)


def _places(context: Context, found: Images, asked: Asked) -> Places:
    """Where to. Raises `UsageError` for a place that may not be written."""
    workspace = found.workspace
    folder = out_folder.fit(context, workspace, asked.out) if asked.out else None
    if not asked.archive:
        return Places(folder, None)
    kind = next((each for each in bundle_archive.KINDS if asked.archive.endswith(each)), "")
    if not kind:
        raise UsageError(
            f"{asked.archive} is no name of an archive",
            rule="usage/out",
            hint=f"it ends in {' or '.join(bundle_archive.KINDS)}",
        )
    archive = out_folder.fit_file(context, workspace, asked.archive)
    if folder and archive.is_relative_to(folder):
        hint = "put it beside that folder"
        raise UsageError(f"{asked.archive} lies in {asked.out}", rule="usage/out", hint=hint)
    return Places(folder, archive, kind)


def _write(places: Places, asked: Asked, made: Made) -> Report:
    outcomes = []
    data = {**_data(asked, made), **made.downloads}
    if places.archive:
        packed = bundle_archive.pack(made.files, places.kind)
        changed = bundle_archive.write(places.archive, packed)
        reason = f"{len(packed)} bytes in {asked.archive}" if changed else ""
        outcomes.append(_outcome(asked.archive, reason))
        data["archive"] = {"path": asked.archive, "size": len(packed)}
    if places.folder:
        changed = pruned_folder.replace(places.folder, made.files, BUNDLE)
        reason = f"{len(made.files)} files in {asked.out}" if changed else ""
        outcomes.append(_outcome(asked.out, reason))
    return Report(COMMAND, made.findings, tuple(outcomes), data)


def _outcome(place: str, reason: str) -> Outcome:
    """What became of a place; without a reason it was as it should be."""
    if reason:
        return Outcome("", COMMAND, "done", reason)
    return Outcome("", COMMAND, "skipped", f"{place} is as it should be")


def _check(places: Places, asked: Asked, made: Made, filters: tuple[str, ...]) -> Report:
    """An error for each place that is not as it would be written now, sizes left aside."""
    found = list(made.findings)
    now = {file.path: file for file in made.files}
    if places.folder:
        there = pruned_folder.read(places.folder, BUNDLE)
        found += _stale(asked.out, bundle_changes.changes(there, now), asked, filters)
    if places.archive:
        there = bundle_archive.read(places.archive)
        found += _stale(asked.archive, bundle_changes.changes(there, now), asked, filters)
    fine = () if len(found) > len(made.findings) else (f"{COMMAND}: all is as it should be",)
    return Report(COMMAND, tuple(found), data=_data(asked, made), notes=fine)


def _stale(place: str, changes: str, asked: Asked, filters: tuple[str, ...]) -> Iterator[Finding]:
    if changes:
        options = {"--out": asked.out, "--archive": asked.archive}
        said = [*asked.names, *(w for name, to in options.items() if to for w in (name, to))]
        said += [word for each in filters for word in ("--filter", each)]
        hint = shlex.join(["ws", "docker", "bundle", *said, *([] if asked.sizes else [_BARE])])
        message = f"{place} is not what would be written now: {changes}"
        yield Finding("bundle/stale", "error", message, hint=hint)


def _data(asked: Asked, made: Made) -> dict[str, Any]:
    return {
        "out": asked.out or None,
        "archive": None,
        "files": [file.path for file in made.files],
        "size": sum(len(file.data) for file in made.files),
    }
