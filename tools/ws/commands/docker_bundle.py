"""`ws docker bundle`: the tree that an installer ships, from which services build by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import bundle_downloads, bundle_sources, out_folder
from ws.commands import images as gathering
from ws.commands.drift import drift
from ws.commands.registry_names import checkout
from ws.errors import UsageError, WorkError
from ws.files import bundle_archive, pruned_folder
from ws.files.pruned_folder import BUNDLE
from ws.formats import bundle
from ws.generate import bake_file, bundle_files, image_files
from ws.generate.bundle_compose import compose_file
from ws.model.pruned import PrunedFile
from ws.model.report import Finding, Outcome, Report
from ws.planning import bundle_changes, downloads, fingerprints, unplanned
from ws.planning.bundle_sources import shown
from ws.planning.images import Wish
from ws.planning.product import Files, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ws.commands.context import Context
    from ws.commands.images import Images
    from ws.model.images import ImagePlan
    from ws.model.product import Product

COMMAND = "docker bundle"


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


class Made(NamedTuple):
    """A bundle, not written yet."""

    files: tuple[PrunedFile, ...]
    downloads: Mapping[str, Any]
    """What a first build fetches, as `data` of the report has it."""
    findings: tuple[Finding, ...]


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
    made = make(context, found, sizes=asked.sizes)
    return _check(places, asked, made) if asked.check else _write(places, asked, made)


def make(context: Context, found: Images, *, sizes: bool = True) -> Made:
    """The bundle of these images: the same for the same workspace, and the same known sizes."""
    workspace, plan = found.workspace, found.plan
    plan = replace(plan, images=tuple(replace(each, platforms=()) for each in plan.images))
    known = bundle_downloads.known(context, found, sizes=sizes)
    rows = downloads.rows(workspace, plan, known, bundle_downloads.TOOL)
    names = Files(
        image_files.bake_in(bundle.IMAGES),
        image_files.requirements_in(bundle.IMAGES),
        bundle_files.COMPOSE,
    )
    git = checkout(context, workspace, workspace.settings.docker.tags[:1])
    told = product(workspace, plan, found.fingerprints, git, names, downloads.estimates(plan, rows))
    labels = {
        image.member: fingerprints.labels(
            workspace.by_name[image.member], found.fingerprints[image.member], "", ""
        )
        for image in plan.images
    }
    own = bundle_files.own_labels(plan, labels)
    composed = compose_file(workspace, plan, own, f"# {bundle_files.MADE}\n")
    taken = bundle_sources.take(workspace, plan, composed.named)
    texts = {
        bundle.NAME: bundle.write(told, rows),
        bundle_files.README: bundle_files.readme(told, plan, rows),
        bundle_files.COMPOSE: composed.text,
        **_image_files(found, plan, labels, taken.hidden),
    }
    files = {file.path: file for file in taken.files}
    files |= {path: PrunedFile(path, text.encode()) for path, text in texts.items()}
    marked = pruned_folder.marked(BUNDLE, list(files.values()), name=told.name)
    fetched = {
        "downloads": list(rows),
        "download": downloads.total(plan, known, rows),
        "instead": list(downloads.alternatives(workspace, plan, known)),
    }
    return Made(marked, fetched, (*taken.findings, *_unnamed(found, told)))


def _image_files(
    found: Images,
    plan: ImagePlan,
    labels: Mapping[str, Mapping[str, str]],
    hidden: Sequence[str],
) -> dict[str, str]:
    """What images are built from besides sources; what builds need is not hidden from them."""
    folder = bundle.IMAGES
    bake, dockerfile = image_files.bake_in(folder), image_files.dockerfile_in(folder)
    own = bundle_files.own_labels(plan, labels)
    baked = bake_file.bake_file(plan, bake, dockerfile, own, bundle_files.MADE)
    ignored = (*gathering.ignored_patterns(found.workspace, plan), *shown(hidden))
    head = f"# {bundle_files.MADE}\n"
    return image_files.texts(plan, folder, ignored, baked, head, labels)


def _unnamed(found: Images, told: Product) -> Iterator[Finding]:
    """A warning for each name that is not what it should be."""
    docker = found.workspace.settings.docker
    if (docker.registry or docker.mirrors) and not any(s.references for s in told.services):
        yield Finding(
            "bundle/no-tag",
            "warning",
            "git does not know what the first of the tags wants, so nothing can be pulled",
            hint="check out a commit of a branch, or begin tags under [docker] with {version}",
        )
    if not found.workspace.settings.name:
        yield Finding(
            "bundle/no-name",
            "warning",
            "the workspace has no name, so the bundle has that of its folder",
            hint='give it one, so that it is the same everywhere: name = "…" under [workspace]',
        )


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


def _check(places: Places, asked: Asked, made: Made) -> Report:
    """An error for each place that is not as it would be written now, sizes left aside."""
    found = list(made.findings)
    now = {file.path: file for file in made.files}
    if places.folder:
        there = pruned_folder.read(places.folder, BUNDLE)
        found += _stale(asked.out, bundle_changes.changes(there, now), asked)
    if places.archive:
        there = bundle_archive.read(places.archive)
        found += _stale(asked.archive, bundle_changes.changes(there, now), asked)
    fine = () if len(found) > len(made.findings) else (f"{COMMAND}: all is as it should be",)
    return Report(COMMAND, tuple(found), data=_data(asked, made), notes=fine)


def _stale(place: str, changes: str, asked: Asked) -> Iterator[Finding]:
    if changes:
        out = f" --out {asked.out}" if asked.out else ""
        archive = f" --archive {asked.archive}" if asked.archive else ""
        hint = " ".join(["ws docker bundle", *asked.names]) + out + archive
        message = f"{place} is not what would be written now: {changes}"
        yield Finding("bundle/stale", "error", message, hint=hint)


def _data(asked: Asked, made: Made) -> dict[str, Any]:
    return {
        "out": asked.out or None,
        "archive": None,
        "files": [file.path for file in made.files],
        "size": sum(len(file.data) for file in made.files),
    }
