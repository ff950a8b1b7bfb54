"""The images of the workspace: their plan, and what goes into each, from the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.commands.context import read_locks
from ws.errors import UsageError, Where, WorkError, WsError
from ws.files.digests import file_digest, folder_digest
from ws.files.store import Store
from ws.formats import dockerfile_parser, dockerignore
from ws.generate import dockerfile as templates
from ws.generate import images as generate
from ws.model.images import LayeredImage, OwnImage
from ws.model.names import did_you_mean, normalise
from ws.planning import docker_sources, fingerprints, images, pruned, wheel_sources
from ws.planning.unplanned import Unplanned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.commands.context import Context
    from ws.engines.images import Docker
    from ws.formats.dockerignore import Dockerignore
    from ws.model.built import Fingerprint, ImageState
    from ws.model.images import ImagePlan
    from ws.model.workspace import Member, Workspace
    from ws.planning.images import Wish

FOLDER = ".ws/images"
"""Where the files lie that images are built from, relative to the root."""


class Images(NamedTuple):
    """The images that are asked for, and what goes into each."""

    workspace: Workspace
    plan: ImagePlan
    fingerprints: Mapping[str, Fingerprint]
    """By member."""
    unplanned: tuple[Unplanned, ...] = ()
    """The members that are asked for, too, and have something in the way; in member order."""

    @property
    def place(self) -> dict[str, int]:
        """Where each member stands in listings."""
        return {member.name: number for number, member in enumerate(self.workspace.members)}

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know where a command finds nothing to do."""
        if self.plan.images or self.unplanned:
            return ()
        return ("no member that is asked for has an image: ws docker layers shows those that do",)

    def states(self, docker: Docker) -> dict[str, ImageState]:
        """How each image is in an engine, by member. Raises `ToolError`."""
        there = docker.images(image.tag for image in self.plan.images)
        return {
            image.member: fingerprints.state(
                image, self.fingerprints[image.member], there.get(image.tag)
            )
            for image in self.plan.images
        }


def gather(context: Context, names: Sequence[str], wish: Wish) -> Images:
    """The images of the members that are named, else of those that `--filter` chooses.

    What speaks against one of them stops none of the others. Raises `UsageError` for a name that
    is no member's.
    """
    workspace = context.workspace()
    members = chosen(context, workspace, names)
    locks = read_locks(Store(workspace.root), workspace.members)
    plan, faults = images.sound_images(workspace, members, locks, wish)
    found = _fingerprints(workspace, plan, faults)
    plan = plan.only(image for image in plan.images if image.member in found)
    unplanned = (
        Unplanned(member.name, images.tag_of(workspace, member, wish), faults[member.name])
        for member in members
        if member.name in faults
    )
    return Images(workspace, plan, found, tuple(unplanned))


def chosen(context: Context, workspace: Workspace, names: Sequence[str]) -> tuple[Member, ...]:
    """The members that are named; else those that are chosen and have an image.

    Raises `UsageError` for a name that is no member's.
    """
    if not names:
        filtered = {member.name for member in context.chosen(workspace)}
        return tuple(m for m in images.candidates(workspace) if m.name in filtered)
    known = workspace.by_name
    for name in names:
        if normalise(name) not in known:
            hint = did_you_mean(name, known) or "see `ws list` for the members"
            raise UsageError(f"{name} is no member", rule="usage/member", hint=hint)
    wanted = {normalise(name) for name in names}
    return tuple(member for member in workspace.members if member.name in wanted)


def ignored_patterns(
    workspace: Workspace, plan: ImagePlan, *, tests: bool = False
) -> tuple[str, ...]:
    """The patterns of what no image needs: those of the workspace's own `.dockerignore`, and ours.

    Its own are left out where they hide a package that an image needs: they were written for other
    builds. What is in no wheel, such as locks and tests, is ignored too: a change there is none of
    an image. Tests stay in images for development, and where they are asked for.
    """
    known = {member.path: member for member in workspace.members}
    members = [known[each.folder] for each in plan.packages if each.folder in known]
    wanted = tests or plan.dev
    beside = [path for each in members for path in wheel_sources.needless(each, tests=wanted)]
    standard = (*_lines(templates.built_in("dockerignore")), *wheel_sources.SECRETS, *beside)
    data = Store(workspace.root).read(templates.IGNORE)
    if data is None:
        return standard
    text = data.decode(errors="replace")
    own = dockerignore.read(text)
    hides = any(own.ignores(f"{each.folder}/pyproject.toml") for each in plan.packages)
    # A wheel is not built without the readme and licence that its manifest names.
    named = [each.file(name) for each in members for name in pruned.named_files(each)]
    kept = [f"!{path}" for path in named if own.ignores(path)]
    return standard if hides else (*_lines(text), *kept, *standard)


def _lines(text: str) -> tuple[str, ...]:
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith(("#", "{{")))


def _fingerprints(
    workspace: Workspace, plan: ImagePlan, faults: dict[str, WsError]
) -> dict[str, Fingerprint]:
    """By member; what speaks against an image with a Dockerfile of its own joins `faults`."""
    ignored = dockerignore.read("\n".join(ignored_patterns(workspace, plan)))
    sources = {each.folder: _digest(workspace, each.folder, ignored) for each in plan.packages}
    found = {}
    for image in plan.images:
        if isinstance(image, LayeredImage):
            recipe = generate.recipe(plan, image)
            found[image.member] = fingerprints.layered(plan, image, recipe, sources)
        else:
            try:
                found[image.member] = _own(workspace, image)
            except WsError as fault:
                faults[image.member] = fault
    return found


class OwnSources(NamedTuple):
    """What the image of a Dockerfile of its own is made from."""

    text: str
    """Of the Dockerfile."""
    copied: tuple[str, ...]
    """The files and folders that it takes, relative to the workspace root."""
    ignored: Dockerignore
    ignore_files: tuple[str, ...]
    """Where a `.dockerignore` may lie that is about it."""


def own_sources(workspace: Workspace, image: OwnImage) -> OwnSources:
    """The Dockerfile, and all that it copies. Raises `WorkError` where there is none."""
    store = Store(workspace.root)
    data = store.read(image.dockerfile)
    if data is None:
        raise WorkError(
            f"{image.dockerfile} is not there",
            rule="docker/no-dockerfile",
            where=Where(image.dockerfile),
            hint=f'ws docker new {image.member}, or build = "layers" under [tool.ws.docker]',
            member=image.member,
        )
    text = data.decode(errors="replace")
    names = dockerignore.candidates(image.dockerfile, "" if image.context == "." else image.context)
    found = (store.read(name) for name in names)
    ignore = next((each.decode(errors="replace") for each in found if each is not None), "")
    copied = docker_sources.sources(dockerfile_parser.read(text, image.dockerfile), image.context)
    return OwnSources(text, copied, dockerignore.read(ignore), tuple(names))


def _own(workspace: Workspace, image: OwnImage) -> Fingerprint:
    """The fingerprint of an image with a Dockerfile of its own."""
    text, copied, ignored, _ = own_sources(workspace, image)
    return fingerprints.own(text, {each: _digest(workspace, each, ignored) for each in copied})


def _digest(workspace: Workspace, path: str, ignored: Dockerignore) -> str:
    """The digest of a file or folder; empty for what is not there, which the build will tell."""
    root = workspace.root
    try:
        if (root / path).is_dir():
            return folder_digest(root, path, ignored)
        return file_digest(root, path)
    except FileNotFoundError:
        return ""
