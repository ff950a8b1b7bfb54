"""`ws docker prune`: a build context for one member, which builds by itself, anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands import images as gathering
from ws.commands import out_folder
from ws.commands.context import read_locks
from ws.commands.drift import drift
from ws.commands.package_sources import package_sources
from ws.errors import WorkError
from ws.files import pruned_folder
from ws.files.store import Store
from ws.formats import masking
from ws.generate import images as generate
from ws.model.images import LayeredImage
from ws.model.pruned import PrunedFile
from ws.model.report import Outcome, Report
from ws.planning import images, pruned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.commands.context import Context
    from ws.model.images import ImagePlan
    from ws.model.workspace import Member, Workspace

COMMAND = "docker prune"
MANIFESTS = "manifests"
SOURCES = "sources"
HEAD = """\
# Made by `ws docker prune {member}`: its image, and nothing that it does not need.
# {{how}}
# manifests/ changes when dependencies do, sources/ with every edit.
"""


def run(context: Context, name: str, out: str) -> Report:
    """Write the context of a member into the folder `out`, relative to the current one.

    Nothing is written where its lock has drifted: that is an error, as `ws lock --check` tells it.
    Raises `UsageError` for a folder that may not be written, and all that speaks against the image.
    """
    workspace = context.workspace()
    (member,) = gathering.chosen(context, workspace, [name])
    folder = out_folder.fit(context, workspace, out, SOURCES)
    stale = tuple(each for each in drift(workspace, [member]) if each.severity == "error")
    if stale:
        return Report(COMMAND, findings=stale)
    files = context_files(workspace, member)
    changed = pruned_folder.replace(folder, files, pruned_folder.PRUNE)
    reason = f"{len(files)} files in {out}" if changed else f"{out} is as it should be"
    outcome = Outcome(member.name, COMMAND, "done" if changed else "skipped", reason)
    data = {"member": member.name, "out": out, "files": [file.path for file in files]}
    notes = (f"next: docker build --tag {member.name} {out}",)
    return Report(COMMAND, outcomes=(outcome,), data=data, notes=notes)


def context_files(workspace: Workspace, member: Member) -> tuple[PrunedFile, ...]:
    """The files of a member's context, sorted by path: the same for the same workspace."""
    locks = read_locks(Store(workspace.root), workspace.members)
    whole = images.image_plan(workspace, [member], locks, images.Wish())
    (image,) = whole.images
    if not isinstance(image, LayeredImage):
        raise WorkError(
            "its image is made by a Dockerfile of its own, whose context only that knows",
            rule="docker/own-dockerfile",
            hint='build = "layers" under [tool.ws.docker] lets ws make it',
            member=member.name,
        )
    plan = pruned.alone(whole, image, SOURCES)
    texts = {**_manifests(workspace, whole, member, locks), **_texts(plan, member)}
    files = [PrunedFile(path, data) for path, data in texts.items()]
    found, _ = package_sources(workspace, whole)
    files += (file._replace(path=f"{SOURCES}/{file.path}") for file in found)
    return pruned_folder.marked(pruned_folder.PRUNE, files, member=member.name)


def _texts(plan: ImagePlan, member: Member) -> dict[str, bytes]:
    """The Dockerfile and what is beside it."""
    how = f"docker build --tag {member.name} ."
    head = HEAD.format(member=member.name)
    texts = {
        "Dockerfile": generate.dockerfile(plan, MANIFESTS, how, head),
        ".dockerignore": generate.ignore_file(plan, MANIFESTS, ()),
    }
    for name, text in generate.requirements(plan).items():
        texts[f"{MANIFESTS}/requirements/{name}"] = text
    return {path: text.encode() for path, text in texts.items()}


def _manifests(
    workspace: Workspace, plan: ImagePlan, member: Member, locks: Mapping[str, bytes | None]
) -> dict[str, bytes]:
    """Manifests and the member's lock, without the versions of local packages."""
    store = Store(workspace.root)
    found = {}
    for package in plan.packages:
        path = "pyproject.toml" if package.folder == "." else f"{package.folder}/pyproject.toml"
        data = store.read(path)
        if data is not None:
            masked = masking.masked_manifest(data.decode())
            found[f"{MANIFESTS}/{path}"] = masked.encode()
    lock = locks[member.name]
    assert lock is not None  # or there were no plan
    found[f"{MANIFESTS}/{member.file('poetry.lock')}"] = masking.masked_lock(lock)
    return found
