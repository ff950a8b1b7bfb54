"""`ws docker load`: images out of an archive, each that is lacking, checked before it is loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import image_files
from ws.commands import images as gathering
from ws.commands.image_loading import COMMAND, Loading
from ws.engines import archive_check
from ws.engines.images import docker
from ws.engines.process import Processes
from ws.errors import UsageError
from ws.files.image_archive import open_archive
from ws.model.names import did_you_mean, normalise
from ws.model.plan import Plan, RunImage
from ws.model.report import Exit, Outcome, Report
from ws.planning import fingerprints
from ws.planning.images import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.commands.context import Context
    from ws.engines.apply import Observer
    from ws.files.image_archive import Archive
    from ws.model.image_archive import ArchivedImage
    from ws.model.report import Finding
    from ws.model.workspace import Workspace

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Asked(NamedTuple):
    """What is asked for on the command line."""

    words: tuple[str, ...] = ()
    """The file, if the first one is none of a member; then members."""
    digest: str = ""
    """Of the list that the archive must have; empty for any."""
    check: bool = False
    """Whether it is only looked at."""
    any_platform: bool = False
    """Whether images that the engine's machine may not run are loaded, too."""


def run(context: Context, asked: Asked) -> Report:
    """Load those images that the engine lacks; without a workspace, if the file is named.

    Raises `WorkError` for an archive that is cut off, altered or none of ours, `ToolError` where
    there is no engine, and `UsageError` for what is asked in vain.
    """
    if asked.digest and not _DIGEST.fullmatch(asked.digest):
        hint = "sha256: and 64 digits, as ws docker save told it"
        raise UsageError(f"{asked.digest} is no digest", rule="usage/digest", hint=hint)
    named, names = _split(context, asked.words)
    workspace = _workspace(context, named)
    root = workspace.root.resolve() if workspace else None
    of_workspace = workspace.settings.docker.archive if workspace else ""
    path = image_files.place(context, named, of_workspace, root)
    archive = open_archive(path, image_files.shown(context, path, root), asked.digest)
    images = _chosen(context, workspace, archive, names)
    observer = context.observer()
    processes = Processes()
    try:
        observer.planned(
            Plan(COMMAND, tuple(RunImage(i.member, i.tags[0], COMMAND) for i in images))
        )
        if asked.check:
            return _checked(archive, images, observer)
        engine = docker(context.environ, processes)
        loading = Loading(engine, archive, observer, any_platform=asked.any_platform)
        outcomes, interrupted = loading.run(images)
    finally:
        processes.stop()
        observer.ended()
    return Report(
        COMMAND,
        findings=() if interrupted else _stale(context, workspace, archive, outcomes),
        outcomes=outcomes,
        data=_data(archive, images, outcomes, loading.sent),
        fault=Exit.INTERRUPTED if interrupted else None,
    )


def _split(context: Context, words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The file that is named, and the members."""
    first = words[0] if words else ""
    is_file = first.endswith(".tar") or "/" in first or (context.cwd / first).is_file()
    return (first, tuple(words[1:])) if first and is_file else ("", tuple(words))


def _workspace(context: Context, named: str) -> Workspace | None:
    try:
        context.root()
    except UsageError:
        if named and not context.filters:
            return None
        raise
    return context.workspace()


def _chosen(
    context: Context, workspace: Workspace | None, archive: Archive, names: Sequence[str]
) -> tuple[ArchivedImage, ...]:
    """The images that are named, else those that `--filter` chooses, else all."""
    images = archive.held.images
    known = [image.member for image in images]
    for name in names:
        if normalise(name) not in known:
            hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
            raise UsageError(f"{name} is not in {archive.shown}", rule="usage/member", hint=hint)
    wanted = set(map(normalise, names))
    if not names and workspace and context.filters:
        wanted = {member.name for member in context.chosen(workspace)}
    chosen = tuple(image for image in images if not wanted or image.member in wanted)
    if not chosen:
        reason = f"none of the members that are asked for is in {archive.shown}"
        raise UsageError(reason, rule="usage/member", hint=f"there are: {', '.join(known)}")
    return chosen


def _checked(archive: Archive, images: Sequence[ArchivedImage], observer: Observer) -> Report:
    """The report on an archive of which every byte is as it should be. Raises `WorkError`."""
    archive_check.check_whole(archive)
    outcomes = tuple(Outcome(i.member, COMMAND, "skipped", "as it was saved") for i in images)
    for outcome in outcomes:
        observer.finished(outcome)
    notes = (f"{archive.shown}: every byte is as ws docker save wrote it",)
    data = _data(archive, images, outcomes, {})
    return Report(COMMAND, outcomes=outcomes, data=data, notes=notes)


def _stale(
    context: Context, workspace: Workspace | None, archive: Archive, outcomes: Sequence[Outcome]
) -> tuple[Finding, ...]:
    """A warning for each image that is not what the workspace would build now."""
    loaded = {each.member for each in outcomes if each.status in ("done", "skipped")}
    known = workspace.by_name if workspace else {}
    images = {i.member: i for i in archive.held.images if i.member in loaded and i.member in known}
    found: dict[str, Finding] = {}
    for dev in (False, True):  # its tag does not tell which of both it is
        wanted = gathering.gather(context, sorted(images), Wish(dev)) if images else None
        for planned in wanted.plan.images if wanted else ():
            assert wanted is not None
            image, fingerprint = images[planned.member], wanted.fingerprints[planned.member]
            if image.fingerprint == fingerprint.digest:
                found.pop(image.member, None)
                del images[image.member]
            else:
                build = _wish(image.tags[0]).build(image.member)
                found[image.member] = fingerprints.foreign(
                    image.tags[0], image.member, archive.shown, build
                )
    return tuple(found.values())


def _wish(tag: str) -> Wish:
    """The wish by which an image gets this name."""
    label = tag.rpartition(":")[2]
    return Wish(label == "dev", "" if label in ("latest", "dev") else label)


def _data(
    archive: Archive,
    images: Sequence[ArchivedImage],
    outcomes: Sequence[Outcome],
    sent: Mapping[str, int],
) -> dict[str, Any]:
    rows = [
        {
            "member": image.member,
            "tag": image.tags[0],
            "status": outcome.status,
            "reason": outcome.reason,
            "id": image.id,
            "platform": image.platform,
            "size": image.size,
            "sent": sent.get(image.member, 0),
            "fingerprint": image.fingerprint or None,
            "revision": image.revision or None,
        }
        for image, outcome in zip(images, outcomes, strict=True)
    ]
    size = archive.path.stat().st_size
    return {"archive": archive.shown, "size": size, "digest": archive.digest, "images": rows}
