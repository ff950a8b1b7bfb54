"""All files that the images of a plan are built from, each a text for a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.generate import images
from ws.model.images import LayeredImage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.model.images import ImagePlan


def bake_folder(folder: str, *, dev: bool) -> str:
    """Where `ws generate bake` writes: `folder`, or one in it for images for development."""
    return f"{folder}/dev" if dev else folder


def dockerfile_in(folder: str) -> str:
    """The Dockerfile of the layered images; as `folder`, relative to the workspace root."""
    return f"{folder}/Dockerfile"


def bake_in(folder: str) -> str:
    """The Bake file; as `folder`, relative to the workspace root."""
    return f"{folder}/docker-bake.json"


def requirements_in(folder: str) -> str:
    """The folder of the requirements files; as `folder`, relative to the workspace root."""
    return f"{folder}/requirements"


def texts(
    plan: ImagePlan,
    folder: str,
    ignored: Iterable[str],
    baked: str,
    head: str = "",
    labels: Mapping[str, Mapping[str, str]] = images.NO_LABELS,
) -> dict[str, str]:
    """The files by path, relative to the workspace root, as `folder` is, in which they are to lie.

    `ignored` are patterns of a `.dockerignore`: what no image needs; `baked` is the Bake file,
    `head` the comment that each of the others begins with, and `labels`, by member, are those that
    the Dockerfile gives. Where each image has a Dockerfile of its own, the Bake file is all.
    """
    found = {bake_in(folder): baked}
    if not any(isinstance(image, LayeredImage) for image in plan.images):
        return found
    dockerfile = dockerfile_in(folder)
    how = f"docker buildx bake -f {bake_in(folder)}"
    made = images.dockerfile(plan, folder, how, labels=labels)
    found[dockerfile] = head + made
    found[f"{dockerfile}.dockerignore"] = head + images.ignore_file(plan, folder, ignored)
    for name, text in images.requirements(plan).items():
        found[f"{requirements_in(folder)}/{name}"] = head + text
    return found
