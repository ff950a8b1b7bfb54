"""A bundle, as it would be written: its files, and what a first build downloads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import bundle_downloads, bundle_sources
from ws.commands import images as gathering
from ws.commands.registry_names import checkout
from ws.files import pruned_folder
from ws.files.pruned_folder import BUNDLE
from ws.formats import bundle
from ws.generate import bake_file, bundle_files, image_files
from ws.generate.bundle_compose import compose_file
from ws.model.pruned import PrunedFile
from ws.model.report import Finding
from ws.planning import downloads, fingerprints
from ws.planning.bundle_sources import shown
from ws.planning.product import Files, product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ws.commands.context import Context
    from ws.commands.images import Images
    from ws.model.images import ImagePlan
    from ws.model.product import Product


class Made(NamedTuple):
    """A bundle, not written yet."""

    files: tuple[PrunedFile, ...]
    downloads: Mapping[str, Any]
    """What a first build fetches, as `data` of the report has it."""
    findings: tuple[Finding, ...]


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
